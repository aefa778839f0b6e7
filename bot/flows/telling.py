"""A procedure in a citizen's words, facet by facet. Every figure is the catalogue's; what it does not know is said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.catalog.model import Document, FeeItem, Note, OneOf, Procedure, TimeLimit
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

    def preface(self, *, replaced: str | None = None, first: bool = False) -> list[str]:
        """What must be said first: a kind word, a successor's story, that the list no longer has it."""
        lines = []
        if first and self.procedure.grief:
            lines.append(self._part("preface_grief"))
        if replaced:
            lines.append(self._part("preface_replaced", old=replaced))
        day, procedure = self.world.today, self.procedure
        if procedure.valid_from and day < procedure.valid_from:
            lines.append(self._part("preface_not_yet", day=plain_date(procedure.valid_from)))
        elif procedure.valid_to and day > procedure.valid_to:
            lines.append(self._part("preface_ended", day=plain_date(procedure.valid_to)))
        elif not procedure.in_national_list or not procedure.in_force(day):
            lines.append(self._part("preface_gone"))
        return lines

    def source(self) -> str:
        """The line that every answer about a procedure ends with."""
        procedure = self.procedure
        year, _, month = procedure.record.month.partition("-")
        fields = {"month": f"{month}/{year}", "checked": plain_date(procedure.checked_on)}
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
        detailed = any(paper.detail for paper in self._all_documents())
        return detailed or len(self.documents(details=True)) > len(self.documents())

    def fee(self) -> list[str]:
        fees = self.procedure.fees
        lines: list[str] = []
        match fees.status:
            case "free":
                lines.append(self._part("fee_free"))
            case "not_published":
                lines.append(self._part("fee_not_published"))
            case "see_text":
                lines += [self._part("fee_see_text", text=fees.text or ""), self._part("fee_ask")]
            case "amount":
                lines += self._amounts([item for item in self._mine(fees.items) if item.on(self.world.today)])
        if fees.text and fees.status != "see_text":
            lines.append(fees.text)
        if fees.exempt:
            lines.append(self._part("fee_exempt", who="; ".join(fees.exempt)))
        return lines

    def time(self) -> list[str]:
        limits = self._mine(self.procedure.time)
        if not limits:
            return [self._part("time_not_published"), *self.procedure.time_notes]
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
        if filing.where:
            lines.append(self._part("where_detail", where=filing.where))
        for fact, step in (
            (filing.on_site, "where_on_site"), (filing.post, "where_post"),
            (filing.online == "whole", "where_online_whole"), (filing.online == "part", "where_online_part"),
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
        return [*lines, self._part("online_how", code=self.procedure.code)] if how in ("whole", "part") else lines

    def form(self) -> list[str]:
        forms = [paper for paper in self._all_documents() if paper.form]
        if not forms:
            return [self._part("form_unknown")]
        seen = dict.fromkeys((paper.name, paper.form or "") for paper in forms)
        lines = [self._part("form_line", name=name, form=form) for name, form in seen]
        return [self._part("form_title"), *lines, self._part("form_where", code=self.procedure.code)]

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
        times = self._mine(self.procedure.time)
        return self._time_short(times) if times else ""

    def _headline(self) -> str:
        """Where and how long, in one line."""
        times = self._mine(self.procedure.time)
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

    def _all_documents(self) -> Iterable[Document]:
        for line in self.procedure.lines_for(self.case) if self.case else self.procedure.documents:
            if isinstance(line, Document):
                yield line
            elif isinstance(line, OneOf):
                yield from line.options

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

    def _case_words(self, item: FeeItem | TimeLimit, step: str) -> str:
        if not item.cases or self.case is not None:
            return ""
        labels = [case.label for case in self.procedure.cases if case.id in item.cases]
        return self._part(step, case=", ".join(labels))

    def _amounts(self, items: Sequence[FeeItem]) -> list[str]:
        said = [
            self._part(
                "fee_item", amount=money(self.world, item.amount),
                unit=self._part("fee_unit", unit=item.unit) if item.unit else "",
                channel=self._part(f"channel_{item.channel}") if item.channel else "",
                case=self._case_words(item, "fee_case"),
                condition=self._part("fee_condition", condition=item.condition) if item.condition else "",
                source=self._part("fee_source", number=item.source.instrument.number) if item.source.instrument else "",
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
        if any(limit.cases for limit in times) and self.case is None and len({(limit.amount, limit.unit) for limit in times}) > 1:
            return self._part("time_depends")
        if first.unit == "same_day":
            return self._part("time_same_day")
        return self._part("time_within", time=self._part(f"unit_{first.unit}", count=str(first.amount)))

    def _where_short(self) -> str:
        authority = self.procedure.authority_on(self.world.today)
        if authority is None:
            return self._part("where_unknown")
        return self._part("where_at_commune") if authority.level == "commune" else self._part("where_at_body", body=authority.body)
