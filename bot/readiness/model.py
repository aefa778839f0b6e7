"""A readiness check: what a citizen says is in hand, held against the catalogue."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.catalog.model import Document, Note, OneOf, Procedure


@dataclass(frozen=True, slots=True)
class Readiness:
    """``ticked`` holds positions in the papers of this case, counted from 1."""

    code: str
    citizen: int
    procedure: str
    case: str | None
    ticked: tuple[int, ...]
    catalogue_version: str
    at: datetime


class ReadinessChecks(Protocol):
    def keep(self, check: Readiness) -> bool:
        """Stores it; False when the code is taken (make another)."""
        ...

    def get(self, code: str) -> Readiness | None: ...

    def latest(self, citizens: Collection[int]) -> Mapping[tuple[int, str], Readiness]:
        """The newest check of each of these citizens for each procedure, by (citizen, code of the procedure)."""
        ...


def papers(procedure: Procedure, case: str | None) -> list[Document | OneOf]:
    """The papers of a case in gathering order, those for everyone before those for some; notes are no papers."""
    lines = [line for line in procedure.lines_for(case) if not isinstance(line, Note)]
    return sorted(lines, key=lambda paper: paper.when is not None)


def missing(procedure: Procedure, case: str | None, ticked: Sequence[int]) -> list[Document | OneOf]:
    """Papers for everyone that are not ticked. Those for some people only (``when``) are for the citizen to judge."""
    return [
        paper for number, paper in enumerate(papers(procedure, case), start=1)
        if number not in ticked and paper.when is None
    ]
