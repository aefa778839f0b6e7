"""Every sentence a citizen reads: it is there, it is used, it renders, and it is said as ``voice`` asks."""

import ast
import re
import string
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, get_args

import pytest

from bot import strict_yaml
from bot.appointments import rules as appointment_rules
from bot.dialogue.flow import Ask, Confirm, End, Flow, Tell
from bot.dialogue.messages import MOST_CHARACTERS, IncomingKind, PhotoOutcome
from bot.dossiers.rules import Standing
from bot.flows.all_flows import ALL_FLOWS
from bot.texts.reader import Texts, load_texts
from bot.understanding.model import Emergency
from tests.tree import ROOT, project_files
from tests.wording import NEVER_SAID, pictures, sentences, shouted, too_long

TEXTS = load_texts()
FILES = {path.stem: path for path in sorted((ROOT / "bot/texts/vi").glob("*.yaml"))}
ALL = [(flow, step, variant, text) for flow, step, variant in TEXTS for text in TEXTS.all_of(flow, step, variant)]

READERS = [
    *sorted((ROOT / "bot/flows").glob("*.py")), *sorted((ROOT / "bot/desk").glob("*.py")),
    *sorted((ROOT / "bot/channels/web").glob("*.py")), ROOT / "bot/bootstrap.py", ROOT / "bot/server.py", ROOT / "bot/dialogue/engine.py",
    *sorted((ROOT / "bot/commands").glob("*.py")),
]
"""Code that asks for texts by name."""

SPEAKING_CALLS = {"part", "_part", "common", "text", "render", "say"}
HOUSE_FIELDS = {"bot", "office", "phone"}
"""What every step's text may name."""

NAME_OF_THE_BOT = {("wording", "bot_name"), ("demo", "welcome")}
"""The only texts with "Một Cửa" in them: there it is the bot's name."""


# -- what the code asks for -----------------------------------------------------------------------------------------------


@cache
def module(path: Any) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def literals(node: ast.AST) -> set[str]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def results(node: ast.expr) -> tuple[set[str], bool]:
    """The strings that an expression may come out as, and whether that is all it may."""
    match node:
        case ast.Constant(value=str(value)):
            return {value}, True
        case ast.IfExp():
            left, right = results(node.body), results(node.orelse)
            return left[0] | right[0], left[1] and right[1]
        case _:
            return set(), False


def functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def reached(name: str, known: dict[str, ast.FunctionDef]) -> list[ast.FunctionDef]:
    """The function and those of the same module that it calls."""
    found: dict[str, ast.FunctionDef] = {}
    waiting = [name]
    while waiting:
        here = waiting.pop()
        if here in known and here not in found:
            found[here] = known[here]
            waiting += [node.id for node in ast.walk(known[here]) if isinstance(node, ast.Name)]
    return list(found.values())


def flow_module(flow: Flow[Any]) -> ast.Module:
    return module(ROOT / f"bot/flows/{flow.name}.py")


def errand_answers(flow: str, key: str) -> set[str]:
    """Every literal value that some errand gives to *key* of *flow*."""
    found = set()
    for path in READERS:
        for call in ast.walk(module(path)):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "Errand" and len(call.args) == 2):
                continue
            name, answers = call.args
            if not (isinstance(name, ast.Constant) and name.value == flow and isinstance(answers, ast.Dict)):
                continue
            found |= {
                value for each, given in zip(answers.keys, answers.values, strict=True)
                if isinstance(each, ast.Constant) and each.value == key for value in results(given)[0]
            }
    return found


def not_ours() -> set[str]:
    """Who else is known to handle things; those without a text of their own get the plain one."""
    data = strict_yaml.load((ROOT / "bot/search/data/not_ours.yaml").read_text("utf-8"))
    return {who for who in data if TEXTS.has("not_ours", "tell", who)} | {"say"}


DECIDED_ELSEWHERE: dict[tuple[str, str], set[str]] = {
    ("emergency", "call"): {"say", *get_args(Emergency)},
    ("call_back", "phone"): {"asked", *errand_answers("call_back", "why")},
    ("dossier_status", "standing"): {"gone", *get_args(Standing)},
    ("not_ours", "tell"): not_ours(),
    ("book_visit", "booked"): {"say", "moved"},
    ("book_visit", "day"): {each for each in get_args(appointment_rules.DayStanding) if each != "free"},
}
"""(flow, step) whose variants a domain function names, not the flow itself: all that it may name."""


def says(flow: Flow[Any], step: Any) -> tuple[set[str], list[str]]:
    """The variants that *step* may ask its texts for, and what in its code could not be read."""
    default = "ask" if isinstance(step, (Ask, Confirm)) else "say"
    known = functions(flow_module(flow))
    variants: set[str] = set()
    unread: list[str] = []
    speakers = [(step.say, "Say")] if step.say else []
    if isinstance(step, Ask):
        speakers += [(each, "Problem") for each in (step.typed, step.given) if each]
    if not step.say:
        variants.add(default)
    for speaker, what in speakers:
        for function in reached(speaker.__name__, known):
            for call in ast.walk(function):
                if not (isinstance(call, ast.Call) and ast.unparse(call.func) == what):
                    continue
                first = call.args[0] if call.args else None
                named, whole = results(first) if first is not None else ({"say"}, True)
                variants |= named
                if not whole and (flow.name, step.name) not in DECIDED_ELSEWHERE:
                    unread.append(f"{flow.name}.{step.name}: {ast.unparse(call)}")
    return variants | DECIDED_ELSEWHERE.get((flow.name, step.name), set()), unread


SPEAKING_STEPS = [
    pytest.param(flow, step, id=f"{flow.name}.{step.name}")
    for flow in ALL_FLOWS for step in flow.steps.values() if isinstance(step, (Ask, Confirm, Tell, End))
]


@pytest.mark.parametrize(("flow", "step"), SPEAKING_STEPS)
def test_a_step_that_speaks_has_its_texts(flow, step):
    variants, unread = says(flow, step)
    assert not unread, "say in DECIDED_ELSEWHERE what this may come out as"
    missing = [f"{flow.name}.yaml: {step.name}.{variant}" for variant in sorted(variants) if not TEXTS.has(flow.name, step.name, variant)]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("flow", [each for each in ALL_FLOWS if each.resumes], ids=lambda each: each.name)
def test_an_errand_that_can_be_resumed_has_a_title(flow):
    """The engine offers it by this name after another question."""
    assert TEXTS.has(flow.name, "title", "say")


# -- what is used ---------------------------------------------------------------------------------------------------------


def asked_for() -> Iterator[tuple[str, str]]:
    """(file of texts, key or ``prefix*``) of every call that asks for a piece."""
    for path in READERS:
        tree, own = module(path), path.stem if path.stem in FILES else ""
        for call in ast.walk(tree):
            name = ast.unparse(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
            if name not in SPEAKING_CALLS:
                continue
            flows, key = ({own}, call.args[0]) if call.args else (set(), None)
            if name == "common":
                flows = {"common"}
            elif len(call.args) > 1 and isinstance(call.args[0], ast.Constant):
                flows, key = results(call.args[0])[0], call.args[1]
            if key is None:
                continue
            named, whole = results(key)
            if isinstance(key, ast.JoinedStr):
                first = key.values[0]
                named = {f"{first.value}*"} if isinstance(first, ast.Constant) else set()
            elif not whole:
                # The key is a variable: the words for it stand somewhere in the same module.
                named |= literals(tree)
                if name == "common":
                    named |= {*get_args(IncomingKind), *(f"photo_{outcome}" for outcome in get_args(PhotoOutcome) if outcome != "code")}
            for flow in flows:
                yield from ((flow, each) for each in named)


@pytest.mark.parametrize("name", FILES)
def test_no_text_is_unused(name):
    asked = defaultdict(set)
    for flow, key in asked_for():
        asked[flow].add(key)
    flow = next((each for each in ALL_FLOWS if each.name == name), None)
    prefixes = tuple(key[:-1] for key in asked[name] if key.endswith("*"))
    unused = []
    for key, value in strict_yaml.load(FILES[name].read_text("utf-8")).items():
        step = flow.steps.get(key) if flow else None
        used = key in asked[name] or (prefixes and key.startswith(prefixes)) or (flow and key == "title")
        if step is None and not used:
            unused.append(f"{name}.yaml:{value.line}: {key}")
        elif isinstance(value, dict) and step is not None:
            good = {*says(flow, step)[0], "not_understood"} if isinstance(step, (Ask, Confirm, Tell, End)) else set()
            good |= {"yes", "no"} if isinstance(step, Confirm) else set()
            unused += [f"{name}.yaml:{value.lines[each]}: {key}.{each}" for each in value if each not in good and not used]
    assert not unused, "nothing asks for\n" + "\n".join(unused)


# -- rendering ------------------------------------------------------------------------------------------------------------


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("self_word", ["em", "tôi", ""])
def test_the_bots_own_word_is_put_in_everywhere(self_word):
    texts = load_texts(self_word)
    wrong = [
        f"{flow}.{step}.{variant}: {text}" for flow, step, variant in texts for text in texts.all_of(flow, step, variant)
        if placeholders(text) & {"em", "Em"}
    ]
    assert not wrong, "rendering fails for want of {em}:\n" + "\n".join(wrong)


@pytest.mark.parametrize("self_word", ["em", ""])
def test_a_sentence_begins_with_a_capital_whatever_the_bot_calls_itself(self_word):
    texts, flows = load_texts(self_word), {each.name: each for each in ALL_FLOWS}
    wrong = [
        f"{flow}.{step}: {sentence}" for flow, step, variant in texts if flow in flows and step in flows[flow].steps
        for text in texts.all_of(flow, step, variant) for sentence in sentences(text) if sentence[0].islower()
    ]
    assert not wrong, "\n".join(wrong)


def test_a_piece_is_asked_for_with_every_field_it_names():
    """Calls that pass ``**fields`` are left to the conversations."""
    wrong = []
    for path in READERS:
        for call in ast.walk(module(path)):
            if not isinstance(call, ast.Call) or ast.unparse(call.func).rpartition(".")[2] != "part" or len(call.args) != 2:
                continue
            if any(keyword.arg is None for keyword in call.keywords):
                continue
            given = {keyword.arg for keyword in call.keywords}
            for flow in results(call.args[0])[0]:
                for step in results(call.args[1])[0]:
                    if not TEXTS.has(flow, step, "say"):
                        wrong.append(f"{path.name}:{call.lineno} asks for {flow}.{step}, which is no text")
                        continue
                    lacking = {name for text in TEXTS.all_of(flow, step, "say") for name in placeholders(text)} - given
                    if lacking:
                        wrong.append(f"{path.name}:{call.lineno} asks for {flow}.{step} without {', '.join(sorted(lacking))}")
    assert not wrong, "\n".join(wrong)


def test_a_step_that_gives_no_fields_names_only_the_house():
    wrong = []
    for flow in ALL_FLOWS:
        for step in flow.steps.values():
            silent = [variant for variant in ("ask", "say") if isinstance(step, (Ask, Confirm, Tell, End)) and not step.say]
            for variant in [*silent, "not_understood"]:
                if TEXTS.has(flow.name, step.name, variant):
                    names = {name for text in TEXTS.all_of(flow.name, step.name, variant) for name in placeholders(text)}
                    wrong += [f"{flow.name}.{step.name}.{variant} names {{{each}}}" for each in sorted(names - HOUSE_FIELDS - {"em", "Em"})]
    assert not wrong, "\n".join(wrong)


# -- how it is said -------------------------------------------------------------------------------------------------------


def complaints(check: Any) -> str:
    """What *check* finds in each text, once, with the place."""
    found = {}
    for flow, step, variant, text in ALL:
        for each in check(text):
            found.setdefault((flow, step, each), f"{flow}.{step}.{variant}: {each}")
    return "\n".join(found.values())


def test_every_text_fits_a_message():
    assert not complaints(lambda text: [f"{len(text)} characters"] if len(text) > MOST_CHARACTERS else [])


def test_every_sentence_is_short_enough_to_be_read_aloud():
    found = complaints(too_long)
    assert not found, found


def test_nothing_forbidden_is_said():
    found = complaints(lambda text: [phrase for phrase in NEVER_SAID if phrase in text.casefold()])
    assert not found, found


def test_nobody_is_shouted_at():
    found = complaints(shouted)
    assert not found, found


def test_no_picture_carries_meaning():
    found = complaints(pictures)
    assert not found, found


def test_a_secret_is_only_ever_warned_about():
    def asks(text: str) -> list[str]:
        secret = re.compile(r"\botp\b|mật khẩu|mã pin\b|\bcvv\b", re.IGNORECASE)
        return [
            sentence for sentence in sentences(text)
            if secret.search(sentence) and not re.search(r"\b(không|đừng|khỏi|chớ)\b", sentence, re.IGNORECASE)
        ]

    found = complaints(asks)
    assert not found, found


def test_the_place_is_never_called_by_the_bots_name():
    wrong = [
        f"{flow}.{step}: {text}" for flow, step, _, text in ALL
        if "một cửa" in text.casefold() and (flow, step) not in NAME_OF_THE_BOT
    ]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


NOT_UNDERSTOOD = [
    (flow, step) for flow, step, variant in TEXTS
    if variant == "not_understood" or (step == "not_understood" and variant == "say")
]


@pytest.mark.parametrize(("flow", "step"), NOT_UNDERSTOOD, ids=lambda each: each)
def test_not_understood_twice_sounds_different_and_offers_a_way_out(flow, step):
    texts = TEXTS.all_of(flow, step, "say" if step == "not_understood" else "not_understood")
    assert len(texts) >= 2
    assert len(set(texts)) == len(texts)
    assert re.search(r"\{phone\}|bấm 0+\b|\"hủy\"", texts[-1]), texts[-1]


# -- weekdays and dates ---------------------------------------------------------------------------------------------------

WEEKDAYS = {
    "hai": 0, "ba": 1, "tư": 2, "năm": 3, "sáu": 4, "bảy": 5, "2": 0, "3": 1, "4": 2, "5": 3, "6": 4, "7": 5, "chủ nhật": 6,
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
}
NAMED_DAY = re.compile(
    r"\b(?:thứ (?P<vi>hai|ba|tư|năm|sáu|bảy|[2-7])|chủ nhật)(?:,? ngày|,)? (?P<d>\d{1,2})[/-](?P<m>\d{1,2})(?:[/-](?P<y>\d{4}))?"
    r"(?![\d/])",
    re.IGNORECASE,
)
NAMED_DAY_IN_ENGLISH = re.compile(
    r"\b(?P<vi>mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?,? (?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)\b", re.IGNORECASE
)
IN_DATA = re.compile(r"\bday: (?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d), weekday: (?P<vi>[a-z]{3})\b")
OUR_YEARS = (2026, 2027)
"""What a date without a year may mean, where its line names no year."""
WORDS_OF_CITIZENS = ("tests/phrases/", "tests/unit/test_dates.py", "tests/unit/test_understanding.py")
"""Citizens do say weekdays and dates that disagree; what they say is not ours to mend."""


def disagreeing(text: str, *patterns: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Weekday and date pairs of *text* that no calendar has: (position, pair)."""
    for pattern in (NAMED_DAY, NAMED_DAY_IN_ENGLISH, *patterns):
        for found in pattern.finditer(text):
            weekday = WEEKDAYS[(found["vi"] or "chủ nhật").casefold()]
            line = text[text.rfind("\n", 0, found.start()) + 1:].partition("\n")[0]
            years = [int(found["y"])] if found["y"] else [int(year) for year in re.findall(r"\b20\d\d\b", line)] or OUR_YEARS
            if not any(weekday_of(year, int(found["m"]), int(found["d"])) == weekday for year in years):
                yield found.start(), found[0]


def weekday_of(year: int, month: int, day: int) -> int | None:
    try:
        return date(year, month, day).weekday()
    except ValueError:
        return None


def test_weekdays_and_dates_agree_everywhere():
    wrong = []
    for path in project_files():
        if path.suffix not in (".yaml", ".md", ".py", ".tsv", ".jsonl") or path.as_posix().startswith(WORDS_OF_CITIZENS):
            continue
        text, data = (ROOT / path).read_text("utf-8"), [IN_DATA] if path.suffix == ".yaml" else []
        wrong += [f"{path}:{text.count(chr(10), 0, position) + 1}: {pair}" for position, pair in disagreeing(text, *data)]
    assert not wrong, "\n".join(wrong)


def test_the_check_of_weekdays_knows_a_wrong_one():
    assert not list(disagreeing("thứ Sáu 27/11/2026, Chủ nhật 29/11, Friday 2026-11-27"))
    wrong = ["thứ " + "Năm 27/11/2026", "Chủ nhật, " + "ngày 28/11/2026", "Monday " + "2026-11-27"]
    assert [pair for _, pair in disagreeing(". ".join(wrong))] == wrong


# -- the reader of texts --------------------------------------------------------------------------------------------------


def test_texts_are_told_apart_by_flow_step_and_variant():
    texts = Texts({"menu": {"errand": strict_yaml.load("ask: Hỏi {office}\nnot_understood: [một, hai]")}}, "")
    assert texts.render("menu", "errand", "ask", {"office": "X"}) == "Hỏi X"
    assert [texts.render("menu", "errand", "not_understood", {}, turn) for turn in (0, 1, 5)] == ["một", "hai", "hai"]
    with pytest.raises(KeyError):
        texts.render("menu", "errand", "say", {})
