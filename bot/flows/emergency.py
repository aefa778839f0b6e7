"""Danger first: the number to call stands on the first line."""

from bot.dialogue.flow import Answers, End, Errand, Flow, Option, Say
from bot.flows.world import World


def tell(answers: Answers, _: World) -> Say:
    return Say(answers.get("kind") or "say")


def offers(_: Answers, world: World) -> list[Option]:
    return [Option("menu", world.words.part("menu", "title"), Errand("menu"))]


EMERGENCY: Flow[World] = Flow("emergency", End("call", say=tell, offers=offers), resumes=False)
