"""My visits: see them, cancel one, move one to another time."""

from collections.abc import Sequence

from bot.appointments.model import Booking
from bot.clock import local
from bot.dialogue.flow import Answers, Ask, Confirm, Do, Done, End, Errand, Flow, Option, Problem, Read, Refused, Say
from bot.flows.book_visit import reminder_cause
from bot.flows.wording import day_in_words, moment_in_words, sample_tail
from bot.flows.world import World
from bot.short_codes import read_code, spoken


def visits(_: Answers, world: World) -> Sequence[Option]:
    return [
        Option(str(booking.id), _in_words(booking, world))
        for booking in world.appointments.live_of(world.citizen) if booking.state == "confirmed"
    ]


def _in_words(booking: Booking, world: World) -> str:
    return world.words.part(
        "my_visits", "line", hour=moment_in_words(world, booking.start.at), day=day_in_words(world, local(booking.start.at).date()),
        ticket=spoken(booking.ticket or ""),
    )


def ticket_typed(text: str, _: Answers, world: World) -> Read | Problem | None:
    """One's own ticket, read aloud from the message that gave it."""
    ticket = read_code(text)
    if ticket is None or not ticket.startswith("H"):
        return None
    mine = next((each for each in world.appointments.live_of(world.citizen) if each.ticket == ticket), None)
    return Read(str(mine.id)) if mine else Problem("not_yours")


def wishes(answers: Answers, world: World) -> Sequence[Option]:
    move = Option("move", world.words.part("my_visits", "move"), _moving(answers, world))
    return [Option("cancel", world.words.part("my_visits", "cancel_it")), move, Option("keep", world.words.part("my_visits", "keep_it"))]


def _moving(answers: Answers, world: World) -> Errand:
    booking = world.appointments.get(int(answers["visit"]))
    known = {key: answers[key] for key in ("asked_day", "ask_day", "asked_hour", "asked_half") if answers.get(key)}
    if booking is not None:
        known |= {
            "office": booking.start.office, "counter": booking.start.counter, "name": booking.name, "instead_of": booking.id,
            "procedure": booking.procedure or None,
        }
    return Errand("book_visit", known)


def wish_given(answers: Answers, _: World) -> Read | Problem | None:
    return Read("cancel") if answers.get("asked") == "cancel" else None


def ask_wish(answers: Answers, world: World) -> Say:
    return Say("ask", {"visit": _chosen(answers, world)})


def ask_sure(answers: Answers, world: World) -> Say:
    return Say("ask", {"visit": _chosen(answers, world)})


def _chosen(answers: Answers, world: World) -> str:
    booking = world.appointments.get(int(answers["visit"]))
    return _in_words(booking, world) if booking else ""


def cancel(answers: Answers, world: World) -> Done | Refused:
    """Only one's own, and only one that is still to come."""
    booking = int(answers["visit"])
    mine = any(each.id == booking for each in world.appointments.live_of(world.citizen))
    if not mine or not world.appointments.cancel(booking):
        return Refused("gone")
    world.notices.drop(world.citizen, reminder_cause(booking))
    return Done()


def cancelled(answers: Answers, world: World) -> Say:
    return Say("say", {"visit": _chosen(answers, world)}, tail=sample_tail(world))


def offers(_: Answers, world: World) -> Sequence[Option]:
    return [
        Option("book", world.words.part("my_visits", "offer_book"), Errand("book_visit")),
        Option("menu", world.words.part("menu", "title"), Errand("menu")),
    ]


MY_VISITS: Flow[World] = Flow(
    "my_visits",
    Ask("visit", visits, next="wish", typed=ticket_typed, if_none="none"),
    Ask("wish", wishes, next={"cancel": "sure", "*": "kept"}, say=ask_wish, given=wish_given),
    Confirm("sure", yes="cancel", no="kept", say=ask_sure),
    Do("cancel", cancel, next="cancelled", otherwise={"gone": "gone"}),
    End("cancelled", say=cancelled, offers=offers),
    End("kept", offers=offers),
    End("gone", offers=offers),
    End("none", offers=offers),
)
