"""Book a visit: what for, a day, an hour held for ten minutes, a name, then a ticket."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.appointments.model import HOLD_FOR, Booking, Start
from bot.appointments.rules import DAYS_AHEAD, by_day, day_bounds, day_standing, free_starts, open_days
from bot.clock import aware, local
from bot.dialogue.flow import Answers, Ask, Branch, Confirm, Do, Done, End, Errand, Flow, Option, Problem, Read, Refused, Say, Tell
from bot.dialogue.messages import Outgoing
from bot.flows.wording import clock_in_words, day_in_words, moment_in_words, sample_tail, short_day_in_words
from bot.flows.world import World, house_fields
from bot.offices.model import Counter, Office
from bot.short_codes import new_code, spoken

DAYS_SHOWN = 6
MOST_HOURS_IN_A_LIST = 8
NOON = time(12)
REMIND_AT = time(17)
"""On the day before the visit."""
MOST_TRIES = 20
LONGEST_NAME = 60
OTHER_DAY = "other_day"
WHOLE_DAY = "day"


# -- where and what for ---------------------------------------------------------------------------------------------------


def centres(_: Answers, world: World) -> Sequence[Option]:
    return [Option(office.id, office.name) for office in world.town.centres if office.counters]


def served(answers: Answers, world: World) -> str:
    """Whether the office's counters serve the procedure; without one, the citizen says which counter."""
    procedure = world.catalog.get(answers.get("procedure") or "", world.today)
    if procedure is None:
        return "ask"
    authority = procedure.authority_on(world.today)
    here = authority is not None and authority.level == "commune" and _office(answers, world).counters_for(procedure.field)
    return "known" if here else "not_here"


def counters(answers: Answers, world: World) -> Sequence[Option]:
    return [Option(counter.id, counter.name) for counter in _office(answers, world).counters]


def not_here(answers: Answers, world: World) -> Say:
    procedure = world.catalog.get(answers["procedure"], world.today)
    return Say("say", {"label": procedure.label if procedure else ""})


def after_not_here(answers: Answers, world: World) -> Sequence[Option]:
    where = Errand("find_procedure", {"procedure": answers["procedure"], "facet": "where"})
    return [Option("where", world.words.part("find_procedure", "offer_where"), where), *_to_menu(world)]


def _office(answers: Answers, world: World) -> Office:
    office = world.town.office(answers["office"])
    assert office is not None
    return office


def _counters(answers: Answers, world: World) -> tuple[Counter, ...]:
    office = _office(answers, world)
    chosen = office.counter(answers.get("counter") or "")
    if chosen is not None:
        return (chosen,)
    procedure = world.catalog.get(answers.get("procedure") or "", world.today)
    return office.counters_for(procedure.field if procedure else None)


# -- day ------------------------------------------------------------------------------------------------------------------


def days(answers: Answers, world: World) -> Sequence[Option]:
    last = world.today + timedelta(days=DAYS_AHEAD)
    taken = by_day(world.appointments.taken(answers["office"], *day_bounds(world.today, last)))
    found = open_days(_office(answers, world), world.calendar, _counters(answers, world), world.today, DAYS_SHOWN, taken, world.now)
    return [Option(day.isoformat(), short_day_in_words(world, day)) for day in found]


def day_typed(text: str, answers: Answers, world: World) -> Read | Problem | None:
    """A day as people say it; a day that cannot be had is named with the reason."""
    said = world.understand(text)
    if said.ask_day:
        return Problem("which_day")
    return _read_day(said.day, answers, world) if said.day is not None else None


def day_given(answers: Answers, world: World) -> Read | Problem | None:
    if answers.get("ask_day"):
        return Problem("which_day")
    return _read_day(date.fromisoformat(answers["asked_day"]), answers, world) if answers.get("asked_day") else None


def _read_day(day: date, answers: Answers, world: World) -> Read | Problem:
    taken = world.appointments.taken(answers["office"], *day_bounds(day, day))
    how = day_standing(_office(answers, world), world.calendar, _counters(answers, world), day, taken, world.now)
    return Read(day.isoformat()) if how == "free" else Problem(how, {"asked": day_in_words(world, day)})


# -- hour -----------------------------------------------------------------------------------------------------------------


def halves(answers: Answers, world: World) -> Sequence[Option]:
    """Morning or afternoon, where the whole day would be too long a list."""
    starts = _starts(answers, world, WHOLE_DAY)
    if len(starts) <= MOST_HOURS_IN_A_LIST:
        return [Option(WHOLE_DAY, "")]
    morning = sum(_is_morning(start) for start in starts)
    found = [half for half, count in (("morning", morning), ("afternoon", len(starts) - morning)) if count]
    return [Option(half, world.words.part("book_visit", f"half_{half}")) for half in found]


def half_given(answers: Answers, world: World) -> Read | Problem | None:
    asked = answers.get("asked_half") or (_half_of(answers["asked_hour"]) if answers.get("asked_hour") else None)
    offered = [option.value for option in halves(answers, world)]
    return Read(asked) if asked in offered else None


def half_typed(text: str, answers: Answers, world: World) -> Read | Problem | None:
    said = world.understand(text)
    half = said.half_day or (_half_of(f"{said.hour[0]:02d}:00") if said.hour else None)
    return Read(half) if half in [option.value for option in halves(answers, world)] else None


def _half_of(clock: str) -> str:
    return "morning" if time.fromisoformat(clock) < NOON else "afternoon"


def hours(answers: Answers, world: World) -> Sequence[Option]:
    """Evenly chosen starts of the half day, and another day."""
    starts = _spread(_starts(answers, world, answers.get("half", WHOLE_DAY)))
    if not starts:
        return []
    options = [Option(start.at.isoformat(), moment_in_words(world, start.at)) for start in starts]
    return [*options, Option(OTHER_DAY, world.words.part("book_visit", "other_day"))]


def _spread(starts: list[Start]) -> list[Start]:
    """At most MOST_HOURS_IN_A_LIST of them, from first to last."""
    if len(starts) <= MOST_HOURS_IN_A_LIST:
        return starts
    gap = (len(starts) - 1) / (MOST_HOURS_IN_A_LIST - 1)
    return [starts[round(number * gap)] for number in range(MOST_HOURS_IN_A_LIST)]


def hour_given(answers: Answers, world: World) -> Read | Problem | None:
    if not answers.get("asked_hour"):
        return None
    return _read_hour(time.fromisoformat(answers["asked_hour"]), answers, world)


def hour_typed(text: str, answers: Answers, world: World) -> Read | Problem | None:
    """ "8h", "8 giờ rưỡi": the hour. A bare number that is no choice but is an hour of the day is read back."""
    bare = re.fullmatch(r"\d{1,2}", text)
    if bare:
        for hour in (int(text), int(text) + 12):
            start = _at(time(hour), answers, world) if hour < 24 else None
            if start is not None:
                return Read(start.at.isoformat(), clock_in_words(world, time(hour)), "confirm")
        return Problem("no_such_hour", {"asked": text}) if int(text) > MOST_HOURS_IN_A_LIST + 1 else None
    said = world.understand(text)
    if said.hour is not None:
        return _read_hour(time(*said.hour), answers, world)
    return None


def _read_hour(asked: time, answers: Answers, world: World) -> Read | Problem:
    """*asked* itself, or the same hour after noon where only that is open."""
    for hour in (asked, time(asked.hour + 12, asked.minute) if asked.hour < 7 else asked):
        start = _at(hour, answers, world)
        if start is not None:
            return Read(start.at.isoformat())
    return Problem("hour_gone", {"asked": clock_in_words(world, asked)})


def _at(hour: time, answers: Answers, world: World) -> Start | None:
    at = aware(datetime.combine(date.fromisoformat(answers["day"]), hour))
    return next((start for start in _starts(answers, world, WHOLE_DAY) if start.at == at), None)


def ask_hour(answers: Answers, world: World) -> Say:
    half = answers.get("half", WHOLE_DAY)
    day = day_in_words(world, date.fromisoformat(answers["day"]))
    return Say("ask", {"day": day if half == WHOLE_DAY else f"{world.words.part('book_visit', f'half_{half}')} {day}"})


def _starts(answers: Answers, world: World, half: str) -> list[Start]:
    day = date.fromisoformat(answers["day"])
    taken = world.appointments.taken(answers["office"], *day_bounds(day, day))
    starts = free_starts(_office(answers, world), world.calendar, _counters(answers, world), day, taken, world.now)
    return [start for start in starts if half == WHOLE_DAY or _is_morning(start) == (half == "morning")]


def _is_morning(start: Start) -> bool:
    return local(start.at).time() < NOON


# -- hold, name, confirm --------------------------------------------------------------------------------------------------


def hold(answers: Answers, world: World) -> Done | Refused:
    """Lends the seat for ten minutes. One seat at a time: one held before is given back."""
    moving, procedure = answers.get("instead_of"), answers.get("procedure") or ""
    for booking in world.appointments.live_of(world.citizen):
        if booking.state == "held":
            world.appointments.release(booking.id)
        elif procedure and booking.procedure == procedure and booking.id != moving:
            return Refused("already")
    start = _chosen(answers, world)
    # While one visit is moved, old and new are alive together: the new one gets its procedure when it is confirmed.
    held = start and world.appointments.hold(world.citizen, start, "" if moving else procedure, world.now + HOLD_FOR)
    return Done({"held": held.id}) if held else Refused("taken")


def _chosen(answers: Answers, world: World) -> Start | None:
    at = datetime.fromisoformat(answers["hour"])
    return next((start for start in _starts(answers, world, WHOLE_DAY) if start.at == at), None)


def ask_name(answers: Answers, world: World) -> Say:
    return Say("ask", {"hour": _hour_words(answers, world)})


def name_typed(text: str, _: Answers, __: World) -> Read | Problem | None:
    """A name: letters, at most eight words. A question that is surely one wins over it."""
    words = text.split()
    if len(text) > LONGEST_NAME or len(words) > 8:
        return Problem("too_long")
    if not words or not all(re.fullmatch(r"[^\W\d_]+[.'’-]?[^\W\d_]*", word) for word in words):
        return None
    return Read(" ".join(word[:1].upper() + word[1:] for word in words), strength="plausible")


def review(answers: Answers, world: World) -> Say:
    return Say("ask", _visit_fields(answers, world))


def confirm(answers: Answers, world: World) -> Done | Refused:
    """Held -> confirmed with a ticket; moving a visit gives the old one back in the same step."""
    world.privacy.tell(world.citizen, "appointment")
    held = world.appointments.get(answers["held"])
    if held is None or held.state != "held" or held.held_until is None or held.held_until <= world.now:
        return Refused("lapsed", {"held": None})
    if answers.get("instead_of"):
        held = _move(held, answers, world)
        if held is None:
            return Refused("lapsed", {"held": None})
    booking = world.appointments.confirm(held.id, answers["name"], new_code("H"))
    if booking is None or booking.ticket is None:
        return Refused("lapsed", {"held": None})
    _remind(booking, answers, world)
    return Done({"ticket": booking.ticket, "held": None, "booking": booking.id})


def _move(held: Booking, answers: Answers, world: World) -> Booking | None:
    old = world.appointments.get(answers["instead_of"])
    world.appointments.cancel(answers["instead_of"])
    world.notices.drop(world.citizen, reminder_cause(answers["instead_of"]))
    world.appointments.release(held.id)
    return world.appointments.hold(world.citizen, held.start, old.procedure if old else "", world.now + HOLD_FOR)


def _remind(booking: Booking, answers: Answers, world: World) -> None:
    """A notice on the eve; none where the visit is too soon for one."""
    at = local(booking.start.at)
    due = aware(datetime.combine(at.date() - timedelta(days=1), REMIND_AT))
    if due <= world.now:
        return
    fields = {**house_fields(world), **_visit_fields(answers, world), "ticket": spoken(booking.ticket or "")}
    text = world.words.part("book_visit", "reminder", **fields)
    world.notices.queue(
        world.citizen, reminder_cause(booking.id), Outgoing(text, tail=sample_tail(world), kind="notice", flow="book_visit", once=True), due
    )


def reminder_cause(booking: int) -> str:
    return f"visit:{booking}:eve"


def booked(answers: Answers, world: World) -> Say:
    fields = {**_visit_fields(answers, world), "ticket": spoken(answers["ticket"])}
    return Say("moved" if answers.get("instead_of") else "say", fields, tail=sample_tail(world), once=True)


def after_booking(answers: Answers, world: World) -> Sequence[Option]:
    options = []
    if answers.get("procedure"):
        ready = Errand("check_readiness", {"procedure": answers["procedure"]})
        options.append(Option("readiness", world.words.part("find_procedure", "offer_readiness"), ready))
    mine = Option("mine", world.words.part("book_visit", "offer_mine"), Errand("my_visits", {"visit": str(answers["booking"])}))
    return [*options, mine, *_to_menu(world)]


def already(answers: Answers, world: World) -> Sequence[Option]:
    return [Option("mine", world.words.part("book_visit", "offer_mine"), Errand("my_visits")), *_to_menu(world)]


def ways_on(_: Answers, world: World) -> Sequence[Option]:
    person = Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "asked"}))
    return [person, *_to_menu(world)]


def give_back(answers: Answers, world: World) -> None:
    if answers.get("held"):
        world.appointments.release(answers["held"])


def _hour_words(answers: Answers, world: World) -> str:
    return moment_in_words(world, datetime.fromisoformat(answers["hour"]))


def _visit_fields(answers: Answers, world: World) -> dict[str, str]:
    office = _office(answers, world)
    return {
        "hour": _hour_words(answers, world), "day": day_in_words(world, local(datetime.fromisoformat(answers["hour"])).date()),
        "place": office.name, "address": office.address, "place_phone": office.phone, "name": answers.get("name", ""),
        "counter": ", ".join(counter.name for counter in _counters(answers, world)[:1]),
    }


def _to_menu(world: World) -> list[Option]:
    return [Option("menu", world.words.part("menu", "title"), Errand("menu"))]


BOOK_VISIT: Flow[World] = Flow(
    "book_visit",
    Ask("office", centres, next="served", if_none="not_set_up", alone=True),
    Branch("served", served, {"known": "day", "ask": "counter", "not_here": "not_here"}),
    Ask("counter", counters, next="day", alone=True),
    Ask("day", days, next="half", if_none="no_days", typed=day_typed, given=day_given),
    Ask("half", halves, next="hour", alone=True, typed=half_typed, given=half_given),
    Ask(
        "hour", hours, next={OTHER_DAY: "day", "*": "hold"}, if_none="day_filled", say=ask_hour, typed=hour_typed, given=hour_given
    ),
    Do("hold", hold, next="name", otherwise={"taken": "taken", "already": "already"}, final=False),
    Ask("name", None, next="review", say=ask_name, typed=name_typed),
    Confirm("review", yes="confirm", no="day", say=review),
    Do("confirm", confirm, next="booked", otherwise={"lapsed": "lapsed"}),
    Tell("taken", next="hour"),
    Tell("day_filled", next="day"),
    Tell("lapsed", next="hour"),
    End("booked", say=booked, offers=after_booking),
    End("already", offers=already),
    End("no_days", offers=ways_on),
    End("not_here", say=not_here, offers=after_not_here),
    End("not_set_up", offers=ways_on),
    leave=give_back,
)
