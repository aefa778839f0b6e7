"""Ours and the ready-made searches that it is measured against, all asked in one way of one catalogue.

Each is built from a catalogue and answers with at most five codes, best first. The ready-made ones get their texts lower-cased and without
marks (the FTS5 of SQLite too, which would keep ``đ``), the question as well. ``names``: official name and field of a procedure, all that a
published record has. ``names, phrases``: besides these the label, what tells it from its siblings, its cases, and the phrases, which is all
that ours reads. rapidfuzz compares the question with each text by itself and takes a procedure's best; the others join a procedure's
texts into one document, which finds more than a document a phrase (bm25s first 72 times in a hundred instead of 62).
"""

import sqlite3
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Protocol

from bot.catalog.model import Catalog, Procedure
from bot.search.folding import fold, tokens
from bot.search.model import Found

ON = date(2026, 11, 21)
NOW = datetime.fromisoformat("2026-11-21T09:00+07:00")
MOST = 5
DECLINING = frozenset(("out_of_scope", "abuse"))
"""Intents whose answer is that this is none of ours."""
_LOOKED_AT = 60
"""Texts of which a searcher's five procedures are taken: several may belong to one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``score`` is that of the first, 0 where nothing is found; ``sure`` and ``declined`` are None where the search cannot say."""

    codes: tuple[str, ...]
    score: float
    sure: bool | None = None
    declined: bool | None = None


class Searcher(Protocol):
    def ask(self, words: str) -> Answer: ...


def bare(text: str) -> str:
    return " ".join(fold(each) for each in tokens(text))


def official(procedure: Procedure) -> str:
    return bare(f"{procedure.name} {procedure.field}")


def sayings(procedure: Procedure) -> list[str]:
    """What ours reads of a procedure besides its official name and field; the label with what tells it from its siblings."""
    label = f"{procedure.label} {procedure.differs or ''}"
    return [each for text in (label, *procedure.phrases) if (each := bare(text))]


def document(procedure: Procedure, phrases: bool) -> str:
    if not phrases:
        return official(procedure)
    return " ".join((official(procedure), *sayings(procedure), *(bare(each.label) for each in procedure.cases)))


def _first_codes(codes: list[str]) -> tuple[str, ...]:
    """Each code once: a catalogue may have several versions of it."""
    return tuple(dict.fromkeys(codes))[:MOST]


class Ours:
    """The search by itself."""

    def __init__(self, catalog: Catalog) -> None:
        from bot.search.finder import Finder

        self._finder = Finder(catalog)

    def ask(self, words: str) -> Answer:
        return _ours(self._finder.find(words, ON), declined=None)


class Reading:
    """All that is done with a message before it is answered: the search, and what the message is."""

    def __init__(self, catalog: Catalog) -> None:
        from bot.search.finder import Finder
        from bot.understanding.reading import Reader

        self._reader = Reader(Finder(catalog))

    def ask(self, words: str) -> Answer:
        understood = self._reader.understand(words, NOW)
        return _ours(understood.found, declined=understood.intent in DECLINING)


def _ours(found: Found, declined: bool | None) -> Answer:
    score = found.results[0].score if found.results else 0.0
    nothing = not found.results if declined is None else declined
    return Answer(tuple(each.code for each in found.results), score, found.sure, nothing)


class Fuzzy:
    """rapidfuzz alone; *scorer* is the name of one in ``rapidfuzz.fuzz``."""

    def __init__(self, scorer: str, phrases: bool, catalog: Catalog) -> None:
        from rapidfuzz import fuzz, process

        self._scorer, self._extract = getattr(fuzz, scorer), process.extract
        texts = [
            (each.code, text) for each in catalog for text in (official(each), *(sayings(each) if phrases else ()))
        ]
        self._codes = [code for code, _ in texts]
        self._texts = [text for _, text in texts]

    def ask(self, words: str) -> Answer:
        hits = self._extract(bare(words), self._texts, scorer=self._scorer, processor=None, limit=_LOOKED_AT)
        return Answer(_first_codes([self._codes[at] for _, score, at in hits if score]), hits[0][1] if hits else 0.0)


class FullText:
    """FTS5 of SQLite: any of the words, best first by its own bm25."""

    def __init__(self, phrases: bool, catalog: Catalog) -> None:
        self._base = sqlite3.connect(":memory:")
        weakref.finalize(self, self._base.close)
        self._base.execute(
            "CREATE VIRTUAL TABLE texts USING fts5 (code UNINDEXED, said, tokenize = 'unicode61 remove_diacritics 2')"
        )
        self._base.executemany("INSERT INTO texts VALUES (?, ?)", [(each.code, document(each, phrases)) for each in catalog])
        self._base.execute("INSERT INTO texts (texts) VALUES ('optimize')")

    def ask(self, words: str) -> Answer:
        # Quoted, a word is never one of the query language (OR, NEAR).
        query = " OR ".join(f'"{each}"' for each in dict.fromkeys(bare(words).split()))
        if not query:
            return Answer((), 0.0)
        rows = self._base.execute(
            "SELECT code, rank FROM texts WHERE texts MATCH ? ORDER BY rank LIMIT ?", (query, _LOOKED_AT)
        ).fetchall()
        return Answer(_first_codes([code for code, _ in rows]), -rows[0][1] if rows else 0.0)


class Bm25:
    """bm25s with its own defaults."""

    def __init__(self, phrases: bool, catalog: Catalog) -> None:
        from bm25s import BM25

        self._codes = [each.code for each in catalog]
        self._index = BM25()
        self._index.index([document(each, phrases).split() for each in catalog], show_progress=False)

    def ask(self, words: str) -> Answer:
        asked = bare(words).split()
        if not asked:
            return Answer((), 0.0)
        hits, scores = self._index.retrieve([asked], k=min(_LOOKED_AT, len(self._codes)), show_progress=False, n_threads=0)
        found = [(self._codes[at], float(score)) for at, score in zip(hits[0], scores[0], strict=True) if score > 0]
        return Answer(_first_codes([code for code, _ in found]), found[0][1] if found else 0.0)


OURS, READING = "ours", "ours, the whole message read"
SAME_TEXTS = "WRatio, names and phrases"
"""What ours must not be slower than."""
SEARCHERS: dict[str, Callable[[Catalog], Searcher]] = {
    OURS: Ours,
    READING: Reading,
    "bm25s, names": partial(Bm25, False),
    "bm25s, names and phrases": partial(Bm25, True),
    "FTS5, names": partial(FullText, False),
    "FTS5, names and phrases": partial(FullText, True),
    "token_set_ratio, names": partial(Fuzzy, "token_set_ratio", False),
    "token_set_ratio, names and phrases": partial(Fuzzy, "token_set_ratio", True),
    "WRatio, names": partial(Fuzzy, "WRatio", False),
    SAME_TEXTS: partial(Fuzzy, "WRatio", True),
}
