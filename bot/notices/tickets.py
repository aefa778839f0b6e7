"""What goes with a booked ticket on wires that carry more than words: its code as a QR picture, an entry for the phone's calendar."""

import io
from datetime import datetime, timedelta

import segno
from icalendar import Alarm, Calendar, Event

from bot.clock import local
from bot.dialogue.messages import Ticket

_MAKER = "-//motcua//Mot Cua//VI"
_DOT, _QUIET = 12, 4
_REMIND_BEFORE = timedelta(hours=2)


def ticket_picture(ticket: Ticket) -> bytes:
    """A PNG that a counter's scanner reads off a phone's screen."""
    picture = io.BytesIO()
    segno.make_qr(ticket.code.replace("-", ""), error="m").save(picture, kind="png", scale=_DOT, border=_QUIET)
    return picture.getvalue()


def ticket_entry(ticket: Ticket, now: datetime) -> bytes:
    """An iCalendar file in Viet Nam's time, with an alarm. The code is the entry's identity: opened twice it is one entry."""
    title = f"{ticket.title} ({ticket.code})"
    entry = Event()
    entry.add("uid", f"{ticket.code}@motcua")
    entry.add("dtstamp", now)
    entry.add("dtstart", local(ticket.at))
    entry.add("dtend", local(ticket.at + timedelta(minutes=ticket.minutes)))
    entry.add("summary", title)
    entry.add("location", ticket.place)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -_REMIND_BEFORE)
    alarm.add("description", title)
    entry.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", _MAKER)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    calendar.add_missing_timezones()
    entry_bytes: bytes = calendar.to_ical()
    return entry_bytes
