"""My data: see it, erase it, take consent back, have it corrected; what cannot be done at once is asked for, with a date."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time

from bot.calendar.rules import add_working_days
from bot.clock import aware
from bot.dialogue.flow import Answers, Ask, Confirm, Do, Done, End, Errand, Flow, Option, Refused, Say
from bot.flows.wording import day_in_words
from bot.flows.world import World
from bot.postal.rules import is_over
from bot.privacy.masking import mask_name, mask_phone
from bot.privacy.model import ANSWER_WITHIN_WORKING_DAYS, DataRequest, RequestKind
from bot.short_codes import keep_under_new_code, spoken

END_OF_DAY = time(17)
MOST_SHOWN = 3
RECORD_FIELDS = ("start", "ticket", "name", "phone", "asked_at", "receipt", "at", "channel", "first_seen", "code", "number")
WISHES: tuple[RequestKind, ...] = ("see", "erase", "withdraw", "correct")


def wishes(_: Answers, world: World) -> Sequence[Option]:
    return [Option(wish, world.words.part("my_data", f"wish_{wish}")) for wish in WISHES]


def held(_: Answers, world: World) -> Say:
    lines = [
        world.words.part(
            "my_data", "held_line", kind=world.words.part("my_data", f"kind_{kind}"), count=str(len(records)),
            records="; ".join(_in_words(kind, record, world) for record in records[:MOST_SHOWN] if _is_told(kind, world)),
        ).rstrip(" .:")
        for kind, records in world.privacy.held(world.citizen).items()
    ]
    return Say("say", {"lines": "\n".join(lines)}) if lines else Say("nothing")


def _is_told(kind: str, world: World) -> bool:
    """Whether records of this kind are told one by one, or only counted."""
    return world.words.has("my_data", f"record_{kind}", "say")


def _in_words(kind: str, record: Mapping[str, str], world: World) -> str:
    """One record, names and phones half hidden: the citizen knows them, who looks over the shoulder need not."""
    known = defaultdict(lambda: "-", record)
    known["name"], known["phone"] = mask_name(known["name"]), mask_phone(known["phone"])
    return world.words.part("my_data", f"record_{kind}", **{name: known[name] for name in RECORD_FIELDS})


def keep_seen(_: Answers, world: World) -> Done | Refused:
    return Done({"request": _request("see", world, done=True).code})


def erase(_: Answers, world: World) -> Done | Refused:
    """At once what is the bot's; the office's own books are a person's matter, within two working days."""
    world.privacy.erase(world.citizen)
    request = _request("erase", world)
    return Done({"request": request.code, "due": request.due_at.isoformat()})


def withdraw(_: Answers, world: World) -> Done | Refused:
    world.privacy.withdraw(world.citizen)
    return Done({"request": _request("withdraw", world, done=True).code})


def correct(_: Answers, world: World) -> Done | Refused:
    request = _request("correct", world)
    return Done({"request": request.code, "due": request.due_at.isoformat()})


def _request(kind: RequestKind, world: World, *, done: bool = False) -> DataRequest:
    due_day = add_working_days(world.calendar, world.today, ANSWER_WITHIN_WORKING_DAYS)
    due_at = aware(datetime.combine(due_day, END_OF_DAY))

    def under(code: str) -> DataRequest:
        return DataRequest(code, world.citizen, kind, world.now, due_at, world.now if done else None)

    return under(keep_under_new_code("T", lambda code: world.privacy.keep_request(under(code))))


def receipt(answers: Answers, world: World) -> Say:
    fields = {"request": spoken(answers["request"])}
    if answers.get("due"):
        fields["due"] = day_in_words(world, datetime.fromisoformat(answers["due"]).date())
    return Say("say", fields)


def erased(answers: Answers, world: World) -> Say:
    """What could not go yet is named: the post still has to find the door."""
    said = receipt(answers, world)
    on_the_way = [spoken(order.number) for order in world.post.of(world.citizen) if not is_over(order.state)]
    return Say("post_stays", dict(said.fields) | {"numbers": ", ".join(on_the_way)}) if on_the_way else said


def offers(_: Answers, world: World) -> Sequence[Option]:
    return [
        Option("more", world.words.part("my_data", "title"), Errand("my_data")),
        Option("menu", world.words.part("menu", "title"), Errand("menu")),
    ]


MY_DATA: Flow[World] = Flow(
    "my_data",
    Ask("wish", wishes, next={"see": "keep_seen", "erase": "sure", "withdraw": "withdraw", "correct": "correct"}),
    Do("keep_seen", keep_seen, next="held", final=False),
    End("held", say=held, offers=offers),
    Confirm("sure", yes="erase", no="kept"),
    Do("erase", erase, next="erased", forgets=True),
    End("erased", say=erased, offers=offers),
    Do("withdraw", withdraw, next="withdrawn"),
    End("withdrawn", say=receipt, offers=offers),
    Do("correct", correct, next="correcting"),
    End("correcting", say=receipt, offers=offers),
    End("kept", offers=offers),
)
