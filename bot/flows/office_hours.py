"""Where and when: addresses, phones, hours of today or of the day asked for, and where an old name belongs now."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.clock import aware, local
from bot.dialogue.flow import Answers, Branch, End, Errand, Flow, Option, Say
from bot.flows.wording import day_in_words, moment_in_words, periods_in_words, sample_tail
from bot.flows.world import World
from bot.offices.model import Office
from bot.offices.rules import find_place, next_opening, open_periods, unsettled_days

DAYS_TO_WARN_OF = 7


def what_is_known(answers: Answers, world: World) -> str:
    if not world.town.offices:
        return "nothing"
    return "old_place" if find_place(world.town, str(answers.get("place") or "")) else "offices"


def hours(answers: Answers, world: World) -> Say:
    """Asked of one day: every office's hours on it. Else address, phone and today's hours. A doubtful day to come is said once."""
    day = _day(answers, world)
    if answers.get("day"):
        lines = [
            world.words.part("office_hours", "that_day", name=office.name, phone=office.phone, hours=hours_words(office, day, world))
            for office in world.town.offices
        ]
        return Say("say", {"offices": "\n".join(lines)}, tail=sample_tail(world))
    blocks = [_office(office, day, world) for office in world.town.offices]
    return Say("say", {"offices": "\n".join([*blocks, *_doubtful(world.town.offices, day, world)])}, tail=sample_tail(world))


def _day(answers: Answers, world: World) -> date:
    return date.fromisoformat(answers["day"]) if answers.get("day") else world.today


def _office(office: Office, day: date, world: World) -> str:
    landmark = world.words.part("office_hours", "landmark", landmark=office.landmark) if office.landmark else ""
    return world.words.part(
        "office_hours", "office", name=office.name, address=office.address, landmark=landmark, phone=office.phone,
        hours=hours_words(office, day, world),
    )


def hours_words(office: Office, day: date, world: World) -> str:
    """The office's hours on *day*, or that nobody has settled them, or closed and when it opens again."""
    periods = open_periods(office, world.calendar, day)
    day_words = day_in_words(world, day)
    if periods is None:
        return world.words.part("office_hours", "unsettled", day=day_words)
    if periods:
        return world.words.part("office_hours", "open", day=day_words, periods=periods_in_words(world, periods))
    next_day = aware(datetime.combine(day + timedelta(days=1), time()))
    opening = next_opening(office, world.calendar, max(world.now, next_day))
    if opening is None:
        return world.words.part("office_hours", "closed", day=day_words)
    start = opening[0]
    again = day_in_words(world, local(start).date())
    return world.words.part("office_hours", "closed_until", day=day_words, start=moment_in_words(world, start), again=again)


def _doubtful(offices: Sequence[Office], day: date, world: World) -> list[str]:
    """One line about the first day soon to come of which an office cannot say yet whether it is open."""
    last = day + timedelta(days=DAYS_TO_WARN_OF)
    days = sorted({each for office in offices for each in unsettled_days(office, world.calendar, day + timedelta(days=1), last)})
    return [world.words.part("office_hours", "doubtful", day=day_in_words(world, days[0]))] if days else []


def old_place(answers: Answers, world: World) -> Say:
    place = find_place(world.town, str(answers["place"]))
    assert place is not None
    office = world.town.office(place.office) if place.office else None
    if office is None:
        return Say("elsewhere", {"old": place.name, "now": place.now}, tail=sample_tail(world))
    lines = [_office(office, _day(answers, world), world), *_doubtful([office], _day(answers, world), world)]
    return Say("ours", {"old": place.name, "now": place.now, "place": "\n".join(lines)}, tail=sample_tail(world))


def offers(_: Answers, world: World) -> Sequence[Option]:
    if world.centre is None:
        return [Option("menu", world.words.part("menu", "title"), Errand("menu"))]
    return [
        Option("book", world.words.part("find_procedure", "offer_book"), Errand("book_visit")),
        Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "asked"})),
        Option("menu", world.words.part("menu", "title"), Errand("menu")),
    ]


OFFICE_HOURS: Flow[World] = Flow(
    "office_hours",
    Branch("what_is_known", what_is_known, {"old_place": "old_place", "offices": "hours", "nothing": "not_set_up"}),
    End("hours", say=hours, offers=offers),
    End("old_place", say=old_place, offers=offers),
    End("not_set_up", offers=offers),
    resumes=False,
)
