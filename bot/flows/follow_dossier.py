"""Tell me when something changes: kept for a dossier whose owner has just shown that they are."""

from collections.abc import Sequence

from bot.dialogue.flow import Answers, Do, Done, End, Flow, Option, Refused, Say
from bot.dossiers.rules import standing
from bot.flows.call_back import offers as to_menu
from bot.flows.world import World

MOST_FOLLOWED = 20
"""Of one citizen: more than a family hands in, and few enough for a list."""


def follow(answers: Answers, world: World) -> Done | Refused:
    """This flow is only ever offered after the dossier was told of, so that its second fact is proven."""
    code, followed = answers["code"], world.dossiers.followed(world.citizen)
    if world.dossiers.get(code) is None:
        return Refused("gone")
    if code not in followed and len(followed) >= MOST_FOLLOWED:
        return Refused("many")
    world.dossiers.follow(world.citizen, code)
    dossier = world.dossiers.get(code)
    unseen = dossier is not None and standing(dossier, world.today, world.calendar) != answers.get("seen")
    return Done({"unseen": unseen})


def followed(answers: Answers, _: World) -> Say:
    return Say("changed" if answers["unseen"] else "say", {"code": answers["code"]})


def many(_: Answers, __: World) -> Say:
    return Say("say", {"most": str(MOST_FOLLOWED)})


def offers(answers: Answers, world: World) -> Sequence[Option]:
    return to_menu(answers, world)


FOLLOW_DOSSIER: Flow[World] = Flow(
    "follow_dossier",
    Do("follow", follow, next="followed", otherwise={"many": "many", "gone": "gone"}),
    End("followed", say=followed, offers=offers),
    End("many", say=many, offers=offers),
    End("gone", offers=offers),
    resumes=False,
)
