"""Hard words, answered calmly."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, End, Errand, Flow, Option
from bot.flows.emergency import offers as to_menu
from bot.flows.world import World


def offers(answers: Answers, world: World) -> Sequence[Option]:
    return [
        Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "asked"})),
        Option("complain", world.words.part("complain", "title"), Errand("complain")), *to_menu(answers, world),
    ]


ABUSE: Flow[World] = Flow("abuse", End("say", offers=offers), resumes=False)
