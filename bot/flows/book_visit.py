"""Book a visit: what for, a day, an hour held for ten minutes, a name, then a ticket."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from bot.appointments.model import HOLD_FOR, Booking, Start
from bot.appointments.rules import DAYS_AHEAD, by_day, day_bounds, day_standing, free_starts, open_days
from bot.catalog.model import Procedure
from bot.clock import aware, local
from bot.dialogue.flow import Answers, Ask, Branch, Confirm, Do, Done, End, Errand, Flow, Option, Problem, Read, Refused, Say, Tell
from bot.dialogue.messages import Outgoing, Template, Ticket
from bot.flows.procedure_words import procedure_typed
from bot.flows.wording import bare_clock, clock_in_words, day_in_words, moment_in_words, sample_tail, short_day_in_words
from bot.flows.world import World, house_fields
from bot.offices.model import Counter, Office
from bot.offices.rules import instant, open_periods
from bot.short_codes import new_code, spoken
from bot.understanding.dates import read_days

DAYS_SHOWN = 6
MOST_HOURS_IN_A_LIST = 5
"""So few that "7" to "11" are no line's number of a morning's list, but the hour that they say."""
NEAR = timedelta(minutes=30)
"""A start so near to an hour asked for is offered in its place."""
NOON = time(12)
REMIND_AT = time(17)
"""On the day before the visit."""
LONGEST_NAME = 60
OTHER_DAY = "other_day"
WHOLE_DAY = "day"
LATELY = timedelta(days=100)
_MAY_NAME_THE_DAY = ("book", "reschedule", "hours_address", "follow_up", "out_of_scope")


# -- where and what for ---------------------------------------------------------------------------------------------------


def centres(_: Answers, world: World) -> Sequence[Option]:
    return [Option(office.id, office.name) for office in world.town.centres if office.counters]


def served(answers: Answers, world: World) -> str:
    """Whether the office's counters serve the procedure; without one, the citizen says what for, or which counter."""
    procedure = _procedure(answers, world)
    if procedure is None:
        return "counter" if answers.get("counter") else "ask"
    if not answers.get("instead_of") and any(each.procedure == procedure.code for each in _confirmed(world)):
        return "already"
    office, own = _office(answers, world), world.town.own_counter(procedure.code)
    authority, serving = procedure.authority_on(world.today), world.town.counters_for(office, procedure)
    at_commune = authority is not None and authority.level == "commune"
    named = own is not None and own[0].id == office.id
    here = serving if at_commune or named else [counter for counter in serving if procedure.field in counter.fields]
    return "known" if here else "not_here"


def _confirmed(world: World) -> list[Booking]:
    return [booking for booking in world.appointments.live_of(world.citizen) if booking.state == "confirmed"]


def counters(answers: Answers, world: World) -> Sequence[Option]:
    return [Option(counter.id, _serves(counter, world)) for counter in _office(answers, world).counters]


def _serves(counter: Counter, world: World) -> str:
    """The counter with the fields it serves; a name that says so itself stands alone."""
    if not counter.fields:
        return counter.name
    return world.words.part("book_visit", "counter_serves", counter=counter.name, fields=", ".join(counter.fields))


def _procedure(answers: Answers, world: World) -> Procedure | None:
    """What the visit is for: known from the start, or named where the counter was asked for."""
    return world.catalog.get(answers.get("procedure") or answers.get("counter") or "", world.today)


def not_here(answers: Answers, world: World) -> Say:
    procedure = _procedure(answers, world)
    return Say("say", {"label": procedure.label if procedure else ""})


def after_not_here(answers: Answers, world: World) -> Sequence[Option]:
    procedure = _procedure(answers, world)
    assert procedure is not None
    where = Errand("find_procedure", {"procedure": procedure.code, "facet": "where"})
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
    procedure = _procedure(answers, world)
    return world.town.counters_for(office, procedure)


# -- day ------------------------------------------------------------------------------------------------------------------


def days(answers: Answers, world: World) -> Sequence[Option]:
    last = world.today + timedelta(days=DAYS_AHEAD)
    taken = by_day(world.appointments.taken(answers["office"], *day_bounds(world.today, last)))
    found = open_days(_office(answers, world), world.calendar, _counters(answers, world), world.today, DAYS_SHOWN, taken, world.now)
    return [Option(day.isoformat(), short_day_in_words(world, day)) for day in found]


def ask_day(answers: Answers, world: World) -> Say:
    procedure = _procedure(answers, world)
    return Say("ask_for", {"label": procedure.label}) if procedure else Say("ask")


def day_typed(text: str, answers: Answers, world: World) -> Read | Problem | None:
    """A day as people say it; a day that cannot be had is named with the reason. A clear question that names a day is left alone."""
    said = world.understand(text)
    if said.sure and said.intent not in _MAY_NAME_THE_DAY:
        return None
    read = _day_in(text, answers, world)
    if not isinstance(read, Read):
        return read
    hour = f"{said.hour[0]:02d}:{said.hour[1]:02d}" if said.hour else None
    return Read({"day": read.value, "asked_hour": hour, "asked_half": said.half_day})


def take_day(value: str | dict[str, str | None], answers: Answers, _: World) -> Answers:
    """The day; with an hour or a half day said in the same breath, which then count as given."""
    if isinstance(value, str):
        return {**answers, "day": value}
    unheard = {key: known for key, known in answers.items() if key not in ("half:given", "hour:given")}
    return {**unheard, **value}


def _day_in(text: str, answers: Answers, world: World) -> Read | Problem | None:
    days = {each.day for each in read_days(text, world.today)}
    if not days:
        return None
    day = days.pop() or _gone_by(text, world)
    return Problem("which_day") if day is None or days else _read_day(day, answers, world)


def _gone_by(text: str, world: World) -> date | None:
    """The day, where it is one of those lately past; a date that does not exist was none then either."""
    days = {each.day for each in read_days(text, world.today - LATELY)}
    day = days.pop() if len(days) == 1 else None
    return day if day is not None and day < world.today else None


def day_given(answers: Answers, world: World) -> Read | Problem | None:
    if answers.get("ask_day"):
        return _day_in(str(answers["ask_day"]), answers, world) or Problem("which_day")
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
    named = moment_in_words if answers.get("half", WHOLE_DAY) == WHOLE_DAY else bare_clock
    options = [Option(start.at.isoformat(), named(world, start.at)) for start in starts]
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
    read = _read_hour(time.fromisoformat(answers["asked_hour"]), answers, world)
    return read if isinstance(read, Problem) or read.strength == "sure" else None


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
    """*asked* itself, or the same hour after noon where only that is open; a free start close by is read back."""
    meant = [asked, *([time(asked.hour + 12, asked.minute)] if asked.hour < 7 else [])]
    for hour in meant:
        start = _at(hour, answers, world)
        if start is not None:
            return Read(start.at.isoformat())
    moment = _on_the_day(meant[-1], answers)
    if not _is_open(moment, answers, world):
        return Problem("hour_closed", {"asked": clock_in_words(world, meant[-1])})
    near = min(_starts(answers, world, WHOLE_DAY), key=lambda start: abs(start.at - moment), default=None)
    if near is not None and abs(near.at - moment) <= NEAR:
        return Read(near.at.isoformat(), moment_in_words(world, near.at), "confirm")
    return Problem("hour_gone", {"asked": clock_in_words(world, meant[-1])})


def _is_open(moment: datetime, answers: Answers, world: World) -> bool:
    day = date.fromisoformat(answers["day"])
    periods = open_periods(_office(answers, world), world.calendar, day) or ()
    return any(start <= moment < end for start, end in (instant(day, period) for period in periods))


def _at(hour: time, answers: Answers, world: World) -> Start | None:
    at = _on_the_day(hour, answers)
    return next((start for start in _starts(answers, world, WHOLE_DAY) if start.at == at), None)


def _on_the_day(hour: time, answers: Answers) -> datetime:
    return aware(datetime.combine(date.fromisoformat(answers["day"]), hour))


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
    moving, matter = answers.get("instead_of"), _procedure(answers, world)
    procedure = matter.code if matter else ""
    for booking in world.appointments.live_of(world.citizen):
        if booking.state == "held":
            world.appointments.release(booking.id)
        elif procedure and booking.procedure == procedure and booking.id != moving:
            return Refused("already")
    start = _chosen(answers, world)
    # While one visit is moved, old and new are alive together: the new one gets its procedure when it is confirmed.
    held = start and world.appointments.hold(world.citizen, start, "" if moving else procedure, world.now + HOLD_FOR)
    if not held:
        return Refused("taken")
    return Done({"held": held.id, **({"name": answers["known_name"]} if answers.get("known_name") else {})})


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
        return Refused("lapsed", {"held": None, "known_name": answers["name"]})
    if answers.get("instead_of"):
        held = _move(held, answers, world)
    booking = world.appointments.confirm(held.id, answers["name"], new_code("H"))
    if booking is None or booking.ticket is None:
        return Refused("lapsed", {"held": None, "known_name": answers["name"]})
    _remind(booking, answers, world)
    return Done({"ticket": booking.ticket, "held": None, "booking": booking.id})


def _move(held: Booking, answers: Answers, world: World) -> Booking:
    """Gives the old visit back and takes the new seat under its procedure, which it could not bear while the old one lived."""
    old = world.appointments.get(answers["instead_of"])
    world.appointments.cancel(answers["instead_of"])
    world.notices.drop(world.citizen, reminder_cause(answers["instead_of"]))
    world.appointments.release(held.id)
    moved = world.appointments.hold(world.citizen, held.start, old.procedure if old else "", world.now + HOLD_FOR)
    if moved is None:
        # Nobody can have come between inside this transaction; undoing all of it keeps the old visit.
        raise RuntimeError("the seat just held is gone")
    return moved


def _remind(booking: Booking, answers: Answers, world: World) -> None:
    """A notice on the eve; none where the visit is too soon for one."""
    at = local(booking.start.at)
    due = aware(datetime.combine(at.date() - timedelta(days=1), REMIND_AT))
    if due <= world.now:
        return
    fields = {**house_fields(world), **_visit_fields(answers, world), "ticket": spoken(booking.ticket or "")}
    text = world.words.part("book_visit", "reminder", **fields)
    template = Template("visit_reminder", {name: fields[name] for name in ("hour", "day", "place", "ticket")})
    message = Outgoing(text, tail=sample_tail(world), kind="notice", flow="book_visit", once=True, template=template)
    world.notices.queue(world.citizen, reminder_cause(booking.id), message, due)


def reminder_cause(booking: int) -> str:
    return f"visit:{booking}:eve"


def booked(answers: Answers, world: World) -> Say:
    ticket = spoken(answers["ticket"])
    fields = {**_visit_fields(answers, world), "ticket": ticket}
    variant = "moved" if answers.get("instead_of") else "say"
    return Say(variant, fields, tail=sample_tail(world), once=True, ticket=_entry(ticket, fields, answers, world))


def _entry(ticket: str, fields: Mapping[str, str], answers: Answers, world: World) -> Ticket | None:
    booking = world.appointments.get(answers["booking"])
    if booking is None:
        return None
    place = f"{fields['place']}, {fields['address']}"
    return Ticket(ticket, fields["matter"], place, booking.start.at, booking.start.minutes)


def after_booking(answers: Answers, world: World) -> Sequence[Option]:
    options = []
    procedure = _procedure(answers, world)
    if procedure is not None:
        ready = Errand("check_readiness", {"procedure": procedure.code})
        options.append(Option("readiness", world.words.part("find_procedure", "offer_readiness"), ready))
    mine = Option("mine", world.words.part("book_visit", "offer_mine"), Errand("my_visits", {"visit": str(answers["booking"])}))
    return [*options, mine, *_to_menu(world)]


def already(_: Answers, world: World) -> Sequence[Option]:
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
        "matter": _matter(answers, world),
    }


def _matter(answers: Answers, world: World) -> str:
    """The procedure's label, else the counter that was chosen."""
    procedure, counter = _procedure(answers, world), _office(answers, world).counter(answers.get("counter") or "")
    return procedure.label if procedure else counter.name if counter else _counters(answers, world)[0].name


def _to_menu(world: World) -> list[Option]:
    return [Option("menu", world.words.part("menu", "title"), Errand("menu"))]


BOOK_VISIT: Flow[World] = Flow(
    "book_visit",
    Ask("office", centres, next="served", if_none="not_set_up", alone=True),
    Branch("served", served, {"known": "day", "counter": "day", "ask": "counter", "not_here": "not_here", "already": "already"}),
    Ask("counter", counters, next="served_there", alone=True, typed=procedure_typed),
    Branch("served_there", served, {"known": "day", "counter": "day", "ask": "day", "not_here": "not_here", "already": "already"}),
    Ask("day", days, next="half", if_none="no_days", say=ask_day, typed=day_typed, given=day_given, take=take_day),
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
