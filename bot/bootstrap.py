"""Puts the parts together: the catalogue, the office, the store, the engine. Everything else is handed what it needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.calendar.model import NationalCalendar
from bot.calendar.reader import load_national_calendar
from bot.catalog.cache import CatalogCache
from bot.catalog.life_events_reader import LifeEvents, load_life_events
from bot.catalog.model import Catalog
from bot.catalog.reader import load_catalog
from bot.clock import Clock
from bot.dialogue.engine import Engine
from bot.dialogue.messages import Incoming, Outgoing
from bot.dialogue.turns import Event, Turns
from bot.flows.all_flows import ALL_FLOWS
from bot.flows.dossier_notices import DossierNotices
from bot.flows.reception import HOUSE, Reception
from bot.flows.world import Premises, World, house, house_fields
from bot.guidance.model import Told
from bot.notices.hours import QuietHours
from bot.notices.outbox import Sender, deliver_due
from bot.offices.model import Town
from bot.offices.reader import load_town
from bot.privacy.masking import HIDDEN, mask_ids
from bot.search.events import EventFinder
from bot.search.finder import Finder
from bot.settings import Settings
from bot.store.crypto import Keys
from bot.store.engine import Repositories, Store, open_store
from bot.texts.reader import Texts, load_texts
from bot.understanding.reading import Reader

NO_TOWN = Town(offices=(), places=(), bot_name="", self_word="em", apology_allowed=False, hotline=None, second_facts=())
"""Without an office of its own the bot answers about procedures, and says what is not set up."""


@dataclass(frozen=True)
class Knowledge:
    """What is read once and never changes while the program runs."""

    catalog: Catalog
    calendar: NationalCalendar
    finder: Finder
    reader: Reader
    events: LifeEvents
    event_finder: EventFinder


def load_knowledge(catalog_dir: Path | None, cache_dir: Path | None = None) -> Knowledge:
    """*cache_dir* spares reading the catalogue's files where nothing in them has changed."""
    catalog = load_catalog(catalog_dir, CatalogCache(cache_dir) if cache_dir else None)
    finder = Finder(catalog)
    events = load_life_events(catalog, catalog_dir)
    return Knowledge(catalog, load_national_calendar(catalog_dir), finder, Reader(finder), events, EventFinder(events.events, finder.read))


class Application:
    """The bot on one database. ``boundary`` is called at each point where a kill must do no harm (for tests)."""

    def __init__(
        self, knowledge: Knowledge, town: Town, store: Store, clock: Clock, boundary: Callable[[str], None] = lambda _: None
    ) -> None:
        self.knowledge = replace(knowledge, catalog=knowledge.catalog.with_local(town.local))
        self.town, self.store, self.clock, self.boundary = town, store, clock, boundary
        self.quiet = QuietHours(*town.quiet)
        self.texts: Texts = load_texts(town.self_word, address_word=town.address_word)
        self.engine: Engine[World] = Engine(ALL_FLOWS, Reception(), self.texts, HOUSE, house_fields)
        self._turns: Turns[Repositories] = Turns(store, self._step, self.apology, boundary)

    def accept(self, incoming: Incoming) -> bool:
        """Intake. Identity numbers are masked before anything is stored. False for a duplicate."""
        return self.accept_all([incoming])[0]

    def accept_all(self, incoming: Sequence[Incoming]) -> Sequence[bool]:
        """The same for each, in one transaction."""
        return self._turns.accept_all([_masked(each) for each in incoming])

    def take_turns(self, most: int | None = None) -> int:
        """Every turn that waits, or *most* of them; how many."""
        taken = 0
        while (most is None or taken < most) and self._turns.take_one():
            taken += 1
        return taken

    async def deliver(self, senders: Mapping[str, Sender]) -> int:
        """Sends what is due now; how many sends were begun."""
        return await deliver_due(self.store.outbox, senders, self.boundary)

    def tell_late(self) -> int:
        """Those who follow a dossier hear that its day has passed; how many notices were queued."""
        with self.store.writing() as repositories:
            return self._dossier_notices(repositories).tell_late()

    def _dossier_notices(self, repositories: Repositories) -> DossierNotices:
        return dossier_notices(self.town, self.texts, self.knowledge.calendar, self.clock, repositories)

    def world(self, citizen: int, channel: str, repositories: Repositories) -> World:
        known = self.knowledge
        return World(
            citizen=citizen, channel=channel, now=self.clock.now(), catalog=known.catalog, events=known.events,
            finder=known.finder, event_finder=known.event_finder, reader=known.reader, calendar=known.calendar,
            town=self.town, words=self.texts, appointments=repositories.appointments,
            dossiers=repositories.dossiers, readiness=repositories.readiness, guidance=repositories.guidance,
            feedback=repositories.feedback, privacy=repositories.privacy, notices=repositories.notices,
            misses=repositories.misses, post=repositories.post,
        )

    def _step(
        self, event: Event, state: Mapping[str, Any] | None, repositories: Repositories
    ) -> tuple[Mapping[str, Any], Sequence[Outgoing]]:
        """One turn of the dialogue, and the guidance that was given in it."""
        world = self.world(event.conversation, event.incoming.channel, repositories)
        new_state, said = self.engine.turn(state, event.incoming, world)
        if _was_masked(event.incoming.text) and said:
            said = [replace(said[0], text=f"{self.common('masked')}\n{said[0].text}"), *said[1:]]
        for message in said:
            if message.procedure and message.facet:
                self._record_guidance(world, message.procedure, message.facet)
        return new_state, said

    def _record_guidance(self, world: World, code: str, facet: str) -> None:
        procedure = world.catalog.get(code, world.today)
        decision = procedure.decision.number if procedure and procedure.decision else None
        world.guidance.record(Told(world.now, world.channel, code, facet, world.catalog.version, decision))

    def apology(self) -> Outgoing:
        return Outgoing(self.common("failed"))

    def common(self, key: str) -> str:
        """One of the sentences that belong to no flow."""
        return self.texts.render("common", key, "say", house(self.town, self.texts))


def dossier_notices(
    town: Town, texts: Texts, calendar: NationalCalendar, clock: Clock, repositories: Repositories
) -> DossierNotices:
    """Notices to followers, in the transaction of *repositories*."""
    premises = Premises(clock.now(), town, texts, calendar)
    return DossierNotices(premises, repositories.dossiers, repositories.notices, QuietHours(*town.quiet))


def _masked(incoming: Incoming) -> Incoming:
    details = {piece: mask_ids(words)[0] for piece, words in incoming.details.items()}
    return replace(incoming, text=mask_ids(incoming.text)[0], details=details)


def _was_masked(text: str) -> bool:
    return HIDDEN * 3 in text


def open_application(settings: Settings, clock: Clock, town: Town | None = None, knowledge: Knowledge | None = None) -> Application:
    """The bot as the settings say; *town* stands in where no office of one's own is set."""
    known = knowledge or load_knowledge(settings.catalog_dir, settings.cache_dir)
    if settings.offices_dir is not None:
        town = _own_town(settings.offices_dir, known.catalog)
    store = open_store_of(settings, clock)
    if town is not None and settings.offices_dir is None:
        town = _checking_by_imports(town, store)
    return Application(known, town or NO_TOWN, store, clock)


def open_town(settings: Settings) -> Town:
    """The office's own data for what needs nothing else; NO_TOWN where none is set."""
    if settings.offices_dir is None:
        return NO_TOWN
    cache = CatalogCache(settings.cache_dir) if settings.cache_dir else None
    return _own_town(settings.offices_dir, load_catalog(settings.catalog_dir, cache))


def _own_town(folder: Path, catalog: Catalog) -> Town:
    fields, codes = ({getattr(each, name) for each in catalog} for name in ("field", "code"))
    return load_town(folder, fields, codes)


def _checking_by_imports(town: Town, store: Store) -> Town:
    """Where a sample office stands in, the owners of imported dossiers are known by what the exports' columns hold."""
    with store.reading() as repositories:
        facts = repositories.dossiers.second_facts()
    return replace(town, second_facts=facts) if facts else town


def open_store_of(settings: Settings, clock: Clock) -> Store:
    """The database that the settings name, for what needs nothing else."""
    return open_store(settings.database_url, Keys.load(settings.database_url, settings.environ), clock)
