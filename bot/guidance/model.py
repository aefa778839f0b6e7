"""The guidance log: which fact of which procedure was told when, from which catalogue."""

from collections.abc import Iterator, Mapping
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

    def asked(self) -> Mapping[str, int]:
        """How many times each procedure was told of, by its code, over all that is kept."""
        ...
