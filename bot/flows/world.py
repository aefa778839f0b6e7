"""What a flow may look at and change: this turn's repositories, the catalogue, the office, the time. A flow never commits."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.appointments.repository import Appointments
from bot.calendar.model import NationalCalendar
from bot.catalog.life_events_reader import LifeEvents
from bot.catalog.model import Catalog
from bot.clock import local
from bot.dossiers.repository import Dossiers
from bot.feedback.model import Feedback
from bot.guidance.model import GuidanceLog
from bot.misses.model import Misses
from bot.notices.outbox import Notices
from bot.offices.model import Office, Town
from bot.postal.repository import Post
from bot.privacy.model import Privacy
from bot.readiness.model import ReadinessChecks
from bot.search.events import EventFinder
from bot.search.finder import Finder
from bot.understanding.model import Understood
from bot.understanding.reading import Reader


class Words(Protocol):
    """The pieces of sentences that a flow puts together; whole sentences are the engine's business."""

    def part(self, flow: str, step: str, /, **fields: str) -> str: ...

    def has(self, flow: str, step: str, variant: str) -> bool: ...


@dataclass(frozen=True)
class Premises:
    """What is there without a conversation. A town without offices answers about procedures and says what is not set up."""

    now: datetime
    town: Town
    words: Words
    calendar: NationalCalendar

    @property
    def today(self) -> date:
        return local(self.now).date()

    @property
    def centre(self) -> Office | None:
        """The centre that answers for the house: the first one."""
        return next(iter(self.town.centres), None)


@dataclass(frozen=True)
class World(Premises):
    """``citizen`` is the conversation's id."""

    citizen: int
    channel: str
    catalog: Catalog
    events: LifeEvents
    finder: Finder
    event_finder: EventFinder
    reader: Reader
    appointments: Appointments
    dossiers: Dossiers
    readiness: ReadinessChecks
    guidance: GuidanceLog
    feedback: Feedback
    privacy: Privacy
    notices: Notices
    misses: Misses
    post: Post

    def understand(self, text: str) -> Understood:
        return self.reader.understand(text, self.now)


def house_fields(world: Premises) -> dict[str, str]:
    """What every text may name: the bot, the centre, its phone."""
    return house(world.town, world.words)


def house(town: Town, words: Words) -> dict[str, str]:
    """The same, where no conversation is going on."""
    centre = next(iter(town.centres), None)
    return {
        "bot": town.bot_name or words.part("wording", "bot_name"),
        "office": centre.name if centre else words.part("wording", "no_office"),
        "phone": town.hotline or (centre.phone if centre else words.part("wording", "no_phone")),
    }
