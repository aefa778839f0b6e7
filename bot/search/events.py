"""A citizen's words -> the event in their life that they tell of ("mở quán", "nhà có tang"), and how sure.

An event is meant by who tells of the situation and asks for everything there is to do; who names one paper asks for that one. So a
message is held against the event's own phrases, word for word, and against the situations, the asks and the papers of
``data/events.yaml``; nothing is weighed. Which of event and procedure wins where both fit, ``EventFinder.find`` says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.catalog.life_events import LifeEvent
from bot.search import lexicon
from bot.search.evidence import accented, fits
from bot.search.folding import Word, folded, read

GAP = ".."
MOST_BETWEEN = 4
"""Words that may stand between two pieces of a saying."""
MOST_WORDS = 60
"""A longer message is a story of which every event would find a piece."""
_EXACT = "!"


@dataclass(frozen=True, slots=True)
class EventMatch:
    """An event found. ``said``: the message is one of its phrases, marks and slips aside; ``sure``: answer with it at once."""

    event: str
    said: bool
    sure: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    words: tuple[Word, ...]
    exact: tuple[bool, ...]

    def at(self, said: Sequence[Word], start: int, with_marks: bool) -> bool:
        """Whether the piece stands at *start* of *said*; a text typed with marks means each bare word bare."""
        if start >= len(said) or said[start].fold != self.words[0].fold:
            return False
        window = said[start : start + len(self.words)]
        return len(window) == len(self.words) and all(
            fits(word, meant, exact) and not (with_marks and len(self.words) == 1 and word.key != meant.key)
            for word, meant, exact in zip(window, self.words, self.exact, strict=True)
        )


class _Sayings:
    """Names for sayings with gaps: pieces that follow one another, few words between; all names are found in one pass."""

    def __init__(self, table: Mapping[str, Iterable[str]]) -> None:
        self._by_first: dict[str, list[tuple[str, tuple[_Piece, ...]]]] = {}
        for name, texts in table.items():
            for text in texts:
                pieces = tuple(_piece(each) for each in text.split(GAP))
                self._by_first.setdefault(pieces[0].words[0].fold, []).append((name, pieces))

    def spans(self, said: Sequence[Word]) -> Iterator[tuple[str, int, int]]:
        """(name, first word, one past the last) of every saying in *said*."""
        with_marks = accented(said)
        for start, word in enumerate(said):
            for name, pieces in self._by_first.get(word.fold, ()):
                end = _follow(pieces, said, start, with_marks)
                if end is not None:
                    yield name, start, end


def _piece(text: str) -> _Piece:
    typed = text.split()
    words = tuple(read(text.replace(_EXACT, "")))
    exact = tuple(each.endswith(_EXACT) for each in typed) if len(typed) == len(words) else (False,) * len(words)
    return _Piece(words, exact)


def _follow(pieces: Sequence[_Piece], said: Sequence[Word], start: int, with_marks: bool) -> int | None:
    """One past the last word of *pieces* when they begin at *start*, else None."""
    if not pieces[0].at(said, start, with_marks):
        return None
    end = start + len(pieces[0].words)
    for piece in pieces[1:]:
        at = next((at for at in range(end, min(end + MOST_BETWEEN, len(said)) + 1) if piece.at(said, at, with_marks)), None)
        if at is None:
            return None
        end = at + len(piece.words)
    return end


@dataclass(frozen=True)
class _Lexicon:
    asks: _Sayings
    papers: _Sayings
    situations: _Sayings
    events: frozenset[str]


@cache
def _lexicon() -> _Lexicon:
    table = lexicon.table("events.yaml")
    situations = {str(event): [str(each) for each in said] for event, said in table["events"].items()}
    asks, papers = ({name: [str(each) for each in table[name]]} for name in ("asks", "papers"))
    return _Lexicon(_Sayings(asks), _Sayings(papers), _Sayings(situations), frozenset(situations))


def told_events() -> frozenset[str]:
    """Ids of the events whose situations the lexicon knows."""
    return _lexicon().events


class EventFinder:
    """The events of one catalogue; asking never changes it.

    *right* reads a text with its slips put right (``Finder.read``). What was typed counts as it stands first: where the catalogue of
    procedures lacks a word of an event, putting it right would lose it.
    """

    def __init__(self, events: Sequence[LifeEvent], right: Callable[[str], Sequence[Word]] = read) -> None:
        self._right = right
        self._order = {event.id: at for at, event in enumerate(events)}
        self._said: dict[str, str] = {}
        for event in events:
            for text in (event.label, *event.phrases):
                self._said.setdefault(folded(read(text)), event.id)

    def find(self, text: str, *, procedure_sure: bool = False, one_facet: bool = False) -> EventMatch | None:
        """The event that *text* tells of; None when it tells of none.

        ``procedure_sure``: one procedure answers it already, so that only a plain ask for everything wins over it;
        ``one_facet``: it asks for a fee, a time, a form, which an event has not.
        """
        typed = read(text)
        righted = self._right(text)
        for words in (typed, righted):
            if (same := self._said.get(folded(words))) is not None:
                return EventMatch(same, said=True, sure=True)
        if one_facet or not typed or len(typed) > MOST_WORDS:
            return None
        found = self._told(typed, procedure_sure)
        if found is None and folded(righted) != folded(typed):
            found = self._told(righted, procedure_sure)
        return found

    def _told(self, words: Sequence[Word], procedure_sure: bool) -> EventMatch | None:
        """The event of the situation told, unless a single paper is named besides; sure where everything is asked for."""
        known = _lexicon()
        found = self._situation(words, known)
        if found is None:
            return None
        event, span = found
        if any(not _inside((start, end), span) for _, start, end in known.papers.spans(words)):
            return None
        if any(not _inside((start, end), span) for _, start, end in known.asks.spans(words)):
            return EventMatch(event, said=False, sure=True)
        return None if procedure_sure else EventMatch(event, said=False, sure=False)

    def _situation(self, words: Sequence[Word], known: _Lexicon) -> tuple[str, tuple[int, int]] | None:
        """The event of the longest situation told; of two alike the one told first, then the catalogue's order."""
        best: tuple[tuple[int, int, int], str, tuple[int, int]] | None = None
        for event, start, end in known.situations.spans(words):
            if event in self._order:
                rank = (start - end, start, self._order[event])
                if best is None or rank < best[0]:
                    best = rank, event, (start, end)
        return (best[1], best[2]) if best else None


def _inside(inner: tuple[int, int], outer: tuple[int, int]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
