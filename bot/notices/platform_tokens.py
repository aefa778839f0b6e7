"""The pair of tokens that a platform lends us, which all processes share: kept by the store, renewed by one process at a time.

A refresh token is good once. Whoever means to spend it takes the lease first; the new pair is committed before anybody uses it. A pair
belongs to the refresh token that it grew from, not to the lease: a holder that was slow still stores what it got, and one that was
overtaken stores nothing.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

LEASE = timedelta(seconds=60)
"""How long one process may take to renew the pair; after that it counts as dead and another may try."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is held now. ``access`` is None before the first renewal; ``refresh_since`` is when the refresh token came to us.

    ``failure`` is what the platform last answered where it refused to renew, at ``failed_at``; None while all is well.
    """

    access: str | None = field(repr=False)
    access_until: datetime | None
    refresh_since: datetime
    failed_at: datetime | None = None
    failure: str | None = None


class PlatformTokens(Protocol):
    """``app`` is whose tokens they are. Each call is a transaction of its own; all raise StoreUnavailable."""

    def settle(self, app: str, seed: str) -> Tokens:
        """Begins with *seed*, the refresh token of the settings, where nothing is held yet or what is held grew from another one."""
        ...

    def held(self, app: str) -> Tokens: ...

    def lease(self, app: str, holder: str, spent: str | None) -> str | None:
        """The refresh token to spend; None where the access token is another than *spent* already, or somebody else is at it."""
        ...

    def renewed(self, app: str, spent_refresh: str, access: str, access_until: datetime, refresh: str) -> bool:
        """Keeps the new pair and ends the lease; False where another pair has taken its place meanwhile."""
        ...

    def refused(self, app: str, spent_refresh: str, failure: str) -> None:
        """The platform does not renew this one: a person has to consent again. Nothing where another pair has taken its place."""
        ...

    def give_up(self, app: str, holder: str) -> None:
        """Ends the lease without having learnt anything."""
        ...
