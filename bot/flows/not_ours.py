"""None of ours: say who handles it where that is known, and what can be done here that is near to it."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, Do, Done, End, Errand, Flow, Option, Refused, Say
from bot.flows import questions
from bot.flows.emergency import offers as to_menu
from bot.flows.world import World

NEAR: dict[str, tuple[str, ...]] = {"court": ("2.000554", "2.000635")}
"""Procedures of ours that people need beside another body's: a divorce abroad noted here, an extract for the court."""


def keep_miss(answers: Answers, world: World) -> Done | Refused:
    """A question that the errand brought along is one of which nobody knows whether it was ours."""
    questions.keep(answers, world, "declined")
    return Done()


def tell(answers: Answers, world: World) -> Say:
    who = answers.get("who") or "say"
    return Say(who if world.words.has("not_ours", "tell", who) else "say")


def offers(answers: Answers, world: World) -> Sequence[Option]:
    near = [world.catalog.get(code, world.today) for code in NEAR.get(answers.get("who") or "", ())]
    ours = [Option(each.code, each.label, Errand("find_procedure", {"procedure": each.code, "first": True})) for each in near if each]
    person = Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "asked"}))
    return [*ours, person, *to_menu(answers, world)]


NOT_OURS: Flow[World] = Flow(
    "not_ours",
    Do("keep_miss", keep_miss, next="tell", final=False),
    End("tell", say=tell, offers=offers),
    resumes=False,
)
