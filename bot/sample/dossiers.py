"""Two hundred made-up dossiers in every status: a handful that documents can name, the rest dated back from today."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from bot import clock, strict_yaml
from bot.calendar.model import NationalCalendar
from bot.calendar.reader import load_national_calendar
from bot.calendar.rules import add_working_days, subtract_working_days
from bot.dossiers.model import Dossier, Status
from bot.sample import sample_dir

HOW_MANY = 200
EXPORTED_AT = time(17, 15)
"""The sample's export is that of the last working day before today."""

_PLAN = (
    "in_progress", "received", "ready", "late", "supplement", "in_progress", "returned", "registered", "ready",
    "payment", "in_progress", "refused", "late", "received", "supplement", "returned", "stopped", "in_progress",
    "ready", "withdrawing", "other",
)  # fmt: skip
"""What the dossier of an index is, over and over; ``late`` is one in progress past its day."""

_SHAPES = (
    "H20.14-{day}-{number:04d}",
    "H20.14-{day}-{number:04d}",
    "000.00.14.H20-{day}-{number:04d}",
    "H20.14.03-{day}-{number:04d}",
)
_LINKED_SHAPE = "G22.99.08-{day}-{number:06d}"
_FIRST_NUMBER = 101
"""Above every number among the fixed ones of the same shape."""


def sample_dossiers(today: date) -> list[Dossier]:
    """The same two hundred for the same day; the fixed ones come first."""
    calendar = load_national_calendar()
    data, people = _read("dossiers.yaml"), _read("people.yaml")
    exported_on = subtract_working_days(calendar, today - timedelta(days=1), 0)
    as_of = clock.aware(datetime.combine(exported_on, EXPORTED_AT))
    fixed = [_fixed(each, data["office"], as_of) for each in data["fixed"]]
    maker = _Maker(calendar, today, as_of, data, people)
    return fixed + [maker.dossier(index) for index in range(HOW_MANY - len(fixed))]


def _read(name: str) -> Any:
    return _plain(strict_yaml.load((sample_dir() / name).read_text("utf-8")))


def _plain(value: Any) -> Any:
    """Without the line numbers."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return str(value) if isinstance(value, str) else tuple(_plain(each) for each in value)


def _fixed(row: Mapping[str, Any], office: str, as_of: datetime) -> Dossier:
    values: dict[str, Any] = {
        key: date.fromisoformat(value) if key.endswith(("_on", "_by")) else value for key, value in row.items()
    }
    return Dossier(office=office, as_of=as_of, **values)


class _Maker:
    """Makes the dossier of an index, from the index alone."""

    def __init__(
        self,
        calendar: NationalCalendar,
        today: date,
        as_of: datetime,
        data: Mapping[str, Any],
        people: Mapping[str, Any],
    ) -> None:
        self.calendar, self.today, self.as_of = calendar, today, as_of
        self.office, self.made, self.people = data["office"], data["made"], people

    def dossier(self, index: int) -> Dossier:
        turn, place = divmod(index, len(_PLAN))
        kind, shift = _PLAN[place], turn + place  # shifted, or those of one kind would be alike in all else
        procedure = _pick(self.made["procedures"], index)
        made = Dossier(
            code="",
            status=cast(Status, "in_progress" if kind == "late" else kind),
            as_of=self.as_of,
            procedure=procedure["code"],
            unit=None if kind == "registered" else procedure["unit"],
            office=self.office,
            applicant=" ".join(_pick(self.people[part], index) for part in ("family", "middle", "given")),
            phone_last4=f"{(1009 + index * 37) % 10_000:04d}" if shift % 4 != 3 else None,
            id_last4=f"{(2003 + index * 53) % 10_000:04d}" if shift % 3 == 0 else None,
            **self.days(kind, shift, int(procedure["days"])),
            **self.words(kind, shift),
        )
        shape = _LINKED_SHAPE if procedure.get("linked") else _pick(_SHAPES, index // 2)
        day = made.received_on or self.ago(1)
        return replace(made, code=shape.format(day=day.strftime("%y%m%d"), number=_FIRST_NUMBER + index))

    def days(self, kind: str, shift: int, promised: int) -> dict[str, Any]:
        """Received so many working days ago that the dossier of *kind* is in time, or late, on any day."""
        if kind == "registered":
            return {}
        received_on = self.ago(_received_ago(kind, shift, promised))
        days = {"received_on": received_on, "due_on": self.after(received_on, promised)}
        match kind:
            case "ready" | "returned":  # a day early, on the day, or a day late
                days["settled_on"] = self.after(received_on, max(1, promised - 1 + shift % 3))
            case "refused":
                days = {"received_on": received_on, "settled_on": self.after(received_on, 1)}
            case "stopped":
                days["settled_on"] = self.ago(4)
            case "supplement":
                days["supplement_by"] = self.after(self.today, 3 + shift % 8)
            case "late" if shift % 3 == 0:
                days["new_due_on"] = self.after(self.today, 5)
        if kind == "returned":
            days["returned_on"] = self.after(days["settled_on"], 1 + shift % 4)
        return days

    def words(self, kind: str, shift: int) -> dict[str, Any]:
        """Why, which papers, which local status: some late ones have no reason on record."""
        match kind:
            case "refused" | "stopped":
                return {"reason": _pick(self.made[kind], shift)}
            case "late" if shift % 2:
                return {"reason": _pick(self.made[kind], shift)}
            case "supplement":
                papers = self.made["missing"]
                return {"missing": (_pick(papers, shift), _pick(papers, shift + 1))[: 1 + shift % 2]}
            case "other":
                return {"status_words": _pick(self.made["local_words"], shift)}
        return {}

    def ago(self, days: int) -> date:
        return subtract_working_days(self.calendar, self.today, days)

    def after(self, day: date, days: int) -> date:
        return add_working_days(self.calendar, day, days)


def _received_ago(kind: str, shift: int, promised: int) -> int:
    """Working days since it was received, for a procedure that takes *promised*."""
    match kind:
        case "late":
            return promised + 1 + shift % 6
        case "ready" | "stopped":
            return promised + 6
        case "returned":
            return promised + 8 + shift % 20
        case "refused":
            return 3 + shift % 12
    return 1 + shift % promised


def _pick(choices: Sequence[Any], index: int) -> Any:
    return choices[index % len(choices)]
