"""A channel of the Official Account by itself, with tokens in memory: for tests of one send or one event."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.zalo.media import PhotoFetcher
from bot.channels.zalo.official_account.channel import Words, ZaloOAChannel
from bot.channels.zalo.tickets import TicketLinks
from bot.clock import SetClock
from bot.dialogue.messages import Outgoing, Template
from bot.notices.outbox import Row
from bot.notices.platform_tokens import LEASE, Tokens
from bot.pictures.model import Slip
from bot.server import zalo_oa_account
from bot.settings import load_settings
from tests.doubles.zalo_oa import APP_ID, SEED, ZaloOADouble

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
"""A Monday, 9 in the morning in Viet Nam."""
TEMPLATES = {"BOT_ZALO_OA_TEMPLATES": "dossier_ready=312456,visit_reminder=312457"}
READY = Template("dossier_ready", {"code": "H20.14-261102-0007", "office": "Trung tâm", "phone": "0299"})


class TokensInMemory:
    """What the store keeps, for one process."""

    def __init__(self, clock: Any) -> None:
        self.clock, self.tokens, self.refresh, self.lease_of = clock, None, "", None

    def settle(self, app, seed):
        if self.tokens is None:
            self.tokens, self.refresh = Tokens(None, None, self.clock.now()), seed
        return self.tokens

    def held(self, app):
        return self.tokens

    def lease(self, app, holder, spent):
        taken = self.lease_of is not None and self.lease_of > self.clock.now()
        if taken or self.tokens.access != spent:
            return None
        self.lease_of = self.clock.now() + LEASE
        return self.refresh

    def renewed(self, app, spent_refresh, access, access_until, refresh):
        if self.refresh != spent_refresh:
            return False
        self.tokens, self.refresh, self.lease_of = Tokens(access, access_until, self.clock.now()), refresh, None
        return True

    def refused(self, app, spent_refresh, failure):
        held = self.tokens
        self.tokens = Tokens(held.access, held.access_until, held.refresh_since, self.clock.now(), failure)
        self.lease_of = None

    def give_up(self, app, holder):
        self.lease_of = None



def make_channel(double: ZaloOADouble, clock: Any = None, accept: Any = None, public_url: str | None = None, **more: str) -> ZaloOAChannel:
    """Of a consent of its own: it knows nothing of the tokens that others were lent."""
    double.consent(SEED)
    clock = clock or SetClock(NOW)
    settings = load_settings({**double.environ(), **TEMPLATES, **more})
    links = TicketLinks("zalo-oa", public_url, lambda kind, text: "0" * 32, lambda channel, row: None, clock)
    words = Words(lambda: "away", lambda link: f"entry {link}", lambda: "form", lambda: "words")
    return ZaloOAChannel(
        zalo_oa_account(settings.zalo_oa), accept, PhotoFetcher(lambda data: Slip("nothing")), links, TokensInMemory(clock), clock, words,
        public_url,
    )


def row(
    user: str = "u1", text: str = "chào", *, heard: timedelta | None = timedelta(hours=1), unfollowed: bool = False, **more: Any
) -> Row:
    """*heard*: so long before NOW they last turned to us."""
    heard_at = None if heard is None else NOW - heard
    return Row(1, 1, "zalo-oa", APP_ID, user, Outgoing(text, **more), 1, heard_at, unfollowed)


def notice(user: str = "u1", heard: timedelta | None = timedelta(hours=1), template: Template | None = READY, **more: Any) -> Row:
    return row(user, "Hồ sơ đã có kết quả.", heard=heard, kind="notice", once=True, template=template, **more)
