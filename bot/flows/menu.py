"""The menu: the errands, by number; and the welcome."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, Ask, Errand, Flow, Option, Say
from bot.flows.questions import keep_unread
from bot.flows.wording import sample_tail
from bot.flows.world import World

LINES = (
    ("ask", Errand("ask_procedure")), ("status", Errand("dossier_status")), ("book", Errand("book_visit")), ("mine", Errand("my_visits")),
    ("hours", Errand("office_hours")), ("person", Errand("call_back", {"why": "asked"})), ("complain", Errand("complain")),
    ("my_data", Errand("my_data")), ("life_event", Errand("life_event")), ("post", Errand("send_by_post")),
)


def lines(_: Answers, world: World) -> Sequence[Option]:
    """Events in a life are offered where the catalogue has any."""
    offered = [(name, errand) for name, errand in LINES if name != "life_event" or world.events.events]
    return [Option(name, world.words.part("menu", f"line_{name}"), errand) for name, errand in offered]


def welcome(answers: Answers, world: World) -> Say:
    return Say("welcome" if answers.get("welcome") else "ask", tail=sample_tail(world) if answers.get("welcome") else "")


MENU: Flow[World] = Flow("menu", Ask("errand", lines, next="errand", say=welcome, unread=keep_unread), resumes=False)
