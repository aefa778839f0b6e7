"""Where the post goes: a unit of today's table, an address read from a citizen's words, and what is still unclear in it."""

from dataclasses import dataclass
from typing import Literal

Confidence = Literal["said", "mapped"]
"""``said``: today's commune and province stand in the citizen's words. ``mapped``: the table supplied one of them, or turned a former
name into today's; read such an address back with the names that changed."""

Asks = Literal["address", "province", "commune", "which", "place"]
"""What to ask back: the whole address; the province; the commune; which of the candidates; house, hamlet or landmark."""

MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Unit:
    """A province or a commune of today: its official code and its name with its kind (``Xã Mỹ Hiệp``)."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Address:
    """``house``, ``hamlet`` and ``landmark`` are the citizen's own words, as typed; the units are those of the table."""

    house: str | None
    """Number, lane, street; also whatever else was written that is no unit, so that no word is lost."""
    hamlet: str | None
    landmark: str | None
    commune: Unit
    province: Unit
    old_district: str | None
    """The former district with its kind, where the citizen named one: the postman may know the place by it."""
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Doubt:
    """Words that are no address yet. Each candidate is a whole address to choose by its digit; none of them is taken unasked."""

    asks: Asks
    text: str
    """All that was said so far: hand it back as ``said`` with the next answer, and nothing is lost."""
    candidates: tuple[Address, ...] = ()
    """At most MOST_CANDIDATES; empty where there are more or none."""
    unknown: str | None = None
    """The commune or district as written that the table does not have."""


@dataclass(frozen=True, slots=True)
class Phone:
    national: str
    """As people read it out: ``091 234 56 78``."""
    e164: str
    mobile: bool
