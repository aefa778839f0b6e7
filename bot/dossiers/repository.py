"""What the dossiers need of a store."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from bot.dossiers.model import Changed, Dossier, Follower, Import, SecondFact, Update


class Dossiers(Protocol):
    def get(self, code: str) -> Dossier | None:
        """The dossier under its canonical *code*."""
        ...

    def put(self, dossiers: Iterable[Dossier]) -> int:
        """Adds or replaces by code; how many changed."""
        ...

    def update(self, dossiers: Sequence[Dossier], told: Collection[str]) -> Update:
        """Takes over a batch of an export, each code once, and tells what is new. What is held from a later export stays as it is, and
        so do fields that the export does not tell of: *told* names those it does (``rules.merged``).

        Whoever wants to hear of changes (notices to followers) is called with them in the same transaction: ``HearsOfChanges``.
        """
        ...

    def record_import(self, done: Import) -> None: ...

    def second_facts(self) -> tuple[SecondFact, ...]:
        """What the imported exports hold to check an owner by; empty where nothing was imported."""
        ...

    def count(self) -> int: ...

    def under_way(self, due_until: date) -> Sequence[Dossier]:
        """Those received or in progress whose slip's date is *due_until* or earlier, by that date."""
        ...

    def wrong_tries(self, citizen: int, code: str, since: datetime) -> tuple[int, int]:
        """Refused look-ups since then: by this citizen (any code), and on this code (any citizen)."""
        ...

    def record_wrong_try(self, citizen: int, code: str) -> None: ...

    def follow(self, citizen: int, code: str) -> bool:
        """Keep the citizen's wish to hear of changes; False when it was kept already. What ``get`` tells afterwards in this transaction
        is what later changes are changes of.
        """
        ...

    def unfollow(self, citizen: int, code: str | None = None) -> int:
        """Forget one wish, or all of them; how many."""
        ...

    def followed(self, citizen: int) -> list[str]: ...

    def followers(self, codes: Collection[str]) -> Sequence[Follower]:
        """Who wants to hear of changes to these dossiers."""
        ...

    def followed_past(self, day: date) -> Sequence[Dossier]:
        """Those followed, received or in progress, whose slip's date is before *day*."""
        ...

    def mark(self, code: str) -> str:
        """Stands for the dossier in the causes of notices: the same for the same code, and telling nobody which."""
        ...


class HearsOfChanges(Protocol):
    def __call__(self, changes: Sequence[Changed]) -> None:
        """Called once for each batch of an import, inside its transaction: what this writes is kept or undone with the batch."""
        ...
