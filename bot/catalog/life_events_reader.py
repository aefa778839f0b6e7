"""Reads ``life_events.yaml`` and ``same_papers.yaml`` strictly, and holds them against the procedures: every problem, all at once."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot import strict_yaml
from bot.catalog.checks import bare
from bot.catalog.life_events import EventStep, LifeEvent, SamePapers
from bot.catalog.model import Procedure
from bot.catalog.reader import Problem, _Part, _Reader, catalog_dir
from bot.errors import CatalogError
from bot.strict_yaml import Items, Table, Text

EVENTS_FILE, SAME_PAPERS_FILE = "life_events.yaml", "same_papers.yaml"
LEAST_PHRASES = 8
MOST_OF_A_LABEL, MOST_OF_AN_INTRO, MOST_OF_A_NOTE = 40, 160, 100


@dataclass(frozen=True)
class LifeEvents:
    """All events of a catalogue, in the order of their file, and the names that mean one paper."""

    events: tuple[LifeEvent, ...]
    same: SamePapers

    def get(self, event_id: str) -> LifeEvent | None:
        return next((event for event in self.events if event.id == event_id), None)


def load_life_events(procedures: Iterable[Procedure], folder: Path | None = None) -> LifeEvents:
    """The events of *folder* (else the packaged ones), checked; none where it has no such file. Raises CatalogError with every problem."""
    events, problems = read_life_events(procedures, folder or catalog_dir())
    if problems:
        raise CatalogError(problems)
    return events


def read_life_events(procedures: Iterable[Procedure], folder: Path) -> tuple[LifeEvents, list[str]]:
    """The events as far as they can be read, and every problem as ``file:line: path: what is wrong``."""
    events = _EventsFile(folder)
    same = _SamePapersFile(folder)
    found = [*events.problems(list(procedures)), *same.reader.problems]
    problems = [str(each) for each in sorted(set(found), key=lambda each: (each.file, each.line, each.path, each.message))]
    return LifeEvents(events.events, SamePapers(same.groups)), problems


def _items(folder: Path, name: str, reader: _Reader) -> list[object]:
    """The list that the file is; empty where there is no file."""
    path = folder / name
    if not path.is_file():
        return []
    try:
        document = strict_yaml.load(path.read_text("utf-8"))
    except (strict_yaml.YamlError, UnicodeDecodeError) as error:
        for line, message in error.problems if isinstance(error, strict_yaml.YamlError) else [(1, "is not UTF-8 text")]:
            reader.problem(line, "", message)
        return []
    if not isinstance(document, Items):
        reader.problem(1, "", "must be a list")
        return []
    return list(document)


class _EventsFile:
    def __init__(self, folder: Path) -> None:
        self.reader = _Reader(EVENTS_FILE)
        read = []
        for index, item in enumerate(_items(folder, EVENTS_FILE, self.reader)):
            if isinstance(item, Table):
                part = _Part(self.reader, f"[{index}]", item)
                self.reader.lines[part.path] = item.line
                read.append(_event(part))
                part.done()
            else:
                self.reader.problem(getattr(item, "line", 1), f"[{index}]", "must be a table of keys")
        self.events = tuple(read)

    def problems(self, procedures: list[Procedure]) -> list[Problem]:
        return [*self.reader.problems, *self._unique(), *self._steps({each.code for each in procedures}), *self._phrases(procedures)]

    def _at(self, path: str, message: str) -> Problem:
        probe = path
        while probe and probe not in self.reader.lines:
            probe = probe.rpartition("[")[0] if probe.endswith("]") else probe.rpartition(".")[0]
        return Problem(EVENTS_FILE, self.reader.lines.get(probe, 1), path, message)

    def _unique(self) -> Iterator[Problem]:
        for key in ("id", "label"):
            seen: set[str] = set()
            for index, event in enumerate(self.events):
                said = bare(getattr(event, key))
                if said in seen:
                    yield self._at(f"[{index}].{key}", f'"{said}" stands twice')
                seen.add(said)

    def _steps(self, codes: set[str]) -> Iterator[Problem]:
        for index, event in enumerate(self.events):
            if not event.steps:
                yield self._at(f"[{index}].steps", "has no steps")
            last, seen = 0, set()
            for number, step in enumerate(event.steps):
                path = f"[{index}].steps[{number}]"
                if step.code not in codes:
                    yield self._at(f"{path}.code", f"{step.code} is not in the catalogue")
                if step.code in seen:
                    yield self._at(f"{path}.code", f"{step.code} stands twice in this event")
                if step.visit not in (last, last + 1) or step.visit == 0:
                    yield self._at(f"{path}.visit", f"{step.visit} after {last}: visits are counted from 1, in order, without a gap")
                seen.add(step.code)
                last = step.visit

    def _phrases(self, procedures: list[Procedure]) -> Iterator[Problem]:
        claimed = {bare(phrase): f"{each.code} {each.label}" for each in procedures for phrase in each.phrases}
        for index, event in enumerate(self.events):
            if len(event.phrases) < LEAST_PHRASES:
                yield self._at(f"[{index}].phrases", f"has {len(event.phrases)} phrases, at least {LEAST_PHRASES}")
            for number, phrase in enumerate(event.phrases):
                if owner := claimed.get(bare(phrase)):
                    yield self._at(f"[{index}].phrases[{number}]", f'"{phrase}" is claimed by {owner} too')
                claimed.setdefault(bare(phrase), f"the event {event.id}")


def _event(part: _Part) -> LifeEvent:
    event_id = part.text("id", required=True) or ""
    if event_id and not re.fullmatch(r"[a-z0-9_]{1,24}", event_id):
        part.wrong("id", f'"{event_id}" must be short ASCII such as sinh_con')
    return LifeEvent(
        id=event_id, label=part.text("label", required=True, most=MOST_OF_A_LABEL) or "", phrases=part.texts("phrases"),
        intro=part.text("intro", required=True, most=MOST_OF_AN_INTRO) or "", steps=part.each("steps", _step),
        grief=part.flag("grief") or False,
    )


def _step(part: _Part) -> EventStep:
    visit = part.number("visit", least=1, most=20)
    if "visit" not in part.table:
        part.missing("visit", None)
    return EventStep(
        part.code("code"), part.text("note", required=True, most=MOST_OF_A_NOTE) or "", visit or 0, part.text("when", most=MOST_OF_A_NOTE)
    )


class _SamePapersFile:
    """A list of lists of names; the first name of each is the one to say."""

    def __init__(self, folder: Path) -> None:
        self.reader = _Reader(SAME_PAPERS_FILE)
        self.groups: list[list[str]] = []
        seen: dict[str, int] = {}
        for index, item in enumerate(_items(folder, SAME_PAPERS_FILE, self.reader)):
            names = [each for each in item if isinstance(each, Text) and each.strip()] if isinstance(item, Items) else []
            if not isinstance(item, Items) or len(names) != len(item) or len(names) < 2:
                self.reader.problem(getattr(item, "line", 1), f"[{index}]", "must be a list of at least two names of one paper")
                continue
            for name in names:
                if bare(name) in seen:
                    self.reader.problem(name.line, f"[{index}]", f'"{name}" stands twice (first on line {seen[bare(name)]})')
                seen.setdefault(bare(name), name.line)
            self.groups.append([str(each).strip() for each in names])
