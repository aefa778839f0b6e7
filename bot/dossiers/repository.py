"""What the dossiers need of a store."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from bot.dossiers.model import Dossier


class Dossiers(Protocol):
    def get(self, code: str) -> Dossier | None:
        """The dossier under its canonical *code*."""
        ...

    def put(self, dossiers: Iterable[Dossier]) -> int:
        """Adds or replaces by code; how many changed."""
        ...

    def count(self) -> int: ...

    def wrong_tries(self, citizen: int, code: str, since: datetime) -> tuple[int, int]:
        """Refused look-ups since then: by this citizen (any code), and on this code (any citizen)."""
        ...

    def record_wrong_try(self, citizen: int, code: str) -> None: ...

    def follow(self, citizen: int, code: str) -> bool:
        """Keep the citizen's wish to hear of changes; False when it was kept already."""
        ...

    def unfollow(self, citizen: int, code: str | None = None) -> int:
        """Forget one wish, or all of them; how many."""
        ...

    def followed(self, citizen: int) -> list[str]: ...
