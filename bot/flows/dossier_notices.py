"""What those who follow a dossier are told unasked, once each: papers to hand in, the result, a day that was not kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from bot.clock import local
from bot.dialogue.messages import Outgoing, Template
from bot.dossiers.model import Changed, Dossier, Event, Follower
from bot.dossiers.repository import Dossiers
from bot.dossiers.rules import event_of, events_of, was_known
from bot.flows.dossier_status import dossier_fields
from bot.flows.wording import clock_in_words, day_in_words, moment_in_words, plain_date, sample_tail
from bot.flows.world import Premises, house_fields
from bot.notices.hours import QuietHours
from bot.notices.outbox import Notices
from bot.offices.model import Office
from bot.offices.rules import next_opening
from bot.privacy.masking import mask_names


class DossierNotices:
    """Queues notices in the transaction that the repositories are of. The cause names dossier, event and day: however often an export
    is taken over, by however many processes, each event is queued once for each follower.
    """

    def __init__(self, premises: Premises, dossiers: Dossiers, notices: Notices, quiet: QuietHours) -> None:
        self._premises, self._dossiers, self._notices = premises, dossiers, notices
        self._due_at = quiet.after(premises.now)

    def hear(self, changes: Sequence[Changed], followers: Sequence[Follower]) -> int:
        """What an import brought; how many notices were queued. One that still waits and is true no longer is taken back."""
        by_code, queued = {each.new.code: each for each in changes}, 0
        for follower in followers:
            changed = by_code[follower.code]
            event, ended = events_of(changed, self._premises.today, self._premises.calendar)
            if ended is not None:
                self._notices.drop_all(follower.citizen, f"{causes_of(follower.code, self._dossiers)}{ended.kind}:")
            if event is not None:
                queued += self._tell(event, changed.new, follower)
        return queued

    def tell_late(self) -> int:
        """Whatever day passed without a new export; how many notices were queued."""
        world, queued = self._premises, 0
        late = {each.code: each for each in self._dossiers.followed_past(world.today)}
        in_order = sorted(self._dossiers.followers(late.keys()), key=attrgetter("code"))
        for code, followers in groupby(in_order, key=attrgetter("code")):
            event = event_of(late[code], world.today, world.calendar)
            if event is not None and event.kind == "late":
                queued += sum(self._tell(event, late[code], each) for each in followers)
        return queued

    def _tell(self, event: Event, dossier: Dossier, follower: Follower) -> bool:
        if was_known(event, dossier, follower, self._premises.calendar):
            return False
        cause = f"{causes_of(dossier.code, self._dossiers)}{event.kind}:{event.of.isoformat()}"
        return self._notices.queue(follower.citizen, cause, notice(event, dossier, self._premises, self._due_at), self._due_at)


def causes_of(code: str, dossiers: Dossiers) -> str:
    """How the causes of all notices of a dossier begin."""
    return f"dossier:{dossiers.mark(code)}:"


def notice(event: Event, dossier: Dossier, world: Premises, due_at: datetime) -> Outgoing:
    """The message as it is read at *due_at* or later: every day in it is named, and nobody."""
    fields = {**house_fields(world), **dossier_fields(dossier, world)}
    office = world.town.office(dossier.office) if dossier.office else world.centre
    fields |= {"opening": opening_in_words(office, world, due_at), "bring_to": _bring_to(office, world)}
    known = (dossier.applicant,) if dossier.applicant else ()
    shown = {key: mask_names(value, *known) if key in ("missing", "unit") else value for key, value in fields.items()}
    text = world.words.part("dossier_notices", f"say_{event.kind}", **shown).strip()
    made = local(dossier.as_of)
    figures = world.words.part("dossier_status", "as_of", hour=moment_in_words(world, dossier.as_of), day=plain_date(made.date()))
    tail = "\n".join(line for line in (figures, sample_tail(world)) if line)
    stop = world.words.part("dossier_notices", "stop")
    template = Template(f"dossier_{event.kind}", _template_fields(event, dossier, office, shown, world))
    return Outgoing(text, tail=tail, hint=stop, kind="notice", flow="dossier_notices", step=event.kind, once=True, template=template)


def _template_fields(event: Event, dossier: Dossier, office: Office | None, shown: Mapping[str, str], world: Premises) -> dict[str, str]:
    """What an approved wording may hold: short pieces of what the notice says, none of them empty."""
    where = (office.name, office.phone) if office else (shown["office"], shown["phone"])
    fields = {"code": dossier.code, "office": where[0], "phone": where[1]}
    if event.kind == "late":
        return fields | {"due_day": shown["due_day"]}
    if event.kind == "supplement":
        by = day_in_words(world, dossier.supplement_by) if dossier.supplement_by else world.words.part("dossier_notices", "no_last_day")
        return fields | {"last_day": by}
    return fields


def opening_in_words(office: Office | None, world: Premises, moment: datetime) -> str:
    """The next opening hours from *moment* on, or that one should ask."""
    opening = next_opening(office, world.calendar, moment) if office else None
    if opening is None:
        return world.words.part("dossier_notices", "opening_unknown", phone=house_fields(world)["phone"])
    start, end = (local(each) for each in opening)
    day, hours = day_in_words(world, start.date()), [clock_in_words(world, each.time()) for each in (start, end)]
    return world.words.part("dossier_notices", "opening", day=day, start=hours[0], end=hours[1])


def _bring_to(office: Office | None, world: Premises) -> str:
    if office is None:
        return world.words.part("dossier_notices", "bring_to_unknown")
    return world.words.part("dossier_notices", "bring_to", office=office.name, address=office.address, phone=office.phone)
