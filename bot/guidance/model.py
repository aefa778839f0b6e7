"""The guidance log: which fact of which procedure was told when, from which catalogue."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Told:
    at: datetime
    channel: str
    procedure: str
    facet: str
    catalogue_version: str
    decision: str | None


class GuidanceLog(Protocol):
    def record(self, told: Told) -> None: ...

    def between(self, since: datetime, until: datetime) -> Iterator[Told]:
        """What was told in [since, until), in order."""
        ...
