"""A person: the phone and its hours at once, and a call-back that is written down until it is done."""

from collections.abc import Sequence
from datetime import datetime

from bot.clock import local
from bot.dialogue.flow import Answers, Ask, Branch, Do, Done, End, Errand, Flow, Option, Problem, Read, Refused, Say
from bot.flows.wording import day_in_words, moment_in_words, sample_tail
from bot.flows.world import World
from bot.offices.rules import next_opening
from bot.postal import phones
from bot.privacy.masking import mask_phone


def opening_words(world: World) -> str:
    """When somebody answers the phone: now until …, or from … on; empty when the office has no hours."""
    if world.centre is None:
        return ""
    opening = next_opening(world.centre, world.calendar, world.now)
    if opening is None:
        return ""
    start, end = opening
    if start <= world.now:
        return world.words.part("call_back", "open_now", until=moment_in_words(world, end))
    day = day_in_words(world, local(start).date())
    return world.words.part("call_back", "opens", day=day, start=moment_in_words(world, start))


def reachable(_: Answers, world: World) -> str:
    return "yes" if world.centre is not None else "no"


def ask_phone(answers: Answers, world: World) -> Say:
    return Say(str(answers.get("why", "asked")), {"opening": opening_words(world)}, tail=sample_tail(world))


def read_phone(text: str, _: Answers, __: World | None) -> Read | Problem | None:
    """A Vietnamese phone number, however it is spaced."""
    phone = phones.read_phone(text)
    if phone is not None:
        return Read(phone.national)
    return Problem("wrong_phone") if phones.was_meant(text) else None


def promised_by(world: World) -> datetime | None:
    """The end of the opening hours in which the call may be expected."""
    opening = next_opening(world.centre, world.calendar, world.now) if world.centre else None
    return opening[1] if opening else None


def keep(answers: Answers, world: World) -> Done | Refused:
    world.privacy.tell(world.citizen, "call_back")
    world.feedback.ask_call_back(
        world.citizen, answers.get("why", "asked"), answers.get("about"), None, answers["phone"], answers.get("words"), promised_by(world)
    )
    return Done()


def kept(answers: Answers, world: World) -> Say:
    return Say("say", {"their_phone": mask_phone(answers["phone"]), "opening": opening_words(world)}, tail=sample_tail(world))


def offers(_: Answers, world: World) -> Sequence[Option]:
    return [Option("menu", world.words.part("menu", "title"), Errand("menu"))]


CALL_BACK: Flow[World] = Flow(
    "call_back",
    Branch("reachable", reachable, {"yes": "phone", "no": "not_set_up"}),
    Ask("phone", None, next="keep", say=ask_phone, typed=read_phone),
    Do("keep", keep, next="kept"),
    End("kept", say=kept, offers=offers),
    End("not_set_up", offers=offers),
    resumes=False,
)
