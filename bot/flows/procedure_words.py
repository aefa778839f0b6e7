"""A procedure named in the middle of a flow that needs one."""

from bot.dialogue.flow import Answers, Problem, Read
from bot.flows.world import World


def procedure_typed(text: str, _: Answers, world: World) -> Read | Problem | None:
    """The procedure that *text* surely names; what is unsure is left to a question of its own."""
    found = world.finder.find(text, world.today)
    if found.sure and found.results:
        return Read(found.results[0].code, found.results[0].label)
    return None
