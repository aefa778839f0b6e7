"""The catalogue's records. Everything is frozen; what the source does not know is None or empty, never a guess."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Literal

ListName = Literal["district", "commune", "neighbour", "successor"]
"""The published list an entry stands in: where citizens look for it, whoever has authority over it at a date."""
Level = Literal["commune", "district", "province", "ministry", "vertical"]
Channel = Literal["in_person", "online", "post"]
Group = Literal["submit", "present"]
FeeStatus = Literal["amount", "free", "see_text", "not_published"]
TimeUnit = Literal["working_day", "calendar_day", "working_hour", "hour", "month", "same_day"]
Online = Literal["whole", "part", "possible", "none"]
"""``possible``: it can be handed in online, and nothing says how much of it."""
DecisionStatus = Literal["new", "amended", "abolished"]
RecordFrom = Literal["national_portal", "province_portal", "ministry_portal"]


@dataclass(frozen=True, slots=True)
class Instrument:
    """A legal instrument that stands behind one fact."""

    number: str
    dated: date | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from: the record it was read in, a legal instrument, or the office's own overlay."""

    kind: Literal["reference", "instrument", "office"]
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True)
class Authority:
    """Who has the procedure in a span of days, both ends included; an open end is None."""

    level: Level
    body: str
    start: date | None = None
    until: date | None = None
    source: Instrument | None = None

    def on(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision that announced the procedure as it stands here."""

    number: str
    dated: date | None = None
    status: DecisionStatus | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """The published record that the facts were read in: whose portal, and the month of the copy (``2026-07``)."""

    kind: RecordFrom
    month: str


@dataclass(frozen=True, slots=True)
class Case:
    """One of several true alternatives inside a procedure, each with papers of its own."""

    id: str
    label: str
    differs: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One paper. ``original`` and ``copy`` count pieces; None means the source does not say."""

    name: str
    group: Group = "submit"
    original: int | None = None
    copy: int | None = None
    form: str | None = None
    when: str | None = None
    """Whom it concerns, where not everyone."""
    cases: tuple[str, ...] = ()
    """Ids of the cases it belongs to; empty means all."""
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """A choice: any one of these papers will do."""

    title: str
    options: tuple[Document, ...]
    group: Group = "submit"
    cases: tuple[str, ...] = ()
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A line among the papers that is no paper."""

    text: str
    group: Group | None = None
    cases: tuple[str, ...] = ()


Line = Document | OneOf | Note


@dataclass(frozen=True, slots=True)
class FormHelp:
    """How to fill in one of the papers: ``form`` is that paper's name; ``example`` is made up and says so."""

    form: str
    lines: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True)
class FeeItem:
    """An amount in whole đồng, per ``unit``; channel and cases narrow whom it is for, dates (both ends included) when."""

    amount: int
    unit: str | None
    source: Source
    channel: Channel | None = None
    cases: tuple[str, ...] = ()
    condition: str | None = None
    start: date | None = None
    until: date | None = None

    def on(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Fees:
    """Four states that must not be mixed up: a blank is *not published*, never free."""

    status: FeeStatus
    text: str | None = None
    items: tuple[FeeItem, ...] = ()
    exempt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A number and its unit: working days and calendar days are different answers."""

    amount: int
    unit: TimeUnit
    source: Source
    channel: Channel | None = None
    cases: tuple[str, ...] = ()
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Filing:
    """How it can be handed in; None means the source does not say."""

    counter: bool = True
    online: Online | None = None
    post: bool | None = None
    on_site: bool | None = None
    where: str | None = None


@dataclass(frozen=True, slots=True)
class LocalEntry:
    """What only the office can say of a procedure: its overlay on the published entry. None and empty: it has said nothing.

    The source of each figure is the office, with the decision behind it. ``counter`` is ``office_id/counter_id``.
    """

    code: str
    fees: tuple[FeeItem, ...] = ()
    time: TimeLimit | None = None
    counter: str | None = None
    by_post: bool | None = None
    form_at_counter: bool | None = None
    hand_back: tuple[str, ...] | None = None
    """Originals that the citizen hands back when the result is given, also where the post brings it; empty: none."""

    def over(self, procedure: "Procedure", day: date) -> "Procedure":
        """*procedure* as this office has it on *day*. The published time limit stays behind the office's own.

        A published text on fees stays only where it stood in a figure's place: of other figures it would tell what is true no more.
        """
        items = tuple(item for item in self.fees if item.on(day))
        fees = procedure.fees
        if items:
            free = all(item.amount == 0 for item in items) and len(items) == 1 and not items[0].condition
            text = fees.text if fees.status == "see_text" else None
            fees = replace(fees, status="free" if free else "amount", items=items, text=text)
        return replace(
            procedure, local=self, fees=fees, time=(self.time, *procedure.time) if self.time else procedure.time,
            filing=procedure.filing if self.by_post is None else replace(procedure.filing, post=self.by_post),
        )


@dataclass(frozen=True, slots=True)
class Procedure:
    """A published service with a national code. Identity is (code, valid_from): a code can be reused."""

    code: str
    slug: str
    name: str
    label: str
    field: str
    """Official name of the field."""
    list: ListName
    phrases: tuple[str, ...]
    authority: tuple[Authority, ...]
    record: Record
    checked_on: date
    review_months: int
    in_national_list: bool
    fees: Fees
    filing: Filing
    differs: str | None = None
    decision: Decision | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    documents: tuple[Line, ...] = ()
    no_documents: bool = False
    form_help: FormHelp | None = None
    time: tuple[TimeLimit, ...] = ()
    time_notes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    result: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    legal_basis: tuple[str, ...] = ()
    grief: bool = False
    """Asked about by people in mourning: a kind word comes first."""
    draft: bool = False
    """Imported and not yet finished by a person: read and judged like any other, never served."""
    local: LocalEntry | None = None
    """The office's overlay, where this is the procedure as the office has it; None as published."""

    def in_force(self, day: date) -> bool:
        """Published on *day*: neither before its first day, nor after its last, nor abolished."""
        if self.decision is not None and self.decision.status == "abolished":
            return False
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)

    def authority_on(self, day: date) -> Authority | None:
        """Who has it on *day*; None when the catalogue does not know."""
        return next((each for each in self.authority if each.on(day)), None)

    def case(self, case_id: str) -> Case | None:
        return next((each for each in self.cases if each.id == case_id), None)

    def lines_for(self, case_id: str | None) -> tuple[Line, ...]:
        """Papers and notes of one case (all of them when *case_id* is None and there are no cases)."""
        return tuple(each for each in self.documents if not each.cases or case_id in each.cases)

    def every_document(self, case_id: str | None = None) -> Iterator[Document]:
        """The papers of one case, or of all where *case_id* is None; those of a choice too."""
        for line in self.lines_for(case_id) if case_id else self.documents:
            if isinstance(line, Document):
                yield line
            elif isinstance(line, OneOf):
                yield from line.options

    def overdue(self, day: date) -> bool:
        """Not held against its source for longer than its review interval."""
        months = self.checked_on.month - 1 + self.review_months
        due_year, due_month = self.checked_on.year + months // 12, months % 12 + 1
        return (day.year, day.month, day.day) > (due_year, due_month, self.checked_on.day)


@dataclass(frozen=True)
class Catalog:
    """All procedures, in the order of their files."""

    procedures: tuple[Procedure, ...]
    version: str
    """A digest of the files' content: which catalogue an answer was given from."""
    _by_code: dict[str, tuple[Procedure, ...]] = field(init=False, repr=False, compare=False)
    _local: Mapping[str, LocalEntry] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        by_code: dict[str, tuple[Procedure, ...]] = {}
        for each in self.procedures:
            by_code[each.code] = (*by_code.get(each.code, ()), each)
        object.__setattr__(self, "_by_code", by_code)

    def __iter__(self) -> Iterator[Procedure]:
        return iter(self.procedures)

    def __len__(self) -> int:
        return len(self.procedures)

    def with_local(self, local: Mapping[str, LocalEntry]) -> "Catalog":
        """The same with the office's overlay: ``get`` gives what is in force as the office has it. The version names both."""
        if not local:
            return self
        digest = hashlib.sha256(repr(sorted(local.items())).encode()).hexdigest()[:8]
        overlaid = Catalog(self.procedures, f"{self.version}+{digest}")
        object.__setattr__(overlaid, "_local", dict(local))
        return overlaid

    @cached_property
    def list_month(self) -> str:
        """Of which month (``2026-07``) the national list is that ``in_national_list`` speaks of: the newest copy read; "" without one."""
        return max((each.record.month for each in self.procedures if each.record.kind == "national_portal"), default="")

    def successor(self, procedure: Procedure, day: date) -> Procedure | None:
        """What has taken the place of *procedure*, itself replaced or not; None while it stands, or where nothing is proven."""
        seen, last = {procedure.code}, procedure
        while last.replaced_by and not (last.in_force(day) and last.in_national_list):
            following = self.get(last.replaced_by[0], day)
            if following is None or following.code in seen:
                break
            seen.add(following.code)
            last = following
        return None if last is procedure else last

    def get(self, code: str, day: date) -> Procedure | None:
        """The procedure under *code* in force on *day*, the latest to begin; of a code not in force its last version; None if never had."""
        versions: Sequence[Procedure] = self._by_code.get(code, ())
        current = [each for each in versions if each.in_force(day)]
        if current:
            latest = max(current, key=lambda each: each.valid_from or date.min)
            return self._local[code].over(latest, day) if code in self._local else latest
        return max(versions, key=lambda each: each.valid_to or each.valid_from or date.min, default=None)
