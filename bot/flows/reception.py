"""What a message is -> which errand. The one place where intents meet flows."""

from typing import Any

from bot.dialogue.engine import Command, House, Recognition, Situation
from bot.dialogue.flow import Errand, Read
from bot.flows.call_back import read_phone
from bot.flows.complain import WRITTEN_ROUTES
from bot.flows.world import World
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
    "post_result_home": Errand("call_back", {"why": "post"}),
    "post_pickup": Errand("call_back", {"why": "post"}),
}
_WEAK_WHEN_WAITING: frozenset[Intent] = frozenset(("greeting", "thanks_bye", "menu_help", "follow_up", "out_of_scope"))
"""Not worth leaving a question for: the step's own reading wins."""

HOUSE = House(
    welcome=Errand("menu", {"welcome": True}), menu=Errand("menu"), person=Errand("call_back", {"why": "asked"}),
    unclear=lambda text: Errand("find_procedure", {"codes": [], "words": text}),
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
        said = world.understand(text)
        if situation.waiting and _says_nothing(said):
            return None
        errand = self._errand(text, said, situation)
        if errand is None:
            return None
        strong = said.sure and not (situation.waiting and said.intent in _WEAK_WHEN_WAITING)
        return Recognition(errand, strong or said.dossier_code is not None)

    def _errand(self, text: str, said: Understood, situation: Situation) -> Errand | None:
        if said.intent in _PLAIN:
            return _about(_PLAIN[said.intent], said, situation)
        match said.intent:
            case "procedure":
                return _procedure(said)
            case "follow_up":
                return _follow_up(text, said, situation)
            case "status":
                return Errand("dossier_status", {"code": said.dossier_code} if said.dossier_code else {"words": text})
            case "book":
                return Errand("book_visit", {**_when(said, text), **_what_for(said, situation)})
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
                return Errand("not_ours", {"who": said.not_ours})
            case _:
                return None


def _says_nothing(said: Understood) -> bool:
    """Names no matter of its own: no reason to leave the question that waits."""
    return (said.intent == "out_of_scope" and not said.sure) or (said.intent == "follow_up" and said.facet is None)


def _procedure(said: Understood) -> Errand:
    if said.found.sure and said.facet is None and (kind := WRITTEN_ROUTES.get(said.found.results[0].code)):
        return Errand("complain", {"kind": kind})
    if said.found.sure:
        return Errand("find_procedure", {"procedure": said.found.results[0].code, "facet": said.facet, "first": True})
    if not said.found.results and said.not_ours:
        return Errand("not_ours", {"who": said.not_ours})
    if not said.found.results and said.facet == "online":
        return Errand("file_online")
    return Errand("find_procedure", {"codes": [match.code for match in said.found.results], "facet": said.facet, "first": True})


def _follow_up(text: str, said: Understood, situation: Situation) -> Errand | None:
    """About the procedure in hand; without one there is nothing it could follow. A bare number asks nothing."""
    if not any(char.isalpha() for char in text):
        left = not situation.waiting and isinstance(read_phone(text, {}, None), Read)
        return _PLAIN["human"] if left else None
    topic = situation.topic
    if topic is None or "procedure" not in topic:
        if said.facet == "online":
            return Errand("file_online")
        return Errand("ask_procedure") if said.facet else None
    return Errand("find_procedure", {"procedure": topic["procedure"], "case": topic.get("case"), "facet": said.facet or "other"})


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
