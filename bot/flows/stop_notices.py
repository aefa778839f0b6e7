""" "Thôi báo": no more notices of a dossier, or of any."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, Ask, Do, Done, End, Flow, Option, Problem, Read, Say
from bot.dossiers import codes
from bot.flows.call_back import offers as to_menu
from bot.flows.dossier_notices import causes_of
from bot.flows.world import World

ALL = "all"


def followed(_: Answers, world: World) -> Sequence[Option]:
    options = [Option(code, code) for code in world.dossiers.followed(world.citizen)]
    return [*options, Option(ALL, world.words.part("stop_notices", "all"))] if len(options) > 1 else options


def code_typed(text: str, _: Answers, world: World) -> Read | Problem | None:
    code = codes.find_code(text, world.today)
    if code is None:
        return None
    return Read(code) if code in world.dossiers.followed(world.citizen) else Problem("not_followed")


def stop(answers: Answers, world: World) -> Done:
    """What waits to be sent, at night for the morning, is taken back too."""
    which = world.dossiers.followed(world.citizen) if answers["which"] == ALL else [answers["which"]]
    for code in which:
        world.dossiers.unfollow(world.citizen, code)
        world.notices.drop_all(world.citizen, causes_of(code, world.dossiers))
    return Done()


def stopped(answers: Answers, _: World) -> Say:
    return Say("every") if answers["which"] == ALL else Say("say", {"code": answers["which"]})


STOP_NOTICES: Flow[World] = Flow(
    "stop_notices",
    Ask("which", followed, next="stop", typed=code_typed, if_none="none", alone=True),
    Do("stop", stop, next="stopped"),
    End("stopped", say=stopped, offers=to_menu),
    End("none", offers=to_menu),
    resumes=False,
)
