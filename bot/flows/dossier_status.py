"""Where is my dossier? The code, a second fact, then what the settlement system last told of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.clock import local
from bot.dialogue.flow import Answers, Ask, Branch, Do, Done, End, Errand, Flow, Option, Problem, Read, Refused, Say
from bot.dossiers import codes
from bot.dossiers.model import Dossier
from bot.dossiers.rules import CITIZEN_WINDOW, CODE_WINDOW, lateness, matches, may_try, standing
from bot.flows.call_back import offers as to_menu
from bot.flows.wording import day_in_words, moment_in_words, plain_date, sample_tail
from bot.flows.world import Premises, World
from bot.short_codes import find_code, read_code

LONGEST_FACT = 60
NOTHING_MORE_TO_TELL = ("ready", "returned", "refused", "stopped", "withdrawing")
"""Standings after which none of the events comes that followers are told of."""
_NOBODYS = Dossier("", "other", datetime.min.replace(tzinfo=UTC), applicant="Nguyen Thi Mau", phone_last4="....", id_last4="....")
"""Stands in for a dossier that there is not; ``look`` never takes it for one."""
POST_CAN_BRING = ("ready", "in_progress", "received", "late")
"""Standings in which a result is there or to be expected."""
STALE_AFTER = timedelta(days=2)
"""Figures older than this are told with their day, not only their hour."""


def set_up(_: Answers, world: World) -> str:
    return "yes" if world.dossiers.count() else "no"


def read_dossier_code(text: str, _: Answers, world: World) -> Read | Problem | None:
    """A dossier's code in any of its forms, or what was typed in its place and why that does not do."""
    code = codes.find_code(text, world.today)
    if code is not None:
        return Read(code)
    if codes.find_procedure_code(text) is not None:
        return Problem("procedure_code")
    if codes.is_s10(text):
        return Problem("postal_code")
    if codes.tail(text, world.today) is not None:
        return Problem("only_tail")
    if sum(char.isdigit() for char in text) >= 9:
        return Problem("no_code")
    return None


def given_code(answers: Answers, world: World) -> Read | Problem | None:
    """What the first message held in place of a code."""
    words = answers.get("words")
    return read_dossier_code(str(words), answers, world) if words else None


def tries_left(answers: Answers, world: World) -> str:
    by_citizen, _ = world.dossiers.wrong_tries(world.citizen, answers["code"], world.now - CITIZEN_WINDOW)
    _, on_code = world.dossiers.wrong_tries(world.citizen, answers["code"], world.now - CODE_WINDOW)
    return "ask" if may_try(by_citizen, on_code) else "locked"


def ask_fact(answers: Answers, world: World) -> Say:
    return Say("ask", {"code": answers["code"], "facts": _facts(world)}, tail=sample_tail(world))


def _facts(world: World) -> str:
    """The second facts this office checks, in one breath: "4 số cuối điện thoại hoặc căn cước, hoặc …"."""
    kinds: list[str] = [kind for kind in ("phone", "id", "name") if kind in world.town.second_facts]
    if kinds[:2] == ["phone", "id"]:
        kinds = ["phone_or_id", *kinds[2:]]
    return world.words.part("dossier_status", "or").join(world.words.part("dossier_status", f"fact_{kind}") for kind in kinds)


def read_fact(text: str, _: Answers, world: World) -> Read | Problem | None:
    """Four digits, a whole number, or a full name; whether it is the right one is not decided here. Another code is no fact."""
    another_code = codes.find_code(text, world.today) or read_code(text) or find_code("B", text)
    if len(text) > LONGEST_FACT or another_code is not None:
        return None
    if any(char.isdigit() for char in text):
        digits = sum(char.isdigit() for char in text)
        return Read(text) if digits >= 4 and not _another_number(text, world) else Problem("not_understood")
    return Read(text, strength="plausible") if 2 <= len(text.split()) <= 8 else None


def _another_number(text: str, world: World) -> bool:
    """A number off the same papers that is no second fact: not worth a try."""
    return codes.find_procedure_code(text) is not None or codes.is_s10(text) or codes.tail(text, world.today) is not None


def look(answers: Answers, world: World) -> Done | Refused:
    """Tells "no such dossier", "not yours" and "nothing to check against" alike, and counts the try. The fact is not kept."""
    dossier, fact = world.dossiers.get(answers["code"]), answers["fact"]
    is_theirs = matches(dossier or _NOBODYS, fact, world.town.second_facts)  # looked at even where there is none: that takes its time
    if dossier is None or not is_theirs:
        world.dossiers.record_wrong_try(world.citizen, answers["code"])
        return Refused("refused", {"fact": None})
    world.privacy.tell(world.citizen, "dossier")
    return Done({"fact": None, "proven": True})


def tell(answers: Answers, world: World) -> Say:
    dossier = world.dossiers.get(answers["code"])
    if dossier is None:
        return Say("gone", {"code": answers["code"]})
    where = standing(dossier, world.today, world.calendar)
    return Say(where, dossier_fields(dossier, world), tail=_tail(dossier, world))


def dossier_fields(dossier: Dossier, world: Premises) -> dict[str, str]:
    """Every field that a standing's text may name; what is not known is said as such, never left out silently."""
    words = world.words

    def part(step: str, /, **fields: str) -> str:
        return words.part("dossier_status", step, **fields)

    office = world.town.office(dossier.office) if dossier.office else world.centre
    days_late = lateness(dossier, world.today, world.calendar)
    return {
        "code": dossier.code,
        "unit": part("at_unit", unit=dossier.unit) if dossier.unit else part("unit_unknown"),
        "due": part("due", day=day_in_words(world, dossier.due_on)) if dossier.due_on else part("due_unknown"),
        "due_day": day_in_words(world, dossier.due_on) if dossier.due_on else "",
        "fetch": part("fetch_at", office=office.name, address=office.address) if office else part("fetch_unknown"),
        "late_days": str(days_late or 0),
        "apology": part("apology") if world.town.apology_allowed else "",
        "reason": part("reason", reason=dossier.reason) if dossier.reason else part("reason_unknown"),
        "new_due": part("new_due", day=day_in_words(world, dossier.new_due_on)) if dossier.new_due_on else part("new_due_unknown"),
        "missing": (
            part("missing", papers="\n".join(f"- {paper}" for paper in dossier.missing)) if dossier.missing else part("missing_unknown")
        ),
        "supplement_by": part("supplement_by", day=day_in_words(world, dossier.supplement_by)) if dossier.supplement_by else "",
        "returned": part("returned_on", day=day_in_words(world, dossier.returned_on)) if dossier.returned_on else "",
        "status_words": dossier.status_words or part("status_unknown"),
    }


def _tail(dossier: Dossier, world: World) -> str:
    made = local(dossier.as_of)
    step = "as_of_today" if made.date() == world.today else "as_of_old" if world.now - dossier.as_of > STALE_AFTER else "as_of"
    line = world.words.part("dossier_status", step, hour=moment_in_words(world, dossier.as_of), day=plain_date(made.date()))
    sample = sample_tail(world)
    return f"{line}\n{sample}" if sample else line


def _person(world: World, answers: Answers) -> Option:
    return Option("call_back", world.words.part("common", "a_person"), Errand("call_back", {"why": "dossier", "about": answers["code"]}))


def _by_post(dossier: Dossier, world: World) -> Option:
    """Only ever offered to who has just shown that the dossier is theirs."""
    post = Errand("send_by_post", {"service": "bring", "dossier": dossier.code})
    return Option("post", world.words.part("dossier_status", "offer_post"), post)


def offers(answers: Answers, world: World) -> Sequence[Option]:
    dossier = world.dossiers.get(answers["code"])
    options = []
    if dossier is not None:
        where = standing(dossier, world.today, world.calendar)
        if answers.get("wish") == "post" and where in POST_CAN_BRING:
            options.append(_by_post(dossier, world))
        if dossier.code in world.dossiers.followed(world.citizen):
            stop = Errand("stop_notices", {"which": dossier.code})
            options.append(Option("stop_notices", world.words.part("dossier_status", "offer_stop"), stop))
        elif where not in NOTHING_MORE_TO_TELL:
            follow = Errand("follow_dossier", {"code": dossier.code, "seen": where})
            options.append(Option("follow", world.words.part("dossier_status", "offer_follow"), follow))
        if dossier.waits_for_citizen or where == "ready":
            options.append(Option("book", world.words.part("find_procedure", "offer_book"), Errand("book_visit")))
        if where == "payment":
            options.append(Option("pay_fee", world.words.part("find_procedure", "offer_pay_fee"), Errand("pay_fee")))
        if answers.get("wish") != "post" and where in POST_CAN_BRING:
            options.append(_by_post(dossier, world))
        if where in ("late", "refused", "stopped"):
            options.append(Option("complain", world.words.part("dossier_status", "offer_complain"), Errand("complain")))
        if where == "returned":
            options.append(Option("rate", world.words.part("dossier_status", "offer_rate"), Errand("rate")))
    return [*options, _person(world, answers), *to_menu(answers, world)]


def another_fact(value: str, answers: Answers, _: World) -> Answers:
    return {**answers, "fact": value}


def after_refusal(answers: Answers, world: World) -> Sequence[Option]:
    again = Option("again", world.words.part("dossier_status", "offer_again"), Errand("dossier_status"))
    return [again, _person(world, answers), *to_menu(answers, world)]


def after_lock(answers: Answers, world: World) -> Sequence[Option]:
    return [_person(world, answers), *to_menu(answers, world)]


DOSSIER_STATUS: Flow[World] = Flow(
    "dossier_status",
    Branch("set_up", set_up, {"yes": "code", "no": "not_set_up"}),
    Ask("code", None, next="tries_left", typed=read_dossier_code, given=given_code),
    Branch("tries_left", tries_left, {"ask": "fact", "locked": "locked"}),
    Ask("fact", None, next="look", say=ask_fact, typed=read_fact),
    Ask("refused", after_refusal, next="tries_still_left", typed=read_fact, take=another_fact),
    Branch("tries_still_left", tries_left, {"ask": "look", "locked": "locked"}),
    Do("look", look, next="standing", otherwise={"refused": "refused"}),
    End("standing", say=tell, offers=offers),
    End("locked", offers=after_lock),
    End("not_set_up", offers=to_menu),
)
