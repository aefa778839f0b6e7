"""What a message is -> which errand. The one place where intents meet flows."""

from dataclasses import replace
from typing import Any

from bot.dialogue.engine import Command, House, Recognition, Situation
from bot.dialogue.flow import Errand
from bot.dossiers.codes import is_s10
from bot.flows.complain import WRITTEN_ROUTES
from bot.flows.questions import asked
from bot.flows.world import World
from bot.postal import phones
from bot.postal.rules import item_key
from bot.short_codes import find_code
from bot.understanding import commands
from bot.understanding.model import Intent, Understood

_PLAIN: dict[Intent, Errand] = {
    "my_data": Errand("my_data"),
    "survey_rating": Errand("rate"),
    "pay_fee": Errand("pay_fee"),
    "menu_help": Errand("menu"),
    "greeting": Errand("menu", {"welcome": True}),
    "thanks_bye": Errand("thanks"),
    "abuse": Errand("abuse"),
    "human": Errand("call_back", {"why": "asked"}),
    "home_visit": Errand("call_back", {"why": "home_visit"}),
}
_WEAK_WHEN_WAITING: frozenset[Intent] = frozenset(("greeting", "thanks_bye", "menu_help", "follow_up", "out_of_scope"))
"""Not worth leaving a question for: the step's own reading wins."""
_MAY_BE_AN_EVENT: frozenset[Intent] = frozenset(("procedure", "out_of_scope", "follow_up", "menu_help"))
"""What words about an event in a life are taken for where no procedure is named."""
_FACETS_OF_ONE = frozenset(("fee", "time", "online", "form"))
"""What only a single procedure has."""
_ABOUT_A_PROCEDURE = frozenset(("find_procedure", "check_readiness", "keep_card", "pay_fee"))
"""What a procedure has to be warned of is said once in a conversation: these are told of which it was."""

HOUSE = House(
    welcome=Errand("menu", {"welcome": True}), menu=Errand("menu"), person=Errand("call_back", {"why": "asked"}),
    unclear=lambda text: Errand("find_procedure", {"codes": [], **asked(text)}),
)


class Reception:
    """Reads words for the engine."""

    def command(self, text: str) -> Command | None:
        return commands.command(text)

    def number(self, text: str) -> int | None:
        return commands.number(text)

    def same(self, text: str, label: str) -> bool:
        said = commands.bare(text)
        return len(said) > 1 and said == commands.bare(label)

    def recognise(self, text: str, situation: Situation, world: World) -> Recognition | None:
        if commands.command(text) in ("yes", "no"):
            return None if situation.waiting else Recognition(Errand("thanks"), strong=False)
        if commands.stop_notices(text):
            return Recognition(Errand("stop_notices"), strong=True)
        if (order := _order_of_the_post(text, world)) is not None:
            return Recognition(order, strong=True)
        said = world.understand(text)
        if (event := _life_event(text, said, world)) is not None:
            return event
        if situation.waiting and _says_nothing(said):
            return None
        errand = self._errand(text, said, situation)
        if errand is None:
            return None
        if errand.flow in _ABOUT_A_PROCEDURE and situation.topic and situation.topic.get("warned"):
            errand = Errand(errand.flow, {**errand.answers, "warned": situation.topic["warned"]})
        then = self._then(text, said, errand, situation)
        strong = said.sure and not (situation.waiting and said.intent in _WEAK_WHEN_WAITING)
        return Recognition(errand, strong or said.dossier_code is not None, then)

    def _then(self, text: str, said: Understood, first: Errand, situation: Situation) -> Errand | None:
        """The second wish of the same message. A procedure is one only where something of it is asked: what an appointment is for
        is no question.
        """
        if said.second is None or (said.second == "procedure" and said.facet is None):
            return None
        second = self._errand(text, replace(said, intent=said.second), situation)
        return second if second is not None and second.flow != first.flow else None

    def _errand(self, text: str, said: Understood, situation: Situation) -> Errand | None:
        if said.intent in _PLAIN:
            return _about(_PLAIN[said.intent], said, situation)
        match said.intent:
            case "procedure":
                return _procedure(text, said)
            case "follow_up":
                return _follow_up(text, said, situation)
            case "status":
                return Errand("dossier_status", {"code": said.dossier_code} if said.dossier_code else {"words": text})
            case "book":
                return Errand("book_visit", {**_when(said, text), **_what_for(said, situation)})
            case "post_result_home":
                return _by_post(said, {"service": "bring"}, situation)
            case "post_pickup":
                return _by_post(said, {}, situation)
            case "cancel_booking":
                return Errand("my_visits", {"asked": "cancel"})
            case "reschedule":
                return Errand("my_visits", _when(said, text))
            case "hours_address":
                return Errand("office_hours", {"day": said.day.isoformat() if said.day else None, "place": said.place or text})
            case "feedback_complaint":
                return Errand("complain", {"draft": text})
            case "emergency":
                return Errand("emergency", {"kind": said.emergency})
            case "out_of_scope":
                # Where it is sure, it is known to be none of ours; else it may be a question that the search does not know yet.
                return Errand("not_ours", {"who": said.not_ours, **({} if said.sure else asked(text))})
            case _:
                return None


def _life_event(text: str, said: Understood, world: World) -> Recognition | None:
    """An event in the citizen's life, all of whose procedures are asked for; None where one procedure, or another errand, is meant."""
    if said.dossier_code is not None:
        return None
    match = world.event_finder.find(text, procedure_sure=said.found.sure, one_facet=said.facet in _FACETS_OF_ONE)
    if match is None:
        return None
    other_errand = said.intent not in _MAY_BE_AN_EVENT and (said.sure or not match.sure)
    if not match.said and (other_errand or world.finder.is_phrase(world.finder.read(text))):
        return None
    codes = [each.code for each in said.found.results]
    if match.sure:
        return Recognition(Errand("life_event", {"event": match.event, "first": True}), strong=True)
    if said.not_ours is not None:
        return None
    if not codes:
        return Recognition(Errand("life_event", {"event": match.event, "first": True}), strong=False)
    several = {"codes": codes, "deciding": said.found.deciding, "event": match.event, "facet": said.facet, "first": True}
    return Recognition(Errand("find_procedure", {**several, **asked(text)}), strong=False)


def _order_of_the_post(text: str, world: World) -> Errand | None:
    """An order that has a number: by that, by the post's number of one's own, or by words that speak of it."""
    asked = commands.post_order(text)
    wish = {"asked": asked} if asked in ("cancel", "change") else {}
    number = find_code("B", text)
    if number is not None:
        return Errand("my_posts", {"number": number, **wish})
    if is_s10(text):
        typed = item_key(text)
        mine = next((each for each in world.post.of(world.citizen) if each.item and item_key(each.item) in typed), None)
        return Errand("my_posts", {"order": mine.number}) if mine else None
    return Errand("my_posts", wish) if asked else None


def _by_post(said: Understood, known: dict[str, Any], situation: Situation) -> Errand:
    """A dossier's code in the same breath: its owner is asked for first. The procedure in hand is only offered: papers are not to go for
    another matter than the one meant.
    """
    if said.dossier_code:
        return Errand("dossier_status", {"code": said.dossier_code, "wish": "post"})
    named = {"procedure": said.found.results[0].code} if said.found.sure else {}
    return Errand("send_by_post", {**known, **named, "spoken_of": (situation.topic or {}).get("procedure")})


def _says_nothing(said: Understood) -> bool:
    """Names no matter of its own: no reason to leave the question that waits."""
    return (said.intent == "out_of_scope" and not said.sure) or (said.intent == "follow_up" and said.facet is None)


def _procedure(text: str, said: Understood) -> Errand:
    if said.found.sure and said.facet is None and (kind := WRITTEN_ROUTES.get(said.found.results[0].code)):
        return Errand("complain", {"kind": kind})
    if said.found.sure:
        return Errand("find_procedure", {"procedure": said.found.results[0].code, **_facet(said), "first": True})
    if not said.found.results and said.not_ours:
        return Errand("not_ours", {"who": said.not_ours})
    if not said.found.results and said.facet == "online":
        return Errand("file_online")
    codes = [match.code for match in said.found.results]
    return Errand("find_procedure", {"codes": codes, "deciding": said.found.deciding, **_facet(said), "first": True, **asked(text)})


def _facet(said: Understood) -> dict[str, Any]:
    """The facet asked for; how to fill a form in is that facet in full."""
    return {"facet": said.facet, **({"full": True} if said.fill_in else {})}


def _follow_up(text: str, said: Understood, situation: Situation) -> Errand | None:
    """About the procedure in hand; without one there is nothing it could follow. A bare number asks nothing."""
    if not any(char.isalpha() for char in text):
        left = not situation.waiting and phones.read_phone(text) is not None
        return _PLAIN["human"] if left else None
    topic = situation.topic
    if topic is not None and "event" in topic:
        return Errand("life_event", {"event": topic["event"], "papers": said.facet == "documents"})
    if topic is None or "procedure" not in topic:
        if said.facet == "online":
            return Errand("file_online")
        return Errand("ask_procedure") if said.facet else None
    told = _facet(said) if said.facet else {"facet": "other"}
    return Errand("find_procedure", {"procedure": topic["procedure"], "case": topic.get("case"), **told})


def _about(errand: Errand, said: Understood, situation: Situation) -> Errand:
    """The same errand, with what it is about where that is known."""
    if errand.flow == "call_back" and said.dossier_code:
        return Errand(errand.flow, {**errand.answers, "about": said.dossier_code})
    if errand.flow == "pay_fee" and situation.topic:
        return Errand(errand.flow, dict(situation.topic))
    return errand


def _when(said: Understood, text: str) -> dict[str, Any]:
    when: dict[str, Any] = {}
    if said.ask_day:
        when["ask_day"] = text
    if said.day is not None:
        when["asked_day"] = said.day.isoformat()
    if said.hour is not None:
        when["asked_hour"] = f"{said.hour[0]:02d}:{said.hour[1]:02d}"
    if said.half_day is not None:
        when["asked_half"] = said.half_day
    return when


def _what_for(said: Understood, situation: Situation) -> dict[str, Any]:
    """The procedure named in the same breath, else the one in hand."""
    if said.found.sure:
        return {"procedure": said.found.results[0].code}
    topic = situation.topic or {}
    return {"procedure": topic["procedure"]} if topic.get("procedure") else {}
