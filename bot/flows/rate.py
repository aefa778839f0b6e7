"""A rating: one press, and a word besides for who wants."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, Ask, Do, Done, End, Errand, Flow, Option, Problem, Read, Refused
from bot.feedback.model import Rating
from bot.flows.world import World
from bot.understanding.commands import command

SCALE = "satisfaction-5"
SCORES = ("5", "4", "3", "2", "1")


def scores(_: Answers, world: World) -> Sequence[Option]:
    return [Option(score, world.words.part("rate", f"score_{score}")) for score in SCORES]


def no_comment(_: Answers, world: World) -> Sequence[Option]:
    return [Option("", world.words.part("rate", "no_comment"))]


def comment_typed(text: str, _: Answers, __: World) -> Read | Problem | None:
    return Read("" if command(text) == "no" else text)


def keep(answers: Answers, world: World) -> Done | Refused:
    world.feedback.keep_rating(Rating(world.citizen, SCALE, int(answers["score"]), answers.get("comment") or None, world.now))
    return Done()


def offers(answers: Answers, world: World) -> Sequence[Option]:
    low = int(answers["score"]) <= 2
    complain = [Option("complain", world.words.part("complain", "title"), Errand("complain"))] if low else []
    return [*complain, Option("menu", world.words.part("menu", "title"), Errand("menu"))]


RATE: Flow[World] = Flow(
    "rate",
    Ask("score", scores, next="comment"),
    Ask("comment", no_comment, next="keep", typed=comment_typed, verbatim=True),
    Do("keep", keep, next="kept"),
    End("kept", offers=offers),
)
