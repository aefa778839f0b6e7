"""Ours beside ready-made search, on the same questions and catalogue in one run: ``python -m tests.benchmarks.search``.

Printed are tables that can be pasted. First every searcher with our catalogue, ours by style of writing, what ours is to reach and reaches,
and how the messages of other intents were read. Then, where ``BOT_REFERENCE_DATA`` names the folder with ``tthc_reference.jsonl``, every
searcher with all the records: our catalogue, and of each code that it lacks what our importer makes of its record, which has no phrases.
``--held-out`` asks instead without what would give the answer away. The questions are those of ``tests/phrases/dev_questions``, and those
of each ``--questions FILE`` in tables of their own. A line of such a file is a JSON object: either a question (``q``; ``codes``, the
procedures that count as found, the best first, none where it is to be declined; ``style``, ``ambiguous``) or a message (``q``, ``intent``;
``style``, ``also_ok``, ``dossier_code``, ``accept_codes``, ``dates``).

*First*, *first three*: an accepted procedure stands there. *MRR*: the mean of one over its place among five, 0 without. They are of the
questions whose best procedure the catalogue has, and so is what follows. *Sure and right*, *wrong but sure*: ours says when it is sure;
the others are given, on these very questions and so in their favour, the least score from which on they are wrong at most one time in a
hundred. *Declined rightly*: of what is out of scope or hostile; *wrongly*: of the questions. Ours says that too; the others decline below
the score that, again on these very questions, parts the two best. Time is of the processor, of each question the median of its rounds;
memory is what a fresh process grew by: library, index and questions. Machines are noisy: quote the ratios.
"""

import argparse
import itertools
import os
import statistics
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rapidfuzz import fuzz

from bot.catalog.importers.drafting import Draft
from bot.catalog.importers.filing import Fields, drafts_in, known_versions
from bot.catalog.model import Catalog
from bot.catalog.reader import catalog_dir, load_catalog, read_file, read_folder
from bot.search.finder import Finder
from bot.search.folding import folded, read
from bot.understanding.model import Understood
from bot.understanding.reading import Reader
from tests.benchmarks.search_asking import Asked, ask_in_rounds
from tests.benchmarks.search_questions import BadQuestions, Message, Question, Sample, development, read_sample
from tests.benchmarks.search_scores import place, score, share, sure_shares, within
from tests.benchmarks.searchers import DECLINING, NOW, ON, OURS, READING, SAME_TEXTS, SEARCHERS, Answer

HELD_OUT = ("bm25s, names and phrases", "FTS5, names and phrases")
"""Beside ours, the best of the ready-made ones that are quick enough for it."""
ALMOST, LEAST_WORDS, MOST_OF_IT = 90.0, 4, 0.8
Row = tuple[str, ...]


# -- the catalogue of all records ----------------------------------------------------------------------------------------------


def with_all_records(catalog: Catalog, source: Path) -> Catalog:
    """*catalog* and, of every code that it lacks, the record in *source* as our importer drafts it; its name stands for the label."""
    from bot.commands.catalogue import draft_words
    from bot.texts.reader import load_texts

    checked, words = read_folder(catalog_dir()), draft_words(load_texts())
    fields, known = Fields(dict(checked.fields), words.no_field), known_versions(checked)
    ours = {each.code for each in catalog}
    drafts = [each for each in drafts_in(source, fields, words, known, "2026-07") if isinstance(each, Draft) and each.code not in ours]
    made = (read_file(f"{each.folder}/{each.stem}.yaml", each.source, fields.names).procedure for each in drafts)
    added = [replace(each, label=each.label or each.name) for each in made if each is not None]
    return Catalog((*catalog, *added), "all records")


# -- tables --------------------------------------------------------------------------------------------------------------------


def percent(figure: float | None) -> str:
    return "–" if figure is None else f"{100 * figure:.1f} %"


def table(head: Row, rows: Iterable[Row]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|---" + "|---:" * (len(head) - 1) + "|"
    for each in rows:
        yield "| " + " | ".join(each) + " |"


def p99(figures: Sequence[float]) -> float:
    return sorted(figures)[int(len(figures) * 0.99)]


def comparison(catalog: Catalog, samples: Sequence[Sample], names: Sequence[str], rounds: int, most_p99: int) -> Iterator[str]:
    """All searchers beside one another, sample by sample; *most_p99*: the milliseconds that ours is allowed at the 99th percentile."""
    texts = list(dict.fromkeys(each for sample in samples for each in (*(it.words for it in sample.questions), *sample.strangers)))
    at = {text: number for number, text in enumerate(texts)}
    asked = ask_in_rounds(names, catalog, texts, rounds)
    for sample in samples:
        known = sample.known_to(catalog)
        if not known:
            continue
        yield f"\n### {sample.title}: {len(known)} questions, {len(sample.strangers)} to be declined; {len(catalog)} procedures\n"
        rows, medians = [], {}
        for name in names:
            run = asked[name]
            answers = [run.answers[at[each.words]] for each in known]
            figures = score(known, answers, [run.answers[at[each]] for each in sample.strangers])
            times = [run.milliseconds[at[each.words]] for each in known]
            medians[name] = statistics.median(times)
            mrr = "–" if figures.mrr is None else f"{figures.mrr:.3f}"
            rows.append((
                f"**{name}**" if name in (OURS, READING) else name, percent(figures.first), percent(figures.first_three), mrr,
                percent(figures.sure_right), percent(figures.sure_wrong), percent(figures.declined_rightly),
                percent(figures.declined_wrongly), f"{medians[name]:.2f}", f"{p99(times):.2f}", f"{run.megabytes:.0f}",
            ))
        head = ("search", "first", "first three", "MRR", "sure and right", "wrong but sure", "declined rightly", "wrongly", "median ms",
                "p99 ms", "MB")
        yield from table(head, rows)
        if OURS in names:
            yield f"\nOurs is to stay under 1 ms (median) with our catalogue, and here under {most_p99} ms (p99)."
        if {OURS, SAME_TEXTS} <= set(names):
            yield f"{SAME_TEXTS}, takes {medians[SAME_TEXTS] / medians[OURS]:.1f} times the processor time of ours (medians)."
        yield from styles(known, asked, at)


def styles(known: Sequence[Question], asked: dict[str, Asked], at: dict[str, int]) -> Iterator[str]:
    """First by style of writing: ours beside the best of the others."""

    def firsts(name: str, questions: Sequence[Question]) -> float | None:
        return share(within(each, asked[name].answers[at[each.words]], 1) for each in questions)

    others = [name for name in asked if name not in (OURS, READING)]
    best = max(others, key=lambda name: firsts(name, known) or 0.0, default=None)
    shown = [name for name in (OURS, best) if name in asked]
    groups: dict[str, list[Question]] = {}
    for each in known:
        groups.setdefault(each.style, []).append(each)
    yield ""
    yield from table(
        ("style", "questions", *(f"{name}: first" for name in shown)),
        (
            (style, str(len(group)), *(percent(firsts(str(name), group)) for name in shown))
            for style, group in sorted(groups.items(), key=lambda each: (-len(each[1]), each[0]))
        ),
    )


def in_full(sample: Sample, catalog: Catalog, reader: Reader, finder: Finder) -> Iterator[str]:
    """What ours is to reach, and what it reaches; then how messages are read."""
    known = sample.known_to(catalog)
    have = {each.code for each in catalog}
    found = [(each, finder.find(each.words, ON)) for each in known]
    pairs = [(each, Answer(tuple(match.code for match in it.results), 0.0, it.sure)) for each, it in found]
    plain = [each for each in pairs if not each[0].ambiguous]
    several = [each for each in pairs if each[0].ambiguous]
    offered = [
        len(set(answer.codes) & set(question.codes)) >= min(4, len(have & set(question.codes))) for question, answer in several
    ]
    strangers = [reader.understand(each, NOW).intent in DECLINING for each in sample.strangers]
    understood = [(each, reader.understand(each.words, NOW)) for each in sample.messages]
    rows = [
        ("unambiguous: first", "≥ 95 %", share(within(*each, 1) for each in plain), len(plain)),
        ("unambiguous: first three", "≥ 99 %", share(within(*each, 3) for each in plain), len(plain)),
        ("unambiguous: sure", "", share(bool(answer.sure) for _, answer in plain), len(plain)),
        ("ambiguous: min(4, n) of the accepted offered", "≥ 90 %", share(offered), len(several)),
        ("ambiguous: asks back", "≥ 90 %", share(not answer.sure for _, answer in several), len(several)),
        ("wrong but sure", "≤ 1 %", sure_shares(pairs)[1], len(pairs)),
        ("to be declined: declined", "11 of 12", share(strangers), len(strangers)),
        ("intents", "≥ 96 %", share(it.intent in each.intents for each, it in understood), len(understood)),
        ("dossier codes, and none where none is", "all", share(it.dossier_code in each.codes for each, it in understood), len(understood)),
        ("days", "≥ 90 %", *_days(understood)),
    ]
    yield f"\n### {sample.title}: ours in full\n"
    yield from table(
        ("figure", "goal", "of", "ours"), ((name, goal, str(count), percent(figure)) for name, goal, figure, count in rows if count)
    )
    if understood:
        groups: dict[str, list[bool]] = {}
        for each, it in understood:
            groups.setdefault(each.style, []).append(it.intent in each.intents)
        yield ""
        yield from table(
            ("style", "messages", "intents right"),
            ((style, str(len(group)), percent(share(group))) for style, group in sorted(groups.items(), key=lambda row: -len(row[1]))),
        )


def _days(understood: Sequence[tuple[Message, Understood]]) -> tuple[float | None, int]:
    dated = [(each, "ask" if it.ask_day else it.day.isoformat() if it.day else None) for each, it in understood if each.dates]
    return share(day in each.dates for each, day in dated), len(dated)


# -- held out ------------------------------------------------------------------------------------------------------------------


def nearly_said(question: str, phrase: str) -> bool:
    """Whether *phrase* may have been written from *question*: nearly the same words, or four and more nearly all of which it holds."""
    said, words = folded(read(question)), folded(read(phrase))
    return fuzz.token_sort_ratio(said, words) >= ALMOST or (
        len(words.split()) >= LEAST_WORDS and fuzz.token_set_ratio(said, words) >= ALMOST
    )


def mostly_said(question: str, phrase: str) -> bool:
    """Whether *question* holds four fifths of the words of *phrase*, however few they are."""
    said, words = set(folded(read(question)).split()), folded(read(phrase)).split()
    return sum(each in said for each in words) >= MOST_OF_IT * len(words)


GIVING_AWAY = {
    "the phrases that it may have given rise to (nearly the same words, or four and more of which it holds nearly all)": nearly_said,
    "every phrase, however short, of whose words it holds four fifths": mostly_said,
}
"""The question is read first (Telex, short forms): as typed, it would seem to hold nothing."""


def given_away(
    catalog: Catalog, question: Question, gives_away: Callable[[str, str], bool]
) -> dict[str, set[str]]:
    """By code, the phrases of the accepted procedures that give *question* away."""
    out = {
        each.code: {said for said in each.phrases if gives_away(question.words, said)} for each in catalog if each.code in question.codes
    }
    return {code: said for code, said in out.items() if said}


def less(catalog: Catalog, out: Mapping[str, Collection[str]]) -> Catalog:
    """*catalog* without the phrases of *out*, by code."""
    return Catalog(
        tuple(
            replace(each, phrases=tuple(said for said in each.phrases if said not in out[each.code])) if each.code in out else each
            for each in catalog
        ),
        "held out",
    )


class HeldOut:
    """Questions asked without what would give them away: of each searcher, where the right one stood."""

    def __init__(self, names: Sequence[str], catalog: Catalog) -> None:
        self._catalog = catalog
        self._whole = {name: SEARCHERS[name](catalog) for name in names}
        self._places: dict[str, list[int | None]] = {name: [] for name in names}

    def ask(self, out: Mapping[str, Collection[str]], questions: Sequence[Question]) -> None:
        """Asks *questions* of the catalogue without the phrases of *out*."""
        lessened = less(self._catalog, out)
        for name, places in self._places.items():
            searcher = SEARCHERS[name](lessened) if out else self._whole[name]
            places.extend(place(each, searcher.ask(each.words)) for each in questions)

    def table(self) -> Iterator[str]:
        yield from table(("search", "first", "first three", "MRR"), map(self._row, self._places))

    def _row(self, name: str) -> Row:
        places = self._places[name]
        firsts, threes = (share(each is not None and each <= most for each in places) for most in (1, 3))
        mrr = statistics.fmean(1 / each if each else 0.0 for each in places)
        return (f"**{name}**" if name in (OURS, READING) else name, percent(firsts), percent(threes), f"{mrr:.3f}")


def held_out(catalog: Catalog, samples: Sequence[Sample], names: Sequence[str]) -> Iterator[str]:
    """Every question without what gives it away, in two measures; every phrase without itself."""
    for sample, (what, gives_away) in itertools.product(samples, GIVING_AWAY.items()):
        known = sample.known_to(catalog)
        if not known:
            continue
        asked, left_out = HeldOut(names, catalog), 0
        for number, question in enumerate(known, start=1):
            print(f"\r{sample.title}: {number} of {len(known)}", end="", file=sys.stderr)
            out = given_away(catalog, question, gives_away)
            left_out += sum(map(len, out.values()))
            asked.ask(out, [question])
        yield f"\n### {sample.title}, held out: {len(known)} questions\n"
        yield f"Each is asked without {what}: {left_out / len(known):.1f} of the accepted procedures' phrases a question.\n"
        yield from asked.table()
    count = max((len(each.phrases) for each in catalog), default=0)
    asked = HeldOut(names, catalog)
    for number in range(count):
        print(f"\rphrases: part {number + 1} of {count}       ", end="", file=sys.stderr)
        # Of each procedure one phrase at a time: to build the index for every single phrase would take an hour.
        having = [each for each in catalog if number < len(each.phrases)]
        questions = [Question(each.phrases[number], (each.code, *each.replaced_by), "phrase") for each in having]
        asked.ask({each.code: {each.phrases[number]} for each in having}, questions)
    if count:
        print(file=sys.stderr)
        yield f"\n### The catalogue's phrases, held out: {sum(len(each.phrases) for each in catalog)}, each asked without itself\n"
        yield from asked.table()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=Path, action="append", default=[], metavar="FILE", help="more questions; may be given again")
    parser.add_argument("--no-development", action="store_true", help="leave the development questions out")
    parser.add_argument("--held-out", action="store_true", help="ask without the phrases that would give the answer away")
    parser.add_argument("--only", action="append", choices=list(SEARCHERS), metavar="SEARCH", help="one search; may be given again")
    parser.add_argument("--rounds", type=int, default=3, help="fresh processes for each search (3)")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be 1 or more")
    try:
        samples = [] if options.no_development else [development()]
        samples += [read_sample(path.name, [path]) for path in options.questions]
    except BadQuestions as error:
        sys.exit(str(error))
    if not samples:
        parser.error("--no-development leaves no question: name a file with --questions")
    catalog = load_catalog()
    if options.held_out:
        for line in held_out(catalog, samples, options.only or (OURS, *HELD_OUT)):
            print(line, flush=True)
        return
    names = options.only or list(SEARCHERS)
    for line in comparison(catalog, samples, names, options.rounds, most_p99=4):
        print(line, flush=True)
    finder = Finder(catalog)
    reader = Reader(finder)
    for sample in samples:
        print("\n".join(in_full(sample, catalog, reader, finder)), flush=True)
    larger = _all_records(catalog)
    if larger is not None:
        for line in comparison(larger, samples, names, options.rounds, most_p99=20):
            print(line, flush=True)


def _all_records(catalog: Catalog) -> Catalog | None:
    folder = os.environ.get("BOT_REFERENCE_DATA")
    if not folder:
        print("BOT_REFERENCE_DATA is not set: the tables with all the records are left out", file=sys.stderr)
        return None
    source = Path(folder) / "tthc_reference.jsonl"
    if not source.is_file():
        sys.exit(f"BOT_REFERENCE_DATA: there is no {source}: name the folder that holds it")
    return with_all_records(catalog, source)


if __name__ == "__main__":
    main()
