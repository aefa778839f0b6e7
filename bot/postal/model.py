"""Where the post goes, what it fetches and brings, and on which list it was told so."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.postal.prices import Quote

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


Service = Literal["fetch", "bring"]
"""``fetch``: the post fetches the papers at home and hands them in (nhận hồ sơ). ``bring``: it brings the result (trả kết quả)."""

OrderState = Literal[
    "asked",             # kept; a person has to settle something first (a price outside the table)
    "confirmed",         # waits for the next manifest
    "handed_over",       # stands on a manifest
    "fetched",           # the post has the papers from the citizen
    "in_transit",
    "out_for_delivery",
    "delivered",
    "failed",            # nobody there, wrong address: the post tries again, or not
    "returned",          # back at the counter
    "cancelled",
]
CHANGEABLE: tuple[OrderState, ...] = ("asked", "confirmed")
"""Until hand-over the citizen changes or cancels by themselves; afterwards only with the post's help."""
OVER: tuple[OrderState, ...] = ("delivered", "returned", "cancelled")

TimeOfDay = Literal["any", "morning", "afternoon"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom the post visits. ``other``: somebody they name who may hand over or receive in their place, showing an ID card."""

    name: str
    phone: str
    """As ``Phone.national``."""
    address: Address
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An order before it has a number: about a ``dossier`` (its code), a ``procedure`` (its code), or both."""

    citizen: int
    service: Service
    dossier: str | None
    procedure: str | None
    recipient: Recipient
    quote: Quote | None
    """None: the table has no price for it, and the order is only ``asked``."""
    relief: str | None = None
    """Id of the relief that was claimed; the post looks at its proof."""
    time_of_day: TimeOfDay = "any"
    note: str | None = None
    pair: str | None = None
    """Number of the order for the other way, where both were asked for at once."""


@dataclass(frozen=True, slots=True)
class Order:
    """``number`` is a short code of kind B. ``manifest`` is the code of the one manifest it stands on."""

    number: str
    draft: Draft
    state: OrderState
    made_at: datetime
    collect: int | None = None
    """Fees to collect at the door, whole đồng; 0 none, None not known: the post asks the counter."""
    hand_back: tuple[str, ...] = ()
    """Originals that the citizen must hand back when the result is brought."""
    sheets: int | None = None
    manifest: str | None = None
    item: str | None = None
    """The post's own number for the consignment (mã bưu gửi)."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an order. ``attempt`` counts tries at the door from 1, 0 where the post does not say."""

    state: OrderState
    on: date
    attempt: int = 0
    reason: str | None = None
    """Why it failed or was returned, in the post's words."""
    receiver: str | None = None
    """Who signed."""
    next_try: date | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """The list handed to the post. ``code`` has a running number that never comes twice, within the year of ``day``."""

    code: str
    day: date
    made_at: datetime
    orders: tuple[Order, ...]
    """As they stood when the list was made up, in the list's order."""
