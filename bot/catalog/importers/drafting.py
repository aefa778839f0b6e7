"""From a published procedure to a draft in our schema, and what a person must look at in it.

A draft takes every fact over and decides nothing that only a person can: lines stay whole however long, groups that may be alternatives
are kept and flagged, what the source does not say is left out. What people wrote about the same procedure before (label, phrases,
list, …) is carried over from the catalogue.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import strict_yaml
from bot.catalog.importers.published import FeeRow, FlagKind, OwnFile, Paper, Published, TimeRow, filed_wrongly
from bot.catalog.model import Channel, Document, Note, OneOf, Procedure, TimeUnit
from bot.catalog.names import folded, same_procedure

LONGEST_LINE = 300
"""Characters of a line that a citizen can still read; longer ones are split by a person."""
LEAST_DONG = 500
"""An amount below is a foreign currency or a slip."""
DISTRICTS_ENDED = "2025-06-30"

_GLUED_AFTER = re.compile(r"\b\d+ ban (?:chinh|sao|chup)\b")
_ENUMERATED = re.compile(r"(?:^|[\s;:.,])[a-zđ]\)\s", re.IGNORECASE)
_FILE = re.compile(r"\.(?:docx?|pdf|xlsx?|rtf|odt)\b", re.IGNORECASE)
_NUMBERED_FORM = re.compile(r"\b[Mm]ẫu(?: số)? (?:[A-ZĐ0-9][\w./-]*\d[\w./-]*|\d+\w*)")
_INSTRUMENT = re.compile(r"\d+[\w.]*/(?:\d{4}/)?[A-ZĐ][\w-]*")
_TEST_ROW = re.compile(r"\btest\b|\bthu nghiem (?:phan mem|he thong)\b|\bdemo\b")
_DECISION_TITLE = re.compile(
    r"^(?:quyet dinh (?:so|ve viec|cong bo|ban hanh)|ve viec|v v) |^cong bo .*\b(?:danh muc|thu tuc|tthc)\b|\bquy trinh noi bo\b"
)
_SHOWN = re.compile(r"\bxuat trinh\b")
_HANDED_IN = re.compile(r"\bphai nop\b|\bthanh phan ho so\b|^ho so$|^giay to phai nop")
_REMARK = re.compile(r"\bluu y\b|\bghi chu\b")
_ONE_OF = re.compile(r"\bmot trong (?:cac|nhung|so)\b")
_FREE = re.compile(r"|0 dong|0|mien phi|mien le phi|khong|khong co|khong quy dinh|khong thu(?: phi| le phi)*|khong (?:phi|le phi)")
_MONEY = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_SAYS_FREE = re.compile(r"0 dong|0|mien phi|mien le phi|khong|khong co|khong thu(?: phi| le phi)*|khong (?:phi|le phi)")
"""Words that say it by themselves; that nothing is laid down ("không quy định") is not yet free."""
_SETS_A_FEE = re.compile(r"\d{1,3}(?:[. ,]?000)+|\bdong\b|\bmuc\b|\bphi\b|\bthong tu\b|\bnghi quyet\b|\bnghi dinh\b|\btheo\b|\busd\b")
_PROVINCIAL = re.compile(r"\bhdnd\b|\bhoi dong nhan dan\b|\bnq hdnd\b|\b(?:uy ban nhan dan|ubnd) (?:cap )?(?:tinh|thanh pho)\b")
_HEADING_MARK = re.compile(r"^(?:[*+\-\s]|\(?\d+(?:\.\d+)*[.)]|[a-zđ]\))\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """What a draft says by itself. ``units`` names each unit of time, for numbers that the schema does not hold."""

    provincial_fee: str
    no_field: str
    """What a record without a field is filed under."""
    units: Mapping[TimeUnit | None, str]


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing for a person to look at."""

    place: str
    code: str
    kind: FlagKind
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.code}: {self.kind}: {self.what}"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft's text, where it was read (``place``), and where it belongs: folder and official name of its field, stem of its file."""

    place: str
    code: str
    folder: str
    field: str
    stem: str
    source: str
    flags: tuple[Flag, ...]


def draft_of(published: Published, folder: str, words: Words, known: Sequence[Procedure] = ()) -> Draft:
    """The draft of *published* in *folder*; *known* are the versions that the catalogue has of its code."""
    drafting = _Drafting(published, words, known)
    document = drafting.document()
    flags = tuple(Flag(published.place, published.code, kind, what) for kind, what in dict.fromkeys(drafting.flags))
    source = _with_flags(strict_yaml.dump(document), published.place, flags)
    return Draft(published.place, published.code, folder, published.field or folder, published.code, source, flags)


def draft_of_own(own: OwnFile, procedure: Procedure | None, known: Sequence[Procedure] = ()) -> Draft:
    """A file of ours as a draft: its text as it is, marked. *procedure* is what it holds, None where it cannot be built."""
    flags: list[tuple[FlagKind, str]] = []
    if procedure is not None:
        flags += _name_flags(procedure.name)
        flags += _reused(procedure.code, procedure.name, known)
        for index, line in enumerate(procedure.documents):
            for text in _texts_of(line):
                flags += _line_flags(f"documents[{index}]", text)
    code = procedure.code if procedure else own.stem
    made = tuple(Flag(own.place, code, kind, what) for kind, what in flags)
    marked = own.source if procedure and procedure.draft else f"draft: yes\n{own.source}"
    return Draft(own.place, code, own.folder, own.field, own.stem, _with_flags(marked, own.place, made), made)


def misplaced(own: OwnFile, code: str) -> str | None:
    """Why a file of ours does not belong under its name; None where it does, or the name holds no code."""
    return filed_wrongly(code, own.stem)


def _with_flags(source: str, place: str, flags: Sequence[Flag]) -> str:
    head = [f"# Imported from {place}. Check every line against its source, then take out `draft: yes` and these comments."]
    # What a flag quotes may hold line ends of any kind; a comment must stay one.
    head += [" ".join(f"# {flag.kind}: {flag.what}".split()) for flag in flags]
    return "\n".join(head) + f"\n{source}"


class _Drafting:
    def __init__(self, published: Published, words: Words, known: Sequence[Procedure]) -> None:
        self.published, self.words = published, words
        self.flags: list[tuple[FlagKind, str]] = list(published.remarks)
        reused = list(_reused(published.code, published.name, known))
        self.flags += reused
        self.known = None if reused or not known else known[-1]

    def flag(self, kind: FlagKind, what: str) -> None:
        self.flags.append((kind, what))

    def document(self) -> dict[str, Any]:
        """The draft as tables and lists of text, in the order of the schema."""
        published, known = self.published, self.known
        self.flags += _name_flags(published.name)
        if published.internal:
            self.flag("internal", "is settled between agencies: citizens are not told about it")
        if not published.detailed:
            self.flag("no_detail", "the source has only the name: papers, fee and time are not published there")
        made: dict[str, Any] = {"draft": "yes", "code": published.code, "name": published.name}
        if known:
            made |= _filled(
                label=known.label, differs=known.differs, list=known.list, phrases=list(known.phrases),
                grief="yes" if known.grief else None,
            )
        made |= _filled(authority=self._authority(), decision=self._decision())
        if published.month:
            made["record"] = {"from": published.record_from, "month": published.month}
        if known:
            made["review_months"] = str(known.review_months)
        listed = published.in_national_list
        made |= _filled(in_national_list=None if listed is None else "yes" if listed else "no")
        made |= self._papers()
        made["fees"] = self._fees()
        made |= self._time()
        made |= _filled(filing=self._filing())
        for key, lines in (("steps", published.steps), ("result", published.result), ("conditions", published.conditions)):
            made |= _filled(**{key: list(lines)})
            for index, line in enumerate(lines):
                if len(line) > LONGEST_LINE:
                    self.flag("long_line", f"{key}[{index}] has {len(line)} characters: say it shorter")
        made |= _filled(legal_basis=_instruments(published.legal_basis))
        return made

    def _authority(self) -> list[dict[str, str]]:
        published = self.published
        if len(published.levels) != 1 or not published.agency:
            said = ", ".join(published.levels) or "no level"
            self.flag("authority", f"the source says {said} and {published.agency or 'no agency'}: say who has it, from which day")
            return []
        span = {"level": str(published.levels[0]), "body": published.agency}
        if published.levels == ("district",):
            span["until"] = DISTRICTS_ENDED
            self.flag("authority", "was the district's until 2025-06-30: say who has it since")
        return [span]

    def _decision(self) -> dict[str, str]:
        published = self.published
        if not published.decision:
            return {}
        return _filled(number=published.decision, date=published.decided_on.isoformat() if published.decided_on else None)

    # -- papers --

    def _papers(self) -> dict[str, Any]:
        headings = list(dict.fromkeys(paper.heading for paper in self.published.papers if _is_alternative(paper.heading)))
        cases = {heading: f"case_{number}" for number, heading in enumerate(headings, start=1)} if len(headings) > 1 else {}
        if cases:
            self.flag("cases", f"{len(cases)} groups that may be alternatives, or may all apply: {'; '.join(map(_short, cases))}")
        made: list[dict[str, Any]] = []
        for paper in self.published.papers:
            if not cases and paper.heading in headings:
                # One group is no choice: what stands above it is something to know about its papers.
                made.append({"note": paper.heading})
                headings = []
            path = f"documents[{len(made)}]"
            self.flags += _line_flags(path, paper.name)
            made.append(self._line(paper, path, cases.get(paper.heading)))
        listed = [{"id": case_id, "label": _HEADING_MARK.sub("", heading).rstrip(" :")} for heading, case_id in cases.items()]
        return _filled(cases=listed, documents=made)

    def _line(self, paper: Paper, path: str, case_id: str | None) -> dict[str, Any]:
        heading = folded(paper.heading)
        group = "present" if _SHOWN.search(heading) else None
        cases = [case_id] if case_id else None
        counted = paper.original or paper.copy
        if not counted and (paper.original == paper.copy == 0 or paper.name.endswith(":") or _REMARK.search(heading)):
            return _filled(note=paper.name, group=group, case=cases)
        form = None
        if paper.form and not _FILE.search(paper.form):
            form = paper.form
        else:
            numbered = _NUMBERED_FORM.search(paper.name)
            form = numbered[0].rstrip(".,;") if numbered else None
        if paper.form and _FILE.search(paper.form):
            self.flag("form_file", f"{path}: the form is the file {_short(paper.form)}: take its number from the text")
        return _filled(
            document=paper.name, form=form, group=group, case=cases,
            original=None if paper.original is None else str(paper.original), copy=None if paper.copy is None else str(paper.copy),
        )

    # -- fees --

    def _fees(self) -> dict[str, Any]:
        rows = self.published.fees
        texts = list(dict.fromkeys(row.text for row in rows if row.text and not _is_free(row.text)))
        provincial = any(_PROVINCIAL.search(folded(text)) for text in texts)
        amounts = [row for row in rows if row.amount]
        in_words = any(_MONEY.search(text) for text in texts)
        if self.published.record_from == "province_portal" and (amounts or in_words):
            if amounts:
                self.flag("provincial_amount", f"{_amounts(amounts)}: one province's figures, left out; the office fills in its own")
            if in_words:
                self.flag("provincial_amount", f"fees.text names one province's figures: take them out of {_short(texts[0])}")
            return _filled(status="see_text", text=" ".join([self.words.provincial_fee, *texts]))
        if provincial:
            if amounts:
                self.flag("provincial_amount", f"{_amounts(amounts)} beside a text that lets the province set it: left out")
            elif any(row.amount == 0 for row in rows):
                self.flag("zero_contradicted", f"a printed zero beside: {_short(texts[0])}")
            return _filled(status="see_text", text=" ".join(texts))
        small = [row for row in amounts if row.amount is not None and row.amount < LEAST_DONG]
        if small:
            self.flag("foreign_currency", f"{_amounts(small)} is too little to be true: another currency, or thousands?")
            return _filled(status="see_text", text=" ".join([*texts, *(f"{row.amount}" for row in small if not texts)]))
        if amounts:
            for text in texts:
                if len(text) > LONGEST_LINE:
                    self.flag("long_line", f"fees.text has {len(text)} characters: make conditions of it")
            return _filled(status="amount", text=" ".join(texts), items=self._fee_items(amounts))
        if texts:
            self._worded_fee(rows, texts)
            return _filled(status="see_text", text=" ".join(texts))
        said_free = any(row.amount == 0 or _SAYS_FREE.fullmatch(folded(row.text)) for row in rows)
        return {"status": "free" if said_free else "not_published"}

    def _worded_fee(self, rows: Sequence[FeeRow], texts: Sequence[str]) -> None:
        zero = any(row.amount == 0 for row in rows)
        if zero and any(_SETS_A_FEE.search(folded(text)) for text in texts):
            self.flag("zero_contradicted", f"a printed zero beside: {_short(texts[0])}")
        elif zero:
            self.flag("fee_in_words", f"a printed zero beside words that may not mean a fee: {_short(texts[0])}")
        else:
            self.flag("fee_in_words", f"only words: {_short(texts[0])}")

    def _fee_items(self, rows: Sequence[FeeRow]) -> list[dict[str, Any]]:
        """The amounts; what is alike at every channel stands once, without the channel."""
        channels = {row.channel for row in self.published.fees}
        items: list[dict[str, Any]] = []
        for amount in dict.fromkeys(row.amount for row in rows):
            at = {row.channel for row in rows if row.amount == amount}
            items += [_filled(amount=str(amount), channel=channel, source="reference") for channel in _channels(at, channels)]
        return items

    # -- time --

    def _time(self) -> dict[str, Any]:
        rows = self.published.times
        channels = {row.channel for row in rows}
        limits: list[dict[str, str]] = []
        notes: list[str] = []
        counted = [row for row in rows if row.amount and row.unit and row.amount.is_integer() and row.amount <= 3660]
        for amount, unit in dict.fromkeys((row.amount, row.unit) for row in counted):
            at = {row.channel for row in counted if (row.amount, row.unit) == (amount, unit)}
            limits += [
                _filled(amount=f"{amount:g}", unit=unit, channel=channel, source="reference") for channel in _channels(at, channels)
            ]
        for row in rows:
            note = row.text if row in counted else self._worded_time(row)
            if note and note not in notes:
                notes.append(note)
                if len(note) > LONGEST_LINE:
                    self.flag("long_line", f"time_notes[{len(notes) - 1}] has {len(note)} characters: say it shorter")
        return _filled(time=limits, time_notes=notes)

    def _worded_time(self, row: TimeRow) -> str:
        """What a row says whose limit is no number that the schema holds."""
        counted = "" if row.amount is None else self.words.units[row.unit].format(count=f"{row.amount:g}")
        said = (row.text or counted) if row.unit is None else " ".join(filter(None, (counted, row.text)))
        if said:
            printed = "no number" if row.amount is None else f"{row.amount:g}, which the schema does not hold or has no unit,"
            self.flag("time_in_words", f"{printed} beside: {_short(said)}")
        return said

    def _filing(self) -> dict[str, str]:
        channels, online = self.published.channels, self.published.online
        if not channels:
            return _filled(online=online)
        return _filled(counter="yes" if "in_person" in channels else "no", online=online, post="yes" if "post" in channels else "no")


def _filled(**values: Any) -> dict[str, Any]:
    """*values* without what is None or empty."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}


def _channels(at: set[Channel | None], every: set[Channel | None]) -> list[Channel | None]:
    """The channels to name: none where it is alike at all of them."""
    return [None] if at == every or None in at else sorted(at, key=str)


def _is_free(text: str) -> bool:
    return _FREE.fullmatch(folded(text)) is not None


def _is_alternative(heading: str) -> bool:
    """Whether papers under *heading* may be one case's only; headings that say what to do with the papers are none."""
    plain = folded(heading)
    return bool(plain) and not any(each.search(plain) for each in (_SHOWN, _HANDED_IN, _REMARK))


def _name_flags(name: str) -> Iterator[tuple[FlagKind, str]]:
    plain = folded(name)
    if _TEST_ROW.search(plain):
        yield "test_row", f'"{_short(name)}" looks like a row that somebody tried the portal with: take it out'
    if _DECISION_TITLE.search(plain):
        yield "decision_title", f'"{_short(name)}" is the title of a decision, no name of a procedure'


def _reused(code: str, name: str, known: Sequence[Procedure]) -> Iterator[tuple[FlagKind, str]]:
    if known and not any(same_procedure(name, each.name) for each in known):
        yield "code_reused", f'the catalogue has {code} as "{_short(known[-1].name)}": another procedure under a used code?'


def _line_flags(path: str, text: str) -> Iterator[tuple[FlagKind, str]]:
    if len(text) > LONGEST_LINE:
        yield "long_line", f"{path} has {len(text)} characters: split it, or move the rest into detail"
    if is_glued(text):
        yield "glued", f"{path} holds several papers: {_short(text)}"
    if _ONE_OF.search(folded(text)):
        yield "choose_one", f"{path} offers a choice: make it one_of"


def is_glued(text: str) -> bool:
    """Whether several papers stand in one line: enumerated, counted twice, or run together without a blank."""
    if len(_ENUMERATED.findall(text)) >= 2 or len(_GLUED_AFTER.findall(folded(text))) >= 2:
        return True
    if "so luong ho so" in folded(text):
        return True
    letters = ((text[at - 2], text[at - 1], text[at], text[at + 1]) for at in range(2, len(text) - 1))
    return any(a.islower() and b.islower() and c.isupper() and d.islower() for a, b, c, d in letters)


def _instruments(lines: Sequence[str]) -> list[str]:
    numbers = []
    for line in lines:
        found = _INSTRUMENT.search(line)
        number = found[0] if found else line.split(" — ")[0]
        if folded(number) not in ("khong", "khong co", "") and number not in numbers:
            numbers.append(number)
    return numbers


def _amounts(rows: Sequence[FeeRow]) -> str:
    return ", ".join(f"{amount:,}".replace(",", ".") for amount in dict.fromkeys(row.amount for row in rows) if amount is not None)


def _texts_of(line: Document | OneOf | Note) -> Iterator[str]:
    if isinstance(line, Note):
        yield line.text
    elif isinstance(line, Document):
        yield line.name
    else:
        yield from (option.name for option in line.options)


def _short(text: str, most: int = 90) -> str:
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0] + "…"
