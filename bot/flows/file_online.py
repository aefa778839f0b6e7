"""Filing online: where, with what login, and what never to give away."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, End, Errand, Flow, Option
from bot.flows.world import World


def offers(_: Answers, world: World) -> Sequence[Option]:
    return [
        Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "asked"})),
        Option("menu", world.words.part("menu", "title"), Errand("menu")),
    ]


FILE_ONLINE: Flow[World] = Flow("file_online", End("how", offers=offers), resumes=False)
