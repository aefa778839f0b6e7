"""What changed between two versions of a catalogue, by what a citizen would notice. No words here: those are the desk's."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.catalog.model import Authority, Document, FeeItem, Note, OneOf, Online, Procedure
from bot.catalog.names import same_procedure

ChangeKind = Literal[
    "added", "gone", "replaced", "abolished", "another_procedure", "renamed", "unlisted", "listed", "authority",
    "paper_added", "paper_gone", "paper_renamed", "paper_count", "paper_shown", "paper_handed_in", "form",
    "fee", "fee_words", "time", "time_words", "online", "post",
]
SAME_PAPER = 0.55
"""Likeness from which two lines are one paper, reworded."""
INSIDE, ENOUGH_WORDS, MOST_OF_IT = 0.8, 5, 0.85
SAME_BODY = 0.5
LOCAL = ("commune", "district")
"""Levels at which there is one body a place: another wording of it is no other body."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one procedure; ``before`` and ``after`` are it, None where it was not or is no more. Papers only where they changed."""

    kind: ChangeKind
    before: Procedure | None
    after: Procedure | None
    paper_before: Document | None = None
    paper_after: Document | None = None

    @property
    def procedure(self) -> Procedure:
        """It as it is now, or as it last was."""
        found = self.after or self.before
        assert found is not None, "a change is of something"
        return found


@dataclass(frozen=True)
class Edition:
    """A catalogue at one time: one version a code. ``listing_unknown`` are codes whose source does not say whether they are listed."""

    procedures: Mapping[str, Procedure]
    listing_unknown: Collection[str] = field(default=())


def compare(old: Edition, new: Edition) -> Iterator[Change]:
    """Every change from *old* to *new*, in the order of codes."""
    for code in sorted({*old.procedures, *new.procedures}):
        before, after = old.procedures.get(code), new.procedures.get(code)
        if before is None:
            yield Change("added", None, after)
        elif after is None:
            yield Change("replaced" if before.replaced_by else "gone", before, None)
        else:
            yield from changes_of(before, after, listing=code not in old.listing_unknown and code not in new.listing_unknown)


def changes_of(before: Procedure, after: Procedure, *, listing: bool = True) -> Iterator[Change]:
    """What changed under one code; *listing*: both say whether they are listed."""
    if _abolished(after) and not _abolished(before):
        yield Change("abolished", before, after)
    if after.replaced_by and after.replaced_by != before.replaced_by:
        yield Change("replaced", before, after)
    if not same_procedure(before.name, after.name):
        # What two procedures do not have in common is no change of one.
        yield Change("another_procedure", before, after)
        return
    if plain(before.name) != plain(after.name):
        yield Change("renamed", before, after)
    if listing and before.in_national_list != after.in_national_list:
        yield Change("listed" if after.in_national_list else "unlisted", before, after)
    if _moved(_last(before), _last(after)):
        yield Change("authority", before, after)
    yield from _papers(before, after)
    if _fees(before) != _fees(after):
        yield Change("fee", before, after)
    elif plain(before.fees.text or "") != plain(after.fees.text or "") or _plain_set(before.fees.exempt) != _plain_set(after.fees.exempt):
        yield Change("fee_words", before, after)
    if _times(before) != _times(after):
        yield Change("time", before, after)
    elif _plain_set(before.time_notes) != _plain_set(after.time_notes):
        yield Change("time_words", before, after)
    if _online_differs(before.filing.online, after.filing.online):
        yield Change("online", before, after)
    if before.filing.post is not None and after.filing.post is not None and before.filing.post != after.filing.post:
        yield Change("post", before, after)


_ENUMERATOR = re.compile(r"^\s*(?:\(?(?:\d+(?:\.\d+)*|[ivx]+)[.)]|\(?[a-zđ]\))\s*", re.IGNORECASE)


def plain(text: str) -> str:
    """*text* without case, signs and spare blanks: two texts alike but for these say the same."""
    words = unicodedata.normalize("NFC", text).casefold()
    return " ".join("".join(char if char.isalnum() else " " for char in words).split())


def likeness(one: str, other: str) -> float:
    """Share of words in common, from 0 to 1; a text that the other one only goes on from is much like it."""
    mine, theirs = set(plain(one).split()), set(plain(other).split())
    fewer = min(len(mine), len(theirs))
    if not fewer:
        return 0.0
    shared = len(mine & theirs)
    inside = shared / fewer * INSIDE if fewer >= ENOUGH_WORDS and shared / fewer >= MOST_OF_IT else 0.0
    return max(shared / len(mine | theirs), inside)


def _abolished(procedure: Procedure) -> bool:
    return procedure.valid_to is not None or (procedure.decision is not None and procedure.decision.status == "abolished")


def _last(procedure: Procedure) -> Authority | None:
    return procedure.authority[-1] if procedure.authority else None


def _moved(before: Authority | None, after: Authority | None) -> bool:
    """Only where both are known: that a source is silent is no change."""
    if before is None or after is None:
        return False
    if before.level != after.level:
        return True
    return before.level not in LOCAL and likeness(before.body, after.body) < SAME_BODY


def _online_differs(before: Online | None, after: Online | None) -> bool:
    """Only where both are known; that nobody says how much of it goes online ("possible") is no other answer than how much."""
    if not before or not after or before == after:
        return False
    return "possible" not in (before, after) or "none" in (before, after)


# -- papers ---------------------------------------------------------------------------------------------------------------


def _papers(before: Procedure, after: Procedure) -> Iterator[Change]:
    old, new = _by_name(before), _by_name(after)
    pairs = [(old[name], new[name]) for name in old if name in new]
    gone = {name: paper for name, paper in old.items() if name not in new}
    come = {name: paper for name, paper in new.items() if name not in old}
    for name, other in _reworded(gone, come):
        pairs.append((gone.pop(name), come.pop(other)))
    for was, now in pairs:
        if _bare(was.name) != _bare(now.name):
            yield Change("paper_renamed", before, after, was, now)
        if _counts_differ(was, now):
            yield Change("paper_count", before, after, was, now)
        if was.group != now.group:
            yield Change("paper_shown" if now.group == "present" else "paper_handed_in", before, after, was, now)
        if _another_form(was.form, now.form):
            yield Change("form", before, after, was, now)
    for paper in gone.values():
        yield Change("paper_gone", before, after, paper, None)
    for paper in come.values():
        yield Change("paper_added", before, after, None, paper)


def _by_name(procedure: Procedure) -> dict[str, Document]:
    """Every paper once, whatever the cases it is needed in."""
    papers: dict[str, Document] = {}
    for line in procedure.documents:
        if isinstance(line, Note):
            continue
        for paper in line.options if isinstance(line, OneOf) else (line,):
            papers.setdefault(_bare(paper.name), paper)
    return papers


def _bare(name: str) -> str:
    """A paper's name without its number in the list: papers change places."""
    return plain(_ENUMERATOR.sub("", name))


def _another_form(was: str | None, now: str | None) -> bool:
    """Whether both are known and neither is the other one cut short."""
    old, new = plain(was or ""), plain(now or "")
    return bool(old and new) and not old.startswith(new) and not new.startswith(old)


def _reworded(gone: Mapping[str, Document], come: Mapping[str, Document]) -> list[tuple[str, str]]:
    """Which of those gone and those come are one paper: the likest pairs first, each paper once."""
    ranked = sorted(((likeness(name, other), name, other) for name in gone for other in come), key=lambda each: (-each[0], each[1:]))
    pairs: dict[str, str] = {}
    for share, name, other in ranked:
        if share < SAME_PAPER:
            break
        if name not in pairs and other not in pairs.values():
            pairs[name] = other
    return list(pairs.items())


def _counts_differ(was: Document, now: Document) -> bool:
    return any(
        mine is not None and theirs is not None and mine != theirs
        for mine, theirs in ((was.original, now.original), (was.copy, now.copy))
    )


# -- fees and times -------------------------------------------------------------------------------------------------------


def _cases(procedure: Procedure, ids: tuple[str, ...]) -> tuple[str, ...]:
    """By their labels: an id is a name inside one file."""
    return tuple(sorted(plain(case.label) for case in procedure.cases if case.id in ids))


def _fees(procedure: Procedure) -> tuple[object, ...]:
    def key(item: FeeItem) -> tuple[str, ...]:
        return (
            str(item.amount), plain(item.unit or ""), item.channel or "", plain(item.condition or ""), str(item.start), str(item.until),
            *_cases(procedure, item.cases),
        )

    return procedure.fees.status, tuple(sorted(key(item) for item in procedure.fees.items))


def _times(procedure: Procedure) -> set[tuple[object, ...]]:
    return {
        (limit.amount, limit.unit, limit.channel, plain(limit.condition or ""), _cases(procedure, limit.cases)) for limit in procedure.time
    }


def _plain_set(texts: tuple[str, ...]) -> set[str]:
    return {plain(text) for text in texts}
