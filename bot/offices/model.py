"""An office, as the office itself fills it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.calendar.model import Period


@dataclass(frozen=True, slots=True)
class Counter:
    """Where one officer serves some fields. ``minutes``: length of a visit; ``seats``: visits side by side."""

    id: str
    name: str
    fields: tuple[str, ...]
    """Official names of fields; empty means every field."""
    minutes: int
    seats: int = 1


@dataclass(frozen=True, slots=True)
class HoursException:
    """Other hours on some days (both ends included); no periods means closed."""

    first: date
    last: date
    periods: tuple[Period, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Office:
    """One place that receives. ``hours`` maps a weekday (Monday is 0) to its periods; a missing weekday is closed."""

    id: str
    name: str
    kind: Literal["centre", "post_office"]
    address: str
    phone: str
    hours: Mapping[int, tuple[Period, ...]]
    counters: tuple[Counter, ...] = ()
    exceptions: tuple[HoursException, ...] = ()
    landmark: str | None = None
    sample: bool = False
    """Made up, for trying out: said wherever a citizen sees it."""
    settled: Mapping[date, bool] | None = None
    """Days of doubtful standing that this office has settled: open or not."""

    def counters_for(self, field: str | None) -> tuple[Counter, ...]:
        """Counters that serve *field*; those for every field when the field is unknown."""
        return tuple(each for each in self.counters if not each.fields or field is None or field in each.fields)

    def counter(self, counter_id: str) -> Counter | None:
        return next((each for each in self.counters if each.id == counter_id), None)


@dataclass(frozen=True, slots=True)
class OldPlace:
    """A unit that people still name, and what it belongs to now. ``office`` is an id, None when another office has it."""

    name: str
    now: str
    office: str | None


@dataclass(frozen=True, slots=True)
class Town:
    """Everything an office deployment has of its own."""

    offices: tuple[Office, ...]
    places: tuple[OldPlace, ...]
    bot_name: str
    self_word: str
    """How the bot calls itself: ``em`` or nothing."""
    apology_allowed: bool
    """Whether the sentence of apology for a late dossier may be said."""
    hotline: str | None
    second_facts: tuple[Literal["phone", "id", "name"], ...]
    """What the office's export holds to check a dossier's owner by."""

    def office(self, office_id: str) -> Office | None:
        return next((each for each in self.offices if each.id == office_id), None)

    @property
    def centres(self) -> tuple[Office, ...]:
        return tuple(each for each in self.offices if each.kind == "centre")
