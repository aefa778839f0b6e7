"""Learning from misses: the questions that found nothing right, and teaching the catalogue a phrase without harm to the others."""

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

from bot import clock as clocks
from bot.bootstrap import open_application
from bot.catalog.checks import check_all
from bot.catalog.life_events_reader import read_life_events
from bot.catalog.model import Catalog, Procedure
from bot.catalog.phrases import tidied, with_phrase
from bot.catalog.reader import Reading, catalog_dir, read_sources, sources_in
from bot.commands.output import print_json
from bot.dossiers.codes import find_procedure_code
from bot.errors import CatalogError, PhraseRefused, SettingsError
from bot.misses.model import Miss
from bot.search.comparison import Answer, Change, Question, answer, changes, said_otherwise
from bot.search.finder import Finder
from bot.search.likeness import grouped
from bot.settings import Settings
from bot.texts.reader import Texts
from bot.understanding import commands
from bot.understanding.reading import Reader

MOST_SAMPLES = 5
"""Wordings shown of a group."""
MOST_NEAREST = 3
_DEV_QUESTIONS = Path("tests", "phrases", "dev_questions")
"""Beside the catalogue, in a checkout."""
_INSTALLED = frozenset(("site-packages", "dist-packages"))
_NO_ERRAND = ("procedure", "out_of_scope", "follow_up")
"""What words are taken for of which nothing else was made; any other errand would lose them to the procedure."""


# -- what was missed ------------------------------------------------------------------------------------------------------


def misses(options: argparse.Namespace, settings: Settings) -> int:
    """Groups of questions that ask alike, the biggest first, each with the procedures that come nearest."""
    application = open_application(settings, clocks.SystemClock())
    with application.store, application.store.reading() as repositories:
        kept = repositories.misses.since(options.since)
    known, today = application.knowledge, clocks.today(application.clock)
    for row in miss_rows(kept, known.finder, known.catalog, today):
        if options.json:
            print_json(row)
        else:
            _print_row(row, application.texts)
    if not kept and not options.json:
        print(application.texts.part("desk", "no_misses"))
    return 0


def miss_rows(kept: Sequence[Miss], finder: Finder, catalog: Catalog, today: date) -> Iterator[dict[str, Any]]:
    """One for each group of questions that ask alike, the biggest first."""
    for places in grouped([each.words for each in kept]):
        yield _row([kept[place] for place in places], finder, catalog, today)


def _row(group: Sequence[Miss], finder: Finder, catalog: Catalog, today: date) -> dict[str, Any]:
    reasons, days = Counter(each.why for each in group), [each.day for each in group]
    samples = list(dict.fromkeys(each.words for each in group))[:MOST_SAMPLES]
    nearest = finder.explain(samples[0], today)[:MOST_NEAREST]
    labels = {code: procedure.label for code, _ in nearest if (procedure := catalog.get(code, today))}
    return {
        "count": len(group), "declined": reasons["declined"], "refused": reasons["refused"],
        "first": min(days).isoformat(), "last": max(days).isoformat(), "words": samples,
        "nearest": [{"code": code, "label": labels.get(code, ""), "score": round(why["score"], 3)} for code, why in nearest],
    }


def _print_row(row: dict[str, Any], texts: Texts) -> None:
    first, *others = row["words"]
    print(texts.part("desk", "miss_line", count=str(row["count"]), last=f"{date.fromisoformat(row['last']):%d/%m/%Y}", words=first))
    for words in others:
        print(texts.part("desk", "miss_also", words=words))
    for near in row["nearest"]:
        print(texts.part("desk", "miss_nearest", code=near["code"], label=near["label"]))


# -- teaching -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lesson:
    """A phrase more in one file: the catalogue without it and with it, of which nothing is written yet."""

    procedure: Procedure
    phrase: str
    file: Path
    old: bytes
    new: bytes
    before: Catalog
    after: Catalog


@dataclass(frozen=True)
class Trial:
    """What came of asking everything before and after. ``objections``: what speaks against the phrase besides the changes."""

    asked: int
    changes: Sequence[Change]
    objections: Sequence[str]

    @property
    def harms(self) -> int:
        return sum(each.worse for each in self.changes) + len(self.objections)


def teach(options: argparse.Namespace, settings: Settings) -> int:
    """Writes the phrase into the procedure's file when no other question comes out worse by it; ``--force`` writes it all the same."""
    now = clocks.SystemClock().now()
    lesson = prepare(_own_catalogue(settings), options.code, tidied(options.phrase), clocks.local(now).date())
    trial = try_out(lesson, now, options.questions)
    written = not trial.harms or options.force
    if written:
        _write(lesson)
    for each in trial.changes:
        _print_change(each, as_json=options.json)
    _print_result(lesson, trial, written=written, as_json=options.json)
    return 0 if written else 1


def prepare(folder: Path, code: str, phrase: str, today: date) -> Lesson:
    """Raises CatalogError where the catalogue has errors as it is, PhraseRefused where the phrase would give it one."""
    sources = sources_in(folder)
    reading = read_sources(folder.name, sources)
    if problems := _problems(reading, folder):
        raise CatalogError(problems)
    before = _catalog(reading)
    procedure = before.get(find_procedure_code(code) or code, today)
    if procedure is None:
        raise PhraseRefused(f'{code}: the catalogue has never had this code; try: find "{phrase}" --explain')
    successor = before.successor(procedure, today)
    if successor is not None:
        raise PhraseRefused(f"{procedure.code} is replaced by {successor.code} {successor.label}: teach that one")
    name = next(file.name for file in reading.files if file.procedure is procedure)
    try:
        changed = with_phrase(sources[name].decode(), phrase).encode()
    except PhraseRefused as error:
        raise PhraseRefused(f"{folder / name}: {error}") from None
    after = read_sources(folder.name, {**sources, name: changed})
    if problems := _problems(after, folder):
        raise PhraseRefused("nothing was written, the phrase does not pass catalog check:\n" + "\n".join(problems))
    return Lesson(procedure, phrase, folder / name, sources[name], changed, before, _catalog(after))


def try_out(lesson: Lesson, now: datetime, files: Sequence[Path] = ()) -> Trial:
    """Asks everything that is known to be asked, before and after: the catalogue's phrases, the sample questions, those of *files*."""
    on, code = clocks.local(now).date(), lesson.procedure.code
    before, after = Finder(lesson.before), Finder(lesson.after)
    beside = [path for path in sorted((lesson.file.parents[2] / _DEV_QUESTIONS).glob("*.jsonl")) if path not in files]
    rows = [row for path in (*beside, *files) for row in _sample_rows(path)]
    near = {code, *(each for each, _ in after.explain(lesson.phrase, on))}
    questions = [*_from_catalogue(lesson.before, near, on), *_from_samples(rows)]
    messages = [row for row in rows if "intent" in row]
    print(f"asking {len(questions) + len(messages)} questions before and after", file=sys.stderr)
    found = list(changes(before, after, questions, on))
    objections = [*_against_the_phrase(lesson, before, after, now), *_lost_intents(messages, Reader(before), Reader(after), now)]
    return Trial(len(questions) + len(messages), found, objections)


def _own_catalogue(settings: Settings) -> Path:
    folder = settings.catalog_dir or catalog_dir()
    if settings.catalog_dir is None and not _INSTALLED.isdisjoint(folder.parts):
        raise SettingsError(
            f"the catalogue in {folder} is the program's own, and its next release would undo the change: "
            "copy that folder, name the copy in BOT_CATALOG_DIR, then teach again"
        )
    return folder


def _problems(reading: Reading, folder: Path) -> list[str]:
    """What ``catalog check`` finds."""
    _, in_events = read_life_events([file.procedure for file in reading.files if file.procedure], folder)
    return [*check_all(reading), *map(str, in_events)]


def _catalog(reading: Reading) -> Catalog:
    return Catalog(tuple(file.procedure for file in reading.files if file.procedure), reading.version)


def _from_catalogue(catalog: Catalog, near: set[str], on: date) -> Iterator[Question]:
    """Every phrase as it stands; those of procedures that are near the lesson's also as people say them otherwise."""
    for procedure in catalog:
        successor = catalog.successor(procedure, on)
        codes = frozenset((procedure.code,) if successor is None else (procedure.code, successor.code))
        for phrase in procedure.phrases:
            yield Question(phrase, codes)
            if procedure.code in near:
                yield from (Question(words, codes, made_up=True) for words in said_otherwise(phrase))


def _sample_rows(path: Path) -> Iterator[dict[str, Any]]:
    """JSON Lines of ``{"q": …, "codes": […]}`` (``"ambiguous": true`` where several are meant) or ``{"q": …, "intent": …}``."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            row = None
        if not isinstance(row, dict) or not isinstance(row.get("q"), str) or not (isinstance(row.get("codes"), list) or "intent" in row):
            raise SettingsError(f'{path}:{number}: write {{"q": "words", "codes": ["1.001193"]}}')
        yield row


def _from_samples(rows: Sequence[dict[str, Any]]) -> Iterator[Question]:
    for row in rows:
        if row.get("codes"):
            yield Question(row["q"], frozenset(map(str, row["codes"])), several=row.get("ambiguous") is True)


def _against_the_phrase(lesson: Lesson, before: Finder, after: Finder, now: datetime) -> Iterator[str]:
    """The phrase must lead to its procedure, however it is typed, and take nothing away from another errand."""
    said = Reader(before).understand(lesson.phrase, now)
    if commands.command(lesson.phrase) is not None:
        yield f'"{lesson.phrase}" is a command at every step, so that it would never be heard as a question'
    elif said.sure and (said.intent not in _NO_ERRAND or said.not_ours is not None):
        yield f'"{lesson.phrase}" is understood as {said.not_ours or said.intent} today, and would be no more'
    for words in dict.fromkeys((lesson.phrase, said_otherwise(lesson.phrase)[-1])):
        own = answer(Question(words, frozenset((lesson.procedure.code,))), after.find(words, clocks.local(now).date()))
        if own.standing not in ("answered", "first"):
            yield f'"{words}" would still not lead to {lesson.procedure.code}: {_in_words(own)}'


def _lost_intents(messages: Sequence[dict[str, Any]], before: Reader, after: Reader, now: datetime) -> Iterator[str]:
    """Messages that were understood rightly and no longer are."""
    for row in messages:
        right = {"out_of_scope" if row["intent"] == "prompt_injection" else row["intent"], *row.get("also_ok", ())}
        was, becomes = before.understand(row["q"], now).intent, after.understand(row["q"], now).intent
        if was in right and becomes not in right:
            yield f'"{row["q"]}" is understood as {was} today, and would be as {becomes}'


def _write(lesson: Lesson) -> None:
    """The whole file at once or not at all; not over what somebody else has written since it was read."""
    try:
        if lesson.file.read_bytes() != lesson.old:
            raise PhraseRefused(f"{lesson.file} was changed by somebody else at this moment: try again")
        with tempfile.NamedTemporaryFile(dir=lesson.file.parent, prefix=f".{lesson.file.name}.", delete=False) as new:
            try:
                new.write(lesson.new)
                new.flush()
                os.fsync(new.fileno())
                os.chmod(new.name, lesson.file.stat().st_mode)
                os.replace(new.name, lesson.file)
            except BaseException:
                os.unlink(new.name)
                raise
    except OSError as error:
        raise PhraseRefused(f"{lesson.file} cannot be written: {error.strerror}; nothing was changed") from None


def _print_change(change: Change, *, as_json: bool) -> None:
    how = "worse" if change.worse else "better" if change.better else "otherwise"
    if as_json:
        before, after = ({"standing": each.standing, "first": each.first} for each in (change.before, change.after))
        print_json({"change": how, "q": change.question.words, "codes": sorted(change.question.codes), "before": before, "after": after})
    else:
        print(f'{how}: "{change.question.words}": {_in_words(change.before)} -> {_in_words(change.after)}')


def _in_words(each: Answer) -> str:
    return f"{each.standing} {each.first}" if each.first else each.standing


def _print_result(lesson: Lesson, trial: Trial, *, written: bool, as_json: bool) -> None:
    better, worse = (sum(map(attrgetter(how), trial.changes)) for how in ("better", "worse"))
    counted = {"asked": trial.asked, "better": better, "worse": worse, "against": list(trial.objections)}
    if as_json:
        where = {"code": lesson.procedure.code, "phrase": lesson.phrase, "file": str(lesson.file)}
        print_json({**where, **counted, "written": written})
        return
    for objection in trial.objections:
        print(f"against: {objection}")
    print(f"asked {trial.asked} questions: {better} better, {worse} worse")
    if written:
        print(f'written: "{lesson.phrase}" in {lesson.file}; a server that runs knows it from its next start on')
    else:
        print(f"nothing was written to {lesson.file}: say it otherwise, or add --force", file=sys.stderr)
