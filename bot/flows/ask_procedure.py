"""By digits only: a field of life, then its procedures. For those who do not know what to type."""

from collections.abc import Sequence
from itertools import groupby

from bot.catalog.model import Procedure
from bot.dialogue.flow import Answers, Ask, Errand, Flow, Option
from bot.flows.questions import keep_unread
from bot.flows.world import World

LINES_A_PAGE = 8


def fields(answers: Answers, world: World) -> Sequence[Option]:
    """The catalogue's fields, those with most procedures first, a page at a time."""
    ours = sorted(_current(world), key=lambda each: each.field)
    sizes = {field: len(list(group)) for field, group in groupby(ours, key=lambda each: each.field)}
    ordered = sorted(sizes, key=lambda field: (-sizes[field], field))
    return _page([Option(f"field:{field}", field) for field in ordered], answers.get("page", 0), world)


def procedures(answers: Answers, world: World) -> Sequence[Option]:
    """Those that people have most ways of asking for first."""
    inside = sorted((each for each in _current(world) if each.field == answers["chosen"]), key=lambda each: -len(each.phrases))
    options = [Option(each.code, each.label, Errand("find_procedure", {"procedure": each.code, "first": True})) for each in inside]
    return _page(options, answers.get("inner_page", 0), world)


def _current(world: World) -> list[Procedure]:
    return [each for each in world.catalog if each.in_force(world.today) and not each.replaced_by]


def _page(options: list[Option], page: int, world: World) -> list[Option]:
    begin = page * LINES_A_PAGE
    shown = options[begin: begin + LINES_A_PAGE]
    return [*shown, Option("more", world.words.part("ask_procedure", "more"))] if begin + LINES_A_PAGE < len(options) else shown


def turn_page(value: str, answers: Answers, _: World) -> Answers:
    if value == "more":
        return {**answers, "page": answers.get("page", 0) + 1}
    return {**answers, "chosen": value.partition(":")[2]}


def turn_inner_page(_: str, answers: Answers, __: World) -> Answers:
    return {**answers, "inner_page": answers.get("inner_page", 0) + 1}


ASK_PROCEDURE: Flow[World] = Flow(
    "ask_procedure",
    Ask("field", fields, next={"more": "field", "*": "procedure"}, take=turn_page, unread=keep_unread),
    Ask("procedure", procedures, next="procedure", take=turn_inner_page, unread=keep_unread),
    resumes=False,
)
