"""A procedure in a citizen's words, facet by facet. Every figure is the catalogue's; what it does not know is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.catalog.model import Document, FeeItem, Note, OneOf, Procedure, Source, TimeLimit
from bot.flows.wording import money, plain_date
from bot.flows.world import World, house_fields
from bot.readiness.model import papers

T = TypeVar("T", FeeItem, TimeLimit)

FIRST_SCREEN = 600
"""Characters of a first screen on a small phone."""


@dataclass(frozen=True)
class Teller:
    """Tells of one procedure; ``case`` narrows papers, fees and times to one alternative."""

    world: World
    procedure: Procedure
    case: str | None = None

    def _part(self, step: str, /, **fields: str) -> str:
        return self.world.words.part("telling", step, **{**house_fields(self.world), "label": self.procedure.label, **fields})

    @property
    def phone(self) -> str:
        return house_fields(self.world)["phone"]

    # -- before anything else ---------------------------------------------------------------------------------------------

    def kind_word(self) -> list[str]:
        """For those in mourning, before everything else."""
        return [self._part("preface_grief")] if self.procedure.grief else []

    def preface(self, replaced: Procedure | None = None) -> list[str]:
        """What must be said first: the story of the one that it has *replaced*, that it is not in force, that the list no longer has it."""
        lines = [self._part("preface_replaced", old=replaced.label, code=replaced.code)] if replaced else []
        day, procedure = self.world.today, self.procedure
        if procedure.valid_from and day < procedure.valid_from:
            lines.append(self._part("preface_not_yet", day=plain_date(procedure.valid_from)))
        elif procedure.valid_to and day > procedure.valid_to:
            lines.append(self._part("preface_ended", day=plain_date(procedure.valid_to)))
        elif not procedure.in_national_list or not procedure.in_force(day):
            lines.append(self._part("preface_gone", list_month=_month(self.world.catalog.list_month)))
        return lines

    def source(self) -> str:
        """The line that every answer about a procedure ends with."""
        procedure = self.procedure
        fields = {"month": _month(procedure.record.month), "checked": plain_date(procedure.checked_on)}
        if procedure.decision is not None:
            dated = self._part("source_dated", day=plain_date(procedure.decision.dated)) if procedure.decision.dated else ""
            line = self._part("source_decision", number=procedure.decision.number, dated=dated, **fields)
        else:
            line = self._part("source_record", portal=self._part(f"portal_{procedure.record.kind}"), **fields)
        return f"{line} {self._part('source_overdue')}" if procedure.overdue(self.world.today) else line

    # -- facets -----------------------------------------------------------------------------------------------------------

    def summary(self) -> tuple[list[str], bool]:
        """The short answer to a question that names no facet; and whether the papers were told in it."""
        lines = [self._headline()]
        if not self.procedure.time:
            lines += self.procedure.time_notes[:1]
        if self.procedure.cases and self.case is None:
            return [*lines, self._part("papers_by_case")], False
        checklist = self._paper_lines(details=False)
        if checklist and len("\n".join([*lines, *checklist])) < FIRST_SCREEN:
            return [*lines, self._part("bring"), *checklist], True
        if checklist:
            sometimes = sum(paper.when is not None for paper in self._papers())
            more = self._part("papers_for_some", count=str(sometimes)) if sometimes else ""
            return [*lines, self._part("papers_count", count=str(len(self._papers()) - sometimes), more=more)], False
        return [*lines, *self.documents()], True

    def documents(self, *, details: bool = False) -> list[str]:
        """What to bring: every paper, always, those for everyone first. Details and notes where there is room, or when asked for."""
        checklist = self._paper_lines(details=details)
        if not checklist:
            return [self._part("no_papers" if self.procedure.no_documents else "papers_unknown")]
        case = self.procedure.case(self.case) if self.case else None
        title = self._part("bring_for", case=case.label) if case else f"{self._headline()} {self._part('bring')}"
        notes = [self._part("note", note=note) for note in self._notes()]
        whole = [title, *checklist, *([self._part("notes_title"), *notes] if notes else [])]
        return whole if details or len("\n".join(whole)) <= FIRST_SCREEN else [title, *checklist]

    def has_more(self) -> bool:
        """Whether "everything" would say more of the papers than the first answer does."""
        detailed = any(paper.detail for paper in self.procedure.every_document(self.case))
        return detailed or len(self.documents(details=True)) > len(self.documents())

    def fee(self) -> list[str]:
        fees = self.procedure.fees
        lines: list[str] = []
        match fees.status:
            case "free":
                lines.append(self._part("fee_free", source="".join(self._decided(item.source) for item in fees.items)))
            case "not_published":
                lines.append(self._part("fee_not_published"))
            case "see_text":
                lines += [self._part("fee_see_text", text=fees.text or ""), self._part("fee_ask")]
            case "amount":
                lines += self._amounts([item for item in self._mine(fees.items) if item.on(self.world.today)])
        if fees.text and fees.status != "see_text":
            own = any(item.source.kind == "office" for item in fees.items)
            lines.append(self._part("fee_published", text=fees.text) if own else fees.text)
        if fees.exempt:
            lines.append(self._part("fee_exempt", who="; ".join(fees.exempt)))
        return lines

    def time(self) -> list[str]:
        limits = self._limits()
        if not limits:
            return [self._part("time_not_published"), *self.procedure.time_notes]
        if limits[0].source.kind == "office":
            return self._own_time(limits[0])
        said = [self._limit(limit) for limit in limits]
        lines = [self._part("time_title", time=said[0])] if len(said) == 1 else [
            self._part("time_several"), *(self._part("note", note=each) for each in said)
        ]
        lines += self.procedure.time_notes
        if any(limit.unit == "working_day" for limit in limits):
            lines.append(self._part("working_days_note"))
        return lines

    def where(self) -> list[str]:
        authority, filing = self.procedure.authority_on(self.world.today), self.procedure.filing
        if authority is None:
            return [self._part("where_not_known")]
        office = self.world.centre
        if authority.level != "commune":
            lines = [self._part("where_other", body=authority.body), self._part("where_other_ask")]
        elif office is None:
            lines = [self._part("where_commune_no_office", body=authority.body)]
        else:
            lines = [self._part("where_commune", office=office.name, address=office.address, phone=office.phone)]
        own = self.world.town.own_counter(self.procedure.code)
        if own:
            lines.append(self._part("where_counter", counter=own[1].name, place=own[0].name))
        if filing.where:
            lines.append(self._part("where_detail", where=filing.where))
        for fact, step in (
            (filing.on_site, "where_on_site"), (filing.post, "where_post"), (self._no_post(), "where_no_post"),
            (filing.online == "whole", "where_online_whole"), (filing.online == "part", "where_online_part"),
            (filing.online == "possible", "where_online_possible"),
        ):
            if fact:
                lines.append(self._part(step))
        return lines

    def steps(self) -> list[str]:
        if not self.procedure.steps:
            return [self._part("steps_unknown")]
        lines = [self._part("steps_title")]
        lines += [self._part("step", number=str(number), step=step) for number, step in enumerate(self.procedure.steps, start=1)]
        if self.procedure.result:
            lines.append(self._part("result", result="; ".join(self.procedure.result)))
        if self.procedure.conditions:
            lines += [self._part("conditions_title"), *(self._part("note", note=each) for each in self.procedure.conditions)]
        return [*lines, *(self._part("note", note=each) for each in self.procedure.notes)]

    def online(self) -> list[str]:
        how = self.procedure.filing.online
        lines = [self._part(f"online_{how or 'unknown'}")]
        return [*lines, self._part("online_how", code=self.procedure.code)] if how in ("whole", "part", "possible") else lines

    def form(self) -> list[str]:
        """Which form, by its number where that is published, and where to get it."""
        numbered = dict.fromkeys((paper.name, paper.form) for paper in self.procedure.every_document(self.case) if paper.form)
        lines = [self._part("form_line", name=name, form=form) for name, form in numbered]
        filling = self.procedure.form_help
        if filling and not any(paper.form for paper in self.procedure.every_document() if paper.name == filling.form):
            lines.insert(0, self._part("form_line_no_number", name=filling.form))
        if not lines:
            return [self._part("form_unknown")]
        return [self._part("form_title"), *lines, *self._form_where()]

    def form_help(self) -> list[str]:
        """How to fill in the form, with an example that says it is made up; the form itself where the catalogue has no more."""
        filling = self.procedure.form_help
        if filling is None:
            return [self._part("form_help_unknown"), *self.form()]
        form = next((paper.form for paper in self.procedure.every_document() if paper.name == filling.form), None)
        number = self._part("line_form", form=form) if form else ""
        return [
            self._part("form_help_title", form=filling.form[:1].lower() + filling.form[1:], number=number),
            *(self._part("note", note=line) for line in filling.lines), filling.example, self._part("form_help_ask"),
        ]

    # -- pieces -----------------------------------------------------------------------------------------------------------

    def paper(self, paper: Document | OneOf, *, number: int = 0) -> str:
        """One paper in a line; with a *number* as in a checklist."""
        if isinstance(paper, OneOf):
            options = "".join(self._part("option_line", option=self._option(each)) for each in paper.options)
            name, form, quantity = self._part("one_of_titled", title=paper.title, options=options), "", ""
        else:
            name, form, quantity = paper.name, self._form(paper), self._quantity(paper)
        return self._part(
            "line" if number else "line_plain", number=str(number), name=name, form=form, quantity=quantity,
            present=self._part("line_present") if paper.group == "present" else "",
            when=self._part("line_when", when=paper.when) if paper.when else "",
        )

    def time_words(self) -> str:
        """The first time limit in a few words; empty when none is published."""
        times = self._limits()
        return self._time_short(times) if times else ""

    def _headline(self) -> str:
        """Where and how long, in one line."""
        times = self._limits()
        if not times:
            return self._part("summary_plain", where_short=self._where_short())
        return self._part("summary", where_short=self._where_short(), time_short=self._time_short(times))

    def _papers(self) -> list[Document | OneOf]:
        return papers(self.procedure, self.case)

    def _notes(self) -> list[str]:
        return [line.text for line in self.procedure.lines_for(self.case) if isinstance(line, Note)]

    def _paper_lines(self, *, details: bool) -> list[str]:
        """A checklist: papers for everyone, then those for some, numbered through."""
        lines: list[str] = []
        told_for_some = False
        for number, paper in enumerate(self._papers(), start=1):
            if paper.when is not None and number > 1 and not told_for_some:
                told_for_some = True
                lines.append(self._part("for_some"))
            lines.append(self.paper(paper, number=number))
            options = paper.options if isinstance(paper, OneOf) else (paper,)
            if details:
                lines += [self._part("detail", detail=each.detail) for each in options if each.detail]
        return lines

    def _form_where(self) -> list[str]:
        """What the office says of its counter first; what it has not said is to be asked."""
        office, online = self.world.centre, self._part("form_online", code=self.procedure.code)
        match self.world.town.has_form(office, self.procedure.code):
            case True:
                return [self._part("form_at_counter"), online]
            case False:
                return [self._part("form_not_at_counter"), online]
            case _:
                return [online, self._part("form_ask")]

    def _option(self, paper: Document) -> str:
        when = self._part("option_when", when=paper.when) if paper.when else ""
        return self._part("option", name=paper.name, form=self._form(paper), quantity=self._quantity(paper), when=when)

    def _form(self, paper: Document) -> str:
        return self._part("line_form", form=paper.form) if paper.form else ""

    def _quantity(self, paper: Document) -> str:
        originals, copies = paper.original or 0, paper.copy or 0
        if originals and copies:
            words = self._part("originals_and_copies", originals=str(originals), copies=str(copies))
        elif originals:
            words = self._part("originals", count=str(originals))
        elif copies:
            words = self._part("copies", count=str(copies))
        else:
            return ""
        return self._part("line_quantity", quantity=words)

    def _mine(self, items: Sequence[T]) -> list[T]:
        return [item for item in items if not item.cases or self.case is None or self.case in item.cases]

    def _limits(self) -> list[TimeLimit]:
        """The office's own limit where it has one, else those published."""
        limits = self._mine(self.procedure.time)
        return [limit for limit in limits if limit.source.kind == "office"] or limits

    def _own_time(self, limit: TimeLimit) -> list[str]:
        """The office's limit with its decision, and then the published one that it cuts."""
        published = [self._limit(each) for each in self._mine(self.procedure.time) if each.source.kind != "office"]
        lines = [self._part("time_own", time=self._limit(limit), source=self._decided(limit.source))]
        if published:
            lines.append(self._part("time_published", time="; ".join(published)))
        return [*lines, self._part("working_days_note")] if limit.unit == "working_day" else lines

    def _decided(self, source: Source) -> str:
        """By which instrument; of the office's own figures with its date."""
        if source.instrument is None:
            return ""
        dated = self._part("source_dated", day=plain_date(source.instrument.dated)) if source.instrument.dated else ""
        return self._part("fee_source", number=source.instrument.number, dated=dated if source.kind == "office" else "")

    def _no_post(self) -> bool:
        """Whether the office itself says that it takes nothing by post."""
        return self.procedure.local is not None and self.procedure.local.by_post is False

    def _case_words(self, item: FeeItem | TimeLimit, step: str) -> str:
        if not item.cases or self.case is not None:
            return ""
        labels = [case.label for case in self.procedure.cases if case.id in item.cases]
        return self._part(step, case=", ".join(labels))

    def _amounts(self, items: Sequence[FeeItem]) -> list[str]:
        said = [
            self._part(
                "fee_item", amount=money(self.world, item.amount) if item.amount else self._part("fee_nothing"),
                unit=self._part("fee_unit", unit=item.unit) if item.unit else "",
                channel=self._part(f"channel_{item.channel}") if item.channel else "",
                case=self._case_words(item, "fee_case"),
                condition=self._part("fee_condition", condition=item.condition) if item.condition else "",
                source=self._decided(item.source),
            )
            for item in items
        ]
        if not said:
            return [self._part("fee_not_published")]
        if len(said) == 1:
            return [self._part("fee_one", fee=said[0])]
        return [self._part("fee_several"), *(self._part("fee_line", fee=each) for each in said)]

    def _limit(self, limit: TimeLimit) -> str:
        return "".join((
            self._part(f"unit_{limit.unit}", count=str(limit.amount)),
            self._part(f"channel_{limit.channel}") if limit.channel else "",
            self._case_words(limit, "time_case"),
            self._part("time_condition", condition=limit.condition) if limit.condition else "",
        ))

    def _time_short(self, times: Sequence[TimeLimit]) -> str:
        first = times[0]
        by_case = any(limit.cases for limit in times) and self.case is None and len({(limit.amount, limit.unit) for limit in times}) > 1
        if by_case or first.condition:  # a number that only some get must not stand there as everyone's
            return self._part("time_depends")
        if first.unit == "same_day":
            return self._part("time_same_day")
        return self._part("time_within", time=self._part(f"unit_{first.unit}", count=str(first.amount)))

    def _where_short(self) -> str:
        authority = self.procedure.authority_on(self.world.today)
        if authority is None:
            return self._part("where_unknown")
        return self._part("where_at_commune") if authority.level == "commune" else self._part("where_at_body", body=authority.body)


def _month(month: str) -> str:
    """``2026-07`` as "07/2026"."""
    year, _, number = month.partition("-")
    return f"{number}/{year}"
