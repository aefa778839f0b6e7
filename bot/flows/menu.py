"""The menu: the errands, by number; and the welcome."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, Ask, Errand, Flow, Option, Say
from bot.flows.wording import sample_tail
from bot.flows.world import World

LINES = (
    ("ask", Errand("ask_procedure")), ("status", Errand("dossier_status")), ("book", Errand("book_visit")), ("mine", Errand("my_visits")),
    ("hours", Errand("office_hours")), ("person", Errand("call_back", {"why": "asked"})), ("complain", Errand("complain")),
    ("my_data", Errand("my_data")),
)


def lines(_: Answers, world: World) -> Sequence[Option]:
    return [Option(name, world.words.part("menu", f"line_{name}"), errand) for name, errand in LINES]


def welcome(answers: Answers, world: World) -> Say:
    return Say("welcome" if answers.get("welcome") else "ask", tail=sample_tail(world) if answers.get("welcome") else "")


MENU: Flow[World] = Flow("menu", Ask("errand", lines, next="errand", say=welcome), resumes=False)
