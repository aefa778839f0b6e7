"""The token of every call: renewed before it ends, by one process at a time, and stored before anybody uses it."""

import asyncio
import logging
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from bot.channels.errands import back_off
from bot.channels.zalo.official_account.client import Account, Client, NoAnswer, Pair, Refused
from bot.channels.zalo.official_account.wire import CHANNEL
from bot.clock import Clock
from bot.errors import MotCuaError, StoreUnavailable
from bot.notices.platform_tokens import PlatformTokens, Tokens

log = logging.getLogger(__name__)

RENEW_AT = 0.8
"""Of a token's life: of 25 hours, after 20."""
LOOK_EVERY = 60.0
CONSENT_LASTS = timedelta(days=90)
"""A refresh token that is not used for three months is dead."""
WARN_BEFORE = timedelta(days=14)
TRY_A_REFUSED_ONE_AFTER = timedelta(minutes=10)
"""Which refusals are for ever is not documented: now and then it is tried again."""
WAIT_FOR_ANOTHER = 20.0
"""Seconds that a send waits for another process that renews the pair."""
TRY_AGAIN = timedelta(seconds=2)
ENDS_SOON = timedelta(seconds=30)
GLANCE = 0.2
GOODBYE_SECONDS = 20.0

CONSENT_AGAIN = "an admin of the OA has to consent again; set the new BOT_ZALO_OA_REFRESH_TOKEN and start again"


class NoToken(MotCuaError):
    """There is none to send with; ask again at ``retry_at``."""

    def __init__(self, why: str, retry_at: datetime) -> None:
        super().__init__(why)
        self.retry_at = retry_at


class TokenKeeper:
    """One for a process; the store is what they share. Belongs to the event loop. All but ``health`` raise StoreUnavailable."""

    def __init__(self, account: Account, stored: PlatformTokens, client: Client, clock: Clock) -> None:
        self._account, self._stored, self._client, self._clock = account, stored, client, clock
        self._app, self._holder = account.app_id, secrets.token_hex(8)
        self._tokens: Tokens | None = None
        self._one_at_a_time = asyncio.Lock()
        self._renewing: asyncio.Task[None] | None = None
        self._failures = 0
        self._warned = False

    async def access(self) -> str:
        """One that is good as far as we know. Raises NoToken."""
        tokens = self._tokens or await self._settle()
        if tokens.access is None or self._ends_soon(tokens):
            return await self.renew(tokens.access)
        return tokens.access

    async def renew(self, spent: str | None) -> str:
        """Another one than *spent*, which the platform did not take. Raises NoToken."""
        if self._tokens is None:
            await self._settle()
        async with self._one_at_a_time:
            until = asyncio.get_running_loop().time() + WAIT_FOR_ANOTHER
            while True:
                tokens = await self._look()
                if tokens.access is not None and tokens.access != spent and not self._ends_soon(tokens):
                    return tokens.access
                self._raise_if_refused(tokens)
                spent = tokens.access  # it may be another one by now, and old as well
                if not await self._try_to_renew(spent):
                    if asyncio.get_running_loop().time() > until:
                        raise NoToken("another process renews the token", self._clock.now() + TRY_AGAIN)
                    await asyncio.sleep(GLANCE)

    async def renew_if_old(self) -> None:
        """Before anybody has to wait for it. Whatever goes wrong is told by ``health``."""
        tokens = await self._settle() if self._tokens is None else await self._look()
        self._warn_of_the_end(tokens)
        if self._is_old(tokens) and not self._refused_lately(tokens):
            try:
                await self._try_to_renew(tokens.access)
                await self._look()
            except NoToken as error:
                log.warning("the token could not be renewed", extra={"channel": CHANNEL, "outcome": str(error)})

    async def tend(self) -> None:
        """Until cancelled."""
        while True:
            with suppress(StoreUnavailable):  # the works tell of it
                await self.renew_if_old()
            await asyncio.sleep(LOOK_EVERY)

    async def close(self) -> None:
        """A pair that is on its way is still stored: lost, it could not be had again."""
        if self._renewing is not None and not self._renewing.done():
            await asyncio.wait([self._renewing], timeout=GOODBYE_SECONDS)

    @property
    def known(self) -> str | None:
        """The last one known, without asking anybody."""
        return self._tokens.access if self._tokens else None

    def health(self) -> dict[str, Any]:
        """For ``/status``; ``alarm`` where a person has to do something."""
        tokens = self._tokens
        if tokens is None:
            return {"state": "not asked for yet"}
        told: dict[str, Any] = {
            "state": "refused" if tokens.failure else "ok",
            "access_until": tokens.access_until.isoformat() if tokens.access_until else None,
            "consent_until": (tokens.refresh_since + CONSENT_LASTS).date().isoformat(),
        }
        if tokens.failure is not None:
            told["alarm"] = f"renewing was refused ({tokens.failure}): {CONSENT_AGAIN}"
        elif self._ends_within(tokens):
            told["alarm"] = f"the consent ends on {told['consent_until']} unless the token is renewed before: see that the bot reaches Zalo"
        return told

    # -- renewing -------------------------------------------------------------------------------------------------------

    async def _settle(self) -> Tokens:
        self._tokens = await asyncio.to_thread(self._stored.settle, self._app, self._account.refresh_token)
        return self._tokens

    async def _look(self) -> Tokens:
        self._tokens = await asyncio.to_thread(self._stored.held, self._app)
        return self._tokens

    async def _try_to_renew(self, spent: str | None) -> bool:
        """False where another process is at it, or has done it. Raises NoToken. It goes on when whoever waits for it is cancelled."""
        refresh = await asyncio.to_thread(self._stored.lease, self._app, self._holder, spent)
        if refresh is None:
            return False
        self._renewing = asyncio.create_task(self._spend(refresh))
        self._renewing.add_done_callback(_heard)
        await asyncio.shield(self._renewing)
        return True

    async def _spend(self, refresh: str) -> None:
        try:
            pair = await self._client.renew(refresh)
        except NoAnswer as error:
            self._failures += 1
            await asyncio.to_thread(self._stored.give_up, self._app, self._holder)
            wait = timedelta(seconds=back_off(self._failures, least=2.0))
            raise NoToken(f"the token could not be renewed: {error}", self._clock.now() + wait) from None
        except Refused as refused:
            await asyncio.to_thread(self._stored.refused, self._app, refresh, str(refused.code))
            await self._look()
            log.error(f"renewing the token was refused: {CONSENT_AGAIN}", extra={"channel": CHANNEL, "outcome": str(refused.code)})
            raise NoToken(f"renewing was refused ({refused.code})", self._clock.now() + timedelta(minutes=1)) from None
        self._failures = 0
        await self._keep(pair, refresh)

    async def _keep(self, pair: Pair, spent_refresh: str) -> None:
        """Tried until it is stored: this pair cannot be had a second time."""
        until, failures = self._clock.now() + timedelta(seconds=pair.seconds), 0
        while True:
            try:
                kept = await asyncio.to_thread(self._stored.renewed, self._app, spent_refresh, pair.access, until, pair.refresh)
            except StoreUnavailable:
                failures += 1
                await asyncio.sleep(min(back_off(failures), 5.0))
                continue
            log.info("the token was renewed" if kept else "another pair of tokens stands already", extra={"channel": CHANNEL})
            return

    # -- judging --------------------------------------------------------------------------------------------------------

    def _raise_if_refused(self, tokens: Tokens) -> None:
        if self._refused_lately(tokens):
            raise NoToken(f"renewing was refused ({tokens.failure})", self._clock.now() + timedelta(minutes=1))

    def _refused_lately(self, tokens: Tokens) -> bool:
        return tokens.failed_at is not None and self._clock.now() - tokens.failed_at < TRY_A_REFUSED_ONE_AFTER

    def _ends_soon(self, tokens: Tokens) -> bool:
        return tokens.access_until is None or tokens.access_until - self._clock.now() < ENDS_SOON

    def _is_old(self, tokens: Tokens) -> bool:
        if tokens.access is None or tokens.access_until is None:
            return True
        return self._clock.now() >= tokens.refresh_since + RENEW_AT * (tokens.access_until - tokens.refresh_since)

    def _ends_within(self, tokens: Tokens) -> bool:
        return self._clock.now() > tokens.refresh_since + CONSENT_LASTS - WARN_BEFORE

    def _warn_of_the_end(self, tokens: Tokens) -> None:
        ends = self._ends_within(tokens)
        if ends and not self._warned:
            log.error(f"the OA's consent ends within {WARN_BEFORE.days} days: see that the bot reaches Zalo, or consent again",
                      extra={"channel": CHANNEL})
        self._warned = ends


def _heard(task: asyncio.Task[None]) -> None:
    """Takes a failure off a task of which whoever waited for it is gone."""
    if not task.cancelled():
        task.exception()
