"""A carrier: whoever takes the day's list and later tells what became of each order. Today a file each way (``file.py``)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from bot.gateways.post.statuses import Meaning
from bot.gateways.settlement.rows import Fault, Faulty
from bot.gateways.settlement.sheets import Row
from bot.gateways.settlement.titles import Header
from bot.postal.model import Manifest, Service


@dataclass(frozen=True, slots=True)
class News:
    """What the carrier tells of one order; every identification that it gives, none of them trusted alone where others disagree.

    ``meaning`` None: the order is only named, nothing is told of it.
    """

    meaning: Meaning | None
    words: str
    """The status as the carrier wrote it."""
    number: str | None = None
    """Ours, of the order."""
    dossier: str | None = None
    service: Service | None = None
    item: str | None = None
    """The carrier's own number."""
    on: date | None = None
    attempt: int = 0
    reason: str | None = None
    receiver: str | None = None
    next_try: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where it stands in a list, so that what cannot be taken can be handed back."""

    sheet: str | None
    header: Header
    row: Row
    number: int
    made_on: date
    """The day the list was made, for what has no day of its own."""

    def has(self, key: str) -> bool:
        return key in self.header.columns


@dataclass(frozen=True, slots=True)
class Told:
    place: Place
    read: News | Faulty
    doubts: tuple[Fault, ...] = ()
    """What is worth a look and keeps nothing back."""


class Carrier(Protocol):
    def hand_over(self, manifest: Manifest) -> None:
        """Lets the carrier have the list. Done again for the same list it changes nothing. Raises OSError where that cannot be done."""
        ...

    def read(self) -> Iterator[Told]:
        """What it tells, piece by piece, as often as it is asked for."""
        ...
