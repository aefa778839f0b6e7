"""What the bot takes a message to be."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.search.model import NOTHING, Found

Intent = Literal[
    "procedure", "status", "book", "cancel_booking", "reschedule", "post_result_home", "post_pickup", "home_visit",
    "hours_address", "human", "feedback_complaint", "survey_rating", "pay_fee", "my_data", "menu_help", "greeting",
    "thanks_bye", "follow_up", "emergency", "abuse", "out_of_scope",
]
Facet = Literal["summary", "documents", "fee", "time", "where", "steps", "online", "form"]
Emergency = Literal["fire", "medical", "crime", "child"]


@dataclass(frozen=True, slots=True)
class Understood:
    """A first reading of one message.

    ``day`` is the date that the message names; ``ask_day`` says that it names one which must be asked about
    (impossible, past, lunar, double). ``dossier_code`` is canonical: a reading, not a look-up. ``not_ours`` names who
    handles what is not done here (``court``, ``tax``, ``insurance``, …: a key of texts/vi/not_ours.yaml),
    ``emergency`` which number to call first. ``sure`` is false where another reading is nearly as likely.
    """

    intent: Intent
    sure: bool
    found: Found = NOTHING
    facet: Facet | None = None
    fill_in: bool = False
    """With the facet ``form``: asks how to fill it in, rather than which it is."""
    dossier_code: str | None = None
    day: date | None = None
    ask_day: bool = False
    hour: tuple[int, int] | None = None
    """Hour and minute named, on the 24-hour clock."""
    half_day: Literal["morning", "afternoon"] | None = None
    emergency: Emergency | None = None
    not_ours: str | None = None
    place: str | None = None
    """The words that name a place (an old unit's name, a hamlet), as typed; for hours_address."""
    second: Intent | None = None
    """Another intent in the same message: done after the first, when offered."""
