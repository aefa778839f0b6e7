"""Events in a life ("sinh con", "mở quán"): the procedures they bring, in the order to do them, and one list of papers a visit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bot.catalog.model import Document, Line, Note, OneOf, Procedure


@dataclass(frozen=True, slots=True)
class EventStep:
    """One procedure of an event. Steps with the same ``visit`` (counted from 1) are handed in together at one counter."""

    code: str
    note: str
    visit: int
    when: str | None = None
    """Whom it concerns, where not everyone. Several steps of a visit that all have one are alternatives, or for some only."""


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """``steps`` stand in the order to do them; ``label`` (at most 40 characters) is what a button says."""

    id: str
    label: str
    phrases: tuple[str, ...]
    intro: str
    steps: tuple[EventStep, ...]
    grief: bool = False
    """Asked about by people in mourning: a kind word comes first."""

    def visits(self) -> list[int]:
        return [visit for visit, _ in groupby(self.steps, key=lambda step: step.visit)]

    def at_visit(self, visit: int) -> tuple[EventStep, ...]:
        return tuple(step for step in self.steps if step.visit == visit)


@dataclass(frozen=True, slots=True)
class Use:
    """What one procedure wants of a paper: its own counts and its own condition."""

    code: str
    original: int | None = None
    copy: int | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class MergedPaper:
    """A paper named once, with every procedure of the visit that it serves, in the order of the steps."""

    paper: Document | OneOf
    uses: tuple[Use, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(use.code for use in self.uses))

    @property
    def always(self) -> bool:
        """Whether some procedure wants it of everybody."""
        return any(use.when is None for use in self.uses)


@dataclass(frozen=True, slots=True)
class PaperGroup:
    """The papers that serve the same procedures."""

    codes: tuple[str, ...]
    papers: tuple[MergedPaper, ...]


@dataclass(frozen=True, slots=True)
class VisitPapers:
    """What to bring to one visit: papers that serve most procedures first. ``by_case``: procedures of which some papers hang on the
    citizen's case and are not in the list; ``unpublished``: those whose papers the catalogue does not have."""

    groups: tuple[PaperGroup, ...]
    by_case: tuple[str, ...]
    unpublished: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(len(group.papers) for group in self.groups)


class SamePapers:
    """Names that mean one paper. ``groups`` hold the name to say first, then the others."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self._first = {_bare(name): group[0] for group in groups for name in group}

    def name(self, name: str) -> str:
        """The name that stands for *name*; itself where nothing else means the same."""
        return self._first.get(_bare(name), name)


def merged_papers(procedures: Sequence[Procedure], same: SamePapers) -> VisitPapers:
    """One list of papers for *procedures*, which are handed in together.

    Papers of one name, group and form are one paper (an unknown form fits any); a choice is one with a choice of the same papers.
    What belongs to some cases of a procedure only is left to that procedure's own answer; what belongs to all of them is not.
    """
    piles: list[_Pile] = []
    for procedure in procedures:
        for line in procedure.documents:
            if not isinstance(line, Note) and _for_all_cases(line, procedure):
                _pile(line, piles, same).lines.append((line, _use(line, procedure.code)))
    merged = [_merge(pile, same) for pile in piles]
    return VisitPapers(
        groups=_grouped(merged, [procedure.code for procedure in procedures]),
        by_case=tuple(each.code for each in procedures if _has_case_papers(each)),
        unpublished=tuple(each.code for each in procedures if not each.no_documents and not _papers(each)),
    )


def _papers(procedure: Procedure) -> list[Line]:
    return [line for line in procedure.documents if not isinstance(line, Note)]


def _for_all_cases(line: Line, procedure: Procedure) -> bool:
    return not line.cases or {case.id for case in procedure.cases} <= set(line.cases)


def _has_case_papers(procedure: Procedure) -> bool:
    return any(not _for_all_cases(line, procedure) for line in _papers(procedure))


@dataclass
class _Pile:
    """Lines that mean one paper; ``form`` is the number that one of them names."""

    key: tuple[object, ...]
    form: str | None
    lines: list[tuple[Document | OneOf, Use]] = field(default_factory=list)


def _pile(line: Document | OneOf, piles: list[_Pile], same: SamePapers) -> _Pile:
    """The pile that *line* goes on. Two forms of one name are two papers; a line without a form's number is either."""
    key, form = _key(line, same), line.form if isinstance(line, Document) else None
    for pile in piles:
        if pile.key == key and (form is None or pile.form is None or pile.form == form):
            pile.form = pile.form or form
            return pile
    piles.append(_Pile(key, form))
    return piles[-1]


def _key(line: Document | OneOf, same: SamePapers) -> tuple[object, ...]:
    if isinstance(line, OneOf):
        return ("one_of", line.group, frozenset(_bare(same.name(each.name)) for each in line.options))
    return ("document", line.group, _bare(same.name(line.name)))


def _use(line: Document | OneOf, code: str) -> Use:
    if isinstance(line, OneOf):
        return Use(code, when=line.when)
    return Use(code, line.original, line.copy, line.when)


def _merge(pile: _Pile, same: SamePapers) -> MergedPaper:
    """The paper as first told, by the name that stands for all of them, with the form that any of them names."""
    paper = pile.lines[0][0]
    if isinstance(paper, Document):
        paper = Document(same.name(paper.name), paper.group, form=pile.form)
    return MergedPaper(paper, tuple(dict.fromkeys(use for _, use in pile.lines)))


def _grouped(papers: Sequence[MergedPaper], order: Sequence[str]) -> tuple[PaperGroup, ...]:
    """Groups by what the papers serve: those that serve most first, then in the order of the steps; papers for everyone before others."""
    groups: dict[tuple[str, ...], list[MergedPaper]] = {}
    for paper in papers:
        groups.setdefault(paper.codes, []).append(paper)
    ranked = sorted(groups, key=lambda codes: (-len(codes), [order.index(code) for code in codes]))
    return tuple(PaperGroup(codes, tuple(sorted(groups[codes], key=lambda paper: not paper.always))) for codes in ranked)


def _bare(name: str) -> str:
    return " ".join(name.casefold().split())
