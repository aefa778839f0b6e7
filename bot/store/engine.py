"""The store: opened once for a process, safe to use from any thread."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.appointments.repository import Appointments
from bot.clock import Clock
from bot.dialogue.messages import Incoming, Outgoing
from bot.dialogue.turns import Event
from bot.dossiers.repository import Dossiers
from bot.errors import SettingsError
from bot.feedback.model import Feedback
from bot.guidance.model import GuidanceLog
from bot.misses.model import Misses
from bot.notices.outbox import Notices
from bot.postal.repository import Post
from bot.privacy.model import Privacy
from bot.readiness.model import ReadinessChecks
from bot.store.appointments import StoredAppointments
from bot.store.crypto import LOOKUP_KEY, Keys
from bot.store.database import Database
from bot.store.dossiers import StoredDossiers
from bot.store.feedback import StoredFeedback
from bot.store.guidance import StoredGuidanceLog
from bot.store.misses import StoredMisses
from bot.store.outbox import StoredNotices, StoredOutbox
from bot.store.post import StoredPost
from bot.store.privacy import StoredPrivacy
from bot.store.readiness import StoredReadinessChecks
from bot.store.retention import StoredRetention
from bot.store.rotation import rotate
from bot.store.schema import bring_to_head, prepare_file, upgrade_to
from bot.store.scope import Scope
from bot.store.tables import call_backs, conversations, inbox, key_check, outbox
from bot.store.turns import StoredTurn, StoredTurns
from bot.store.urls import exists, read_url, sqlite_file
from bot.store.visits import StoredVisits
from bot.store.zalo_tokens import StoredZaloTokens
from bot.visits.model import Visits


@dataclass(frozen=True, slots=True)
class Repositories:
    """The repositories of one transaction."""

    appointments: Appointments
    dossiers: Dossiers
    readiness: ReadinessChecks
    guidance: GuidanceLog
    feedback: Feedback
    privacy: Privacy
    notices: Notices
    misses: Misses
    visits: Visits
    post: Post


class Store:
    """Everything that is kept. ``outbox``, ``retention`` and ``platform_tokens`` are the workers' sides of it."""

    def __init__(self, database: Database, keys: Keys, clock: Clock) -> None:
        self._database, self._keys, self._clock = database, keys, clock
        self._turns = StoredTurns(database, keys, clock, _repositories)
        self.outbox = StoredOutbox(database, clock)
        self.retention = StoredRetention(database, clock)
        self.platform_tokens = StoredZaloTokens(database, keys, clock)

    def intake(self, incoming: Incoming) -> bool:
        """Stores the event; False for a duplicate, which changes nothing."""
        return self._turns.intake(incoming)

    def intake_all(self, incoming: Sequence[Incoming]) -> Sequence[bool]:
        """The same for each, in one transaction where that is possible."""
        return self._turns.intake_all(incoming)

    def open_turn(self) -> AbstractContextManager[StoredTurn[Repositories] | None]:
        """The oldest unfinished event of a conversation that nobody holds; None when there is none."""
        return self._turns.open_turn()

    def failed(self, event: Event, apology: Outgoing | None) -> None:
        """Counts a failed attempt; with an *apology* the event is dead: answered with that, never tried again."""
        self._turns.failed(event, apology)

    @contextmanager
    def reading(self) -> Iterator[Repositories]:
        """Repositories that only read, all of one moment."""
        with self._database.reading() as connection:
            yield _repositories(Scope(connection, self._clock, self._keys))

    @contextmanager
    def writing(self) -> Iterator[Repositories]:
        """Repositories for commands: committed at the end, undone when the block raises."""
        with self._database.writing() as connection:
            yield _repositories(Scope(connection, self._clock, self._keys))
            connection.commit()

    def status(self) -> dict[str, int]:
        """How far behind the bot is, in whole seconds (0 where nothing waits), and what needs a person."""
        now = self._clock.now()
        unanswered = sa.select(sa.func.min(inbox.c.received_at)).where(inbox.c.done_at.is_(None))
        waits = sa.and_(outbox.c.state.in_(("due", "sending")), outbox.c.due_at <= now)
        unsent = sa.select(sa.func.min(outbox.c.due_at)).where(waits)
        unknown = self.outbox.count_unknown()
        with self._database.reading() as connection:
            return {
                "oldest_unanswered_seconds": _seconds(connection.execute(unanswered).scalar(), now),
                "oldest_unsent_seconds": _seconds(connection.execute(unsent).scalar(), now),
                "dead_turns": _count(connection, inbox, inbox.c.dead_at.is_not(None)),
                "unknown_sends": unknown,
                "waiting_call_backs": _count(connection, call_backs, call_backs.c.done_at.is_(None)),
            }

    def conversation(self, channel: str, bot: str, peer: str) -> int | None:
        """The id that the repositories know this citizen by; None for one who never wrote."""
        c = conversations.c
        with self._database.reading() as connection:
            query = sa.select(c.id).where(c.channel == channel, c.bot == bot, c.peer == peer)
            return connection.execute(query).scalar_one_or_none()

    def sign(self, kind: str, text: str) -> str:
        """A hash in hex that only this deployment can make, the same in all its processes."""
        return self._keys.lookup(kind, text)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_store(url: str, keys: Keys, clock: Clock) -> Store:
    """Opens the database; SQLite is made where it is not there yet and brought to this release, PostgreSQL is not."""
    database = _database(url, keys)
    try:
        bring_to_head(database)
        _check_keys(database, keys, clock)
    except BaseException:
        database.close()
        raise
    return Store(database, keys, clock)


def upgrade(url: str, environ: Mapping[str, str] | None = None) -> None:
    """``db upgrade``: brings the schema to this release, for which no key is needed. A SQLite file that is not there yet is made with its
    keys (those of *environ*, else new ones beside it): without them nobody could open it afterwards.
    """
    file = sqlite_file(read_url(url))
    if file is not None and not exists(file):
        Keys.load(url, environ or {})
    database = _database(url, keys=None)
    try:
        upgrade_to(database)
    finally:
        database.close()


def rotate_keys(store: Store) -> int:
    """Re-encrypts whatever is not under the newest key; how many values."""
    return rotate(store._database, store._keys)


def _database(url: str, keys: Keys | None) -> Database:
    database = Database(read_url(url), keys)
    if database.file is not None:
        prepare_file(database.file)
    return database


def _repositories(scope: Scope) -> Repositories:
    return Repositories(
        appointments=StoredAppointments(scope), dossiers=StoredDossiers(scope), readiness=StoredReadinessChecks(scope),
        guidance=StoredGuidanceLog(scope), feedback=StoredFeedback(scope), privacy=StoredPrivacy(scope),
        notices=StoredNotices(scope), misses=StoredMisses(scope), visits=StoredVisits(scope), post=StoredPost(scope),
    )


def _check_keys(database: Database, keys: Keys, clock: Clock) -> None:
    """Refuses foreign keys at once: found out row by row, new data would by then lie under them beside the old."""
    proof = keys.lookup("key_check", "")
    with database.reading() as connection:
        held = connection.execute(sa.select(key_check)).one_or_none()
    if held is None:
        with database.writing() as connection:
            Scope(connection, clock, keys).add_coded(key_check, {"id": 1, "secret": proof, "lookup_hash": proof})
            connection.commit()
    elif held.lookup_hash != proof:
        raise SettingsError(f"{LOOKUP_KEY} is not the one that this database was filled with; put that one back")


def _seconds(since: datetime | None, now: datetime) -> int:
    return 0 if since is None else max(0, int((now - since).total_seconds()))


def _count(connection: sa.Connection, table: sa.Table, condition: sa.ColumnElement[bool]) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar_one()
