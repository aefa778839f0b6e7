"""An office, as the office itself fills it in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

from bot.calendar.model import Period
from bot.catalog.model import LocalEntry, Procedure
from bot.postal.prices import PriceTable

USUAL_NIGHT = (time(21), time(7))
"""When nobody is written to unasked, where the office has not said otherwise."""


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
    forms: Mapping[str, bool] | None = None
    """By code of the procedure: whether its form lies ready at the counter, as far as the office has said."""

    def counters_for(self, field: str | None) -> tuple[Counter, ...]:
        """Counters that serve *field*; those for every field when the field is unknown."""
        return tuple(each for each in self.counters if not each.fields or field is None or field in each.fields)

    def has_form(self, code: str) -> bool | None:
        """Whether the form of the procedure lies ready here; None where the office has not said."""
        return (self.forms or {}).get(code)

    def counter(self, counter_id: str) -> Counter | None:
        return next((each for each in self.counters if each.id == counter_id), None)


@dataclass(frozen=True, slots=True)
class OldPlace:
    """A unit that people still name, and what it belongs to now. ``office`` is an id, None when another office has it."""

    name: str
    now: str
    office: str | None


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where fees may be paid to; told to citizens only where the office has switched it on."""

    bank: str
    number: str
    holder: str


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
    address_word: str = "anh/chị"
    """How the bot addresses a citizen."""
    bank: BankAccount | None = None
    local: Mapping[str, LocalEntry] = field(default_factory=dict)
    """By code: the office's overlay on the catalogue."""
    post: PriceTable | None = None
    """What the post charges from here; None where the office has no table: then nobody is quoted a price."""
    quiet: tuple[time, time] = USUAL_NIGHT
    """From when in the evening to when in the morning nobody is written to unasked."""

    def counters_for(self, office: Office, procedure: Procedure | None) -> tuple[Counter, ...]:
        """Counters of *office* that take in *procedure*: the one that the overlay names, else those of its field."""
        if procedure is None:
            return office.counters_for(None)
        own = self.own_counter(procedure.code)
        return (own[1],) if own and own[0].id == office.id else office.counters_for(procedure.field)

    def own_counter(self, code: str) -> tuple[Office, Counter] | None:
        """The counter that the overlay names for the procedure, with its office."""
        entry = self.local.get(code)
        office_id, _, counter_id = (entry.counter or "").partition("/") if entry else ("", "", "")
        office = self.office(office_id)
        counter = office.counter(counter_id) if office else None
        return (office, counter) if office and counter else None

    def has_form(self, office: Office | None, code: str) -> bool | None:
        """Whether the form of the procedure lies ready at *office*; None where nobody has said."""
        entry = self.local.get(code)
        if entry is not None and entry.form_at_counter is not None:
            return entry.form_at_counter
        return office.has_form(code) if office else None

    def office(self, office_id: str) -> Office | None:
        return next((each for each in self.offices if each.id == office_id), None)

    @property
    def centres(self) -> tuple[Office, ...]:
        return tuple(each for each in self.offices if each.kind == "centre")
