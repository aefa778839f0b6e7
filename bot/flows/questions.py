"""A question's words on their way through a flow: kept, once and without a person, where nothing right is found for them."""

from bot.dialogue.flow import Answers
from bot.flows.world import World
from bot.misses.model import Miss, Why
from bot.misses.rules import kept_words, new_question


def asked(text: str) -> Answers:
    """What an errand is told of the question that began it; nothing where *text* asks for nothing."""
    words = kept_words(text)
    return {} if words is None else {"words": words, "question": new_question()}


def keep(answers: Answers, world: World, why: Why) -> None:
    """The question among *answers*; one that is kept already, or none, changes nothing."""
    if answers.get("question"):
        world.misses.record(Miss(answers["question"], answers["words"], why, world.today))


def keep_unread(text: str, _: Answers, world: World) -> None:
    """For steps where what is typed is a question."""
    keep(asked(text), world, "declined")
