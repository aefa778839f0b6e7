"""One message -> what it is: the citizen's intent, and what the message itself names (code, day, hour, facet, place).

In the order of care: danger first, then an attack on the bot, then abuse; after that the strongest cue wins, and what
no cue claims is a question about a procedure, a question that needs the one before, or none of ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast, get_args

from bot import clock
from bot.dossiers import codes
from bot.search import evidence
from bot.search.evidence import fits
from bot.search.finder import Finder
from bot.search.folding import Word, tidy, word
from bot.search.model import NOTHING, Found
from bot.understanding import dates, words
from bot.understanding.model import Emergency, Facet, Intent, Understood

_STRONG, _MEDIUM, _WEAK = 3.0, 1.5, 0.4
_ENOUGH = 1.5
"""What an intent's cues must weigh to be heard at all."""
_SURE_PROCEDURE, _LIKELY_PROCEDURE = 2.4, 1.6
"""What a question about a procedure weighs beside the cues: found for sure, or found."""
_PHRASE = 6.0
"""What a message weighs that is word for word a phrase of the catalogue: it is there because people ask so."""
_FIRST_AMONG = {
    "cancel_booking": 1.2,
    "reschedule": 1.1,
    "home_visit": 1.0,
    "post_pickup": 0.9,
    "post_result_home": 0.8,
    "feedback_complaint": 0.6,
    "survey_rating": 0.3,
    "book": 0.2,
    "my_data": 0.5,
    "human": 0.3,
}
"""An errand that contains the words of another (*cancel* those of *book*) goes first among equals."""
_WITH_A_DAY: frozenset[str] = frozenset(
    ("book", "cancel_booking", "reschedule", "home_visit", "post_pickup", "hours_address", "follow_up", "human")
)
_NO_ERRAND: frozenset[str] = frozenset(("injection", "abuse", "follow_up", "greeting", "thanks_bye"))
_CODED: frozenset[str] = frozenset(
    ("post_result_home", "feedback_complaint", "pay_fee", "cancel_booking", "human", "home_visit")
)
_PUNCTUATION = ",.?!;:"
_LONGEST_NAME = 4
_NO_SUBSTANCE, _NO_SUBJECT = 0.5, 1.0
"""Under this nothing is named at all; under that, no subject of its own."""
_APPOINTMENTS: frozenset[str] = frozenset(("book", "cancel_booking", "reschedule", "home_visit", "post_pickup"))
"""They share their words: one of them in a message is not a second wish beside another."""
_SHORT, _FRAGMENT = 4, 8
_LONG = 15
"""Words from which on a message is a story."""


@dataclass(frozen=True)
class _Message:
    """What is read off the message before its intent is known."""

    text: str
    words: tuple[Word, ...]
    code: str | None
    scores: dict[str, float]
    days: tuple[dates.Named, ...]


class Reader:
    """Reads first messages; knows the procedures through the finder."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def understand(self, text: str, now: datetime) -> Understood:
        """What *text* is, said at *now* (an aware instant; the day is Viet Nam's)."""
        today = clock.local(now).date()
        message = self._message(text, today)
        emergency = _emergency(message.words)
        if emergency is not None:
            return Understood("emergency", True, dossier_code=message.code, emergency=emergency)
        if message.scores.get("injection", 0.0) >= _STRONG or _machine_talk(text):
            return Understood("out_of_scope", True, dossier_code=message.code)
        found = self._finder.find(text, today)
        intent, sure, second = self._intent(message, found)
        return self._whole(message, intent, sure, second, found)

    def _message(self, text: str, today: date) -> _Message:
        said = tuple(self._finder.read(text, words.cue_words()))
        days = tuple(dates.read_days(text, today))
        return _Message(text, said, codes.find_code(text, today), _scores(said), days)

    def _intent(self, message: _Message, found: Found) -> tuple[Intent, bool, Intent | None]:
        """The intent, whether it is clear, and the next likely one when it would be another errand."""
        scores = {intent: score for intent, score in message.scores.items() if intent not in _NO_ERRAND}
        _weigh_days(message, scores)
        _weigh_undoing(scores)
        _weigh_codes(message, scores)
        procedure = _PHRASE if self._finder.is_phrase(message.words) else self._procedure_weight(found)
        ranked = sorted(scores, key=lambda each: -(scores[each] + _FIRST_AMONG.get(each, 0.0)))
        best = ranked[0] if ranked and scores[ranked[0]] >= _ENOUGH else None
        if best is not None and scores[best] > procedure:
            return cast(Intent, best), scores[best] >= _STRONG, _second(best, ranked, scores, procedure)
        other = cast("Intent | None", best if best is not None and scores[best] >= _STRONG else None)
        return self._no_errand(message, found, procedure, other)

    def _no_errand(
        self, message: _Message, found: Found, procedure: float, other: Intent | None
    ) -> tuple[Intent, bool, Intent | None]:
        """What no cue of an errand claims: abuse, a follow-up, a pleasantry, a question, or none of ours."""
        if message.scores.get("abuse", 0.0) >= _STRONG and procedure < _SURE_PROCEDURE:
            return "abuse", True, None
        follow = message.scores.get("follow_up", 0.0)
        if follow and self._needs_before(message, follow, procedure):
            return "follow_up", True, None
        pleasantry = _pleasantry(message.scores)
        if pleasantry and not found.sure and self._finder.substance(_without(message.words, pleasantry)) < _NO_SUBJECT:
            return pleasantry, True, None
        if procedure:
            return "procedure", found.sure, other
        if self._is_fragment(message):
            return "follow_up", True, None
        if self._is_ours(message):
            return "procedure", False, None
        return "out_of_scope", bool(_not_ours(message.words)), None

    def _procedure_weight(self, found: Found) -> float:
        if not found.results:
            return 0.0
        return _SURE_PROCEDURE if found.sure else _LIKELY_PROCEDURE * (0.6 + 0.8 * found.results[0].score)

    def _needs_before(self, message: _Message, follow: float, procedure: float) -> bool:
        """Points back at what was said, and names nothing of its own that would stand alone."""
        if follow >= _STRONG:
            return procedure < _SURE_PROCEDURE and len(message.words) <= _LONG
        return self._finder.substance(message.words) < _NO_SUBJECT

    def _is_fragment(self, message: _Message) -> bool:
        """A number, or a few words that ask for a facet and name no subject."""
        if not message.words or all(each.fold.isdigit() for each in message.words):
            return True
        substance = self._finder.substance(message.words)
        if _facet(message.words) is not None and len(message.words) <= _FRAGMENT and not _not_ours(message.words):
            return substance < _NO_SUBJECT
        return substance < _NO_SUBSTANCE and len(message.words) <= _SHORT

    def _is_ours(self, message: _Message) -> bool:
        """A question for the desk about something that the catalogue does not have: a person can help, nobody else is
        named.
        """
        return bool(
            evidence.concepts().found(message.words)
            and evidence.desk_words().found(message.words)
            and not _not_ours(message.words)
        )

    def _whole(self, message: _Message, intent: Intent, sure: bool, second: Intent | None, found: Found) -> Understood:
        day, ask = _day(message, intent) if intent in _WITH_A_DAY else (None, False)
        hours = dates.read_hours(message.text)
        hour = dates.last_hour(message.text) if intent == "reschedule" else hours.hour
        about_procedure = "procedure" in (intent, second) or intent in (
            "book",
            "home_visit",
            "pay_fee",
            "post_pickup",
            "human",
        )
        return Understood(
            intent=intent,
            sure=sure,
            found=found if about_procedure else NOTHING,
            facet=_facet(message.words) if intent in ("procedure", "follow_up") else None,
            dossier_code=message.code,
            day=day,
            ask_day=ask,
            hour=hour,
            half_day=hours.half_day,
            not_ours=_not_ours(message.words) if intent == "out_of_scope" else None,
            place=_place(message.text) if intent == "hours_address" else None,
            second=second,
        )


def _scores(said: Sequence[Word]) -> dict[str, float]:
    """Intent -> what its cues weigh."""
    scores: dict[str, float] = {}
    for intent, rows in words.intent_cues().items():
        weight = 0.0
        for strength, value in (("strong", _STRONG), ("medium", _MEDIUM), ("weak", _WEAK)):
            if strength in rows:
                spans = rows[strength].spans(said)
                if spans:
                    longest = max(end - start for start, end in spans)
                    weight += value + min(1.0, 0.15 * (longest - 1) + 0.2 * (len(spans) - 1)) * (value / _STRONG)
        if weight < _STRONG and len(said) > _LONG:
            # A long message names many things in passing: only what decides by itself counts.
            weight = 0.0
        if "needs" in rows and not rows["needs"].said(said):
            weight = 0.0
        if weight and "against" in rows and rows["against"].said(said):
            weight -= _STRONG
        if weight > 0:
            scores[intent] = weight
    return scores


def _second(best: str, ranked: Sequence[str], scores: dict[str, float], procedure: float) -> Intent | None:
    """Another wish in the same message; an appointment's words are no second wish beside another of an appointment."""
    related = _APPOINTMENTS if best in _APPOINTMENTS else frozenset()
    for each in ranked:
        if each != best and scores[each] >= _STRONG and each not in related:
            return cast(Intent, each)
    return "procedure" if procedure >= _SURE_PROCEDURE and best != "hours_address" else None


def _pleasantry(scores: dict[str, float]) -> Intent | None:
    greeting, thanks = scores.get("greeting", 0.0), scores.get("thanks_bye", 0.0)
    if not greeting and not thanks:
        return None
    return "thanks_bye" if thanks >= greeting else "greeting"


def _without(said: Sequence[Word], intent: Intent) -> list[Word]:
    """The message less the words that greet or thank."""
    taken = {at for start, end in words.intent_cues()[intent]["strong"].spans(said) for at in range(start, end)}
    return [each for at, each in enumerate(said) if at not in taken]


def _weigh_days(message: _Message, scores: dict[str, float]) -> None:
    """A day named beside a word about coming is a booking; two days of which one cannot be kept are a change."""
    days = [each for each in message.days if each.day is not None]
    if "book" in scores and message.days:
        scores["book"] += 0.6
    moved = scores.get("reschedule", 0.0)
    if (
        len({each.day for each in days}) == 2
        and (moved or scores.get("book", 0.0) < _STRONG)
        and not scores.get("hours_address")
    ):
        scores["reschedule"] = moved + (_STRONG if moved else _MEDIUM + 0.6)


def _weigh_undoing(scores: dict[str, float]) -> None:
    """Words of booking stand in every wish to cancel or to move one; ``xóa lịch sử`` is about data, not about an
    appointment.
    """
    if scores.get("my_data", 0.0) >= _STRONG:
        scores.pop("cancel_booking", None)
    for undoing in ("cancel_booking", "reschedule", "home_visit"):
        if scores.get(undoing, 0.0) >= _STRONG and "book" in scores:
            scores["book"] = min(scores["book"], scores[undoing] - 0.5)


def _weigh_codes(message: _Message, scores: dict[str, float]) -> None:
    """A dossier code asks for its status unless the message wants something else done with it."""
    text = message.text
    if message.code is not None:
        other = max((scores.get(each, 0.0) for each in _CODED), default=0.0)
        scores["status"] = max(scores.get("status", 0.0), _STRONG) + (0.0 if other >= _STRONG else 2.0)
        if other >= _STRONG:
            scores["status"] = min(scores["status"], other - 0.1)
    elif codes.tail(text) is not None or codes.is_s10(text):
        scores["status"] = scores.get("status", 0.0) + _STRONG
    elif codes.find_procedure_code(text) is not None and scores.get("status", 0.0) >= _MEDIUM:
        scores["status"] += _STRONG
    elif _long_number(message.words) and scores.get("status", 0.0) >= _MEDIUM:
        scores["status"] += 1.0


def _long_number(said: Sequence[Word]) -> bool:
    return any(each.fold.isdigit() and len(each.fold) >= 9 for each in said)


def _machine_talk(text: str) -> bool:
    """A message that looks like a program's: a JSON object with roles, markup with a script."""
    lowered = tidy(text).lower().replace(" ", "")
    return '"role":' in lowered or "<script" in lowered or "<|" in lowered or "${" in lowered or "{{" in lowered


def _emergency(said: Sequence[Word]) -> Emergency | None:
    """Which number is called first; None when nobody is in danger now."""
    lists = words.cue_lists("emergencies.yaml")
    kinds = [kind for kind in get_args(Emergency) if lists[kind].said(said)]
    if not kinds:
        return None
    urgent, calm = lists["urgent"].said(said), lists["calm"].said(said)
    if calm and not (urgent and len(said) <= 12 and not lists["calm"].said(said[-4:])):
        return None
    if not urgent and len(said) > 14:
        return None
    return "child" if "child" in kinds and "medical" not in kinds else cast(Emergency, kinds[0])


def _facet(said: Sequence[Word]) -> Facet | None:
    """What is asked: the facet whose words stand last, since a question ends a story; the order of the list breaks
    ties.
    """
    best: tuple[int, Facet] | None = None
    for name, cues in words.cue_lists("facets.yaml").items():
        spans = cues.spans(said)
        if spans:
            end = max(span[1] for span in spans)
            if name == "steps":
                end -= 3
            if best is None or end > best[0]:
                best = end, cast(Facet, name)
    return best[1] if best else None


def _day(message: _Message, intent: Intent) -> tuple[date | None, bool]:
    """The one day meant, and whether it must be asked about."""
    days = list(message.days)
    if intent == "reschedule":
        return _new_day(days)
    if not days:
        return None, False
    if any(each.day is None for each in days):
        return None, intent != "hours_address"
    if len({each.day for each in days}) > 1:
        return None, intent != "hours_address"
    return days[0].day, False


def _new_day(days: list[dates.Named]) -> tuple[date | None, bool]:
    """Of a change, the day to come to: the one behind a word of moving, else the last of two; one alone may be the
    old one.
    """
    moving, old = dates.moving_words()
    ahead = [each for each in days if each.before.split()[-1:] and each.before.split()[-1] in moving]
    if not ahead:
        ahead = [each for each in days if not any(each.before.endswith(name) for name in old)]
        if len(days) > 1:
            ahead = ahead[-1:] or days[-1:]
    if not ahead:
        return None, False
    return ahead[-1].day, ahead[-1].day is None


def _not_ours(said: Sequence[Word]) -> str | None:
    """Who handles it; ``none`` where it is nobody we know."""
    found = evidence.not_ours().found(said)
    return max(found, key=lambda each: (found[each], each != "none")) if found else None


def _place(text: str) -> str | None:
    """The words that name a place, as typed: from the word for its kind to the next word that is no name."""
    kinds, stops = words.place_words()
    typed = tidy(text).split()
    said = [word(each.strip(_PUNCTUATION).lower()) for each in typed]
    for at in range(len(typed)):
        for kind in kinds:
            end = at + len(kind)
            if all(map(fits, said[at:end], kind)) and end < len(typed):
                size = _name_length(typed[end:], said[end:], stops)
                if size:
                    return " ".join([*typed[at:end], *typed[end : end + size]]).rstrip(_PUNCTUATION)
    return None


def _name_length(typed: Sequence[str], said: Sequence[Word], stops: tuple[Word, ...]) -> int:
    """How many words the name has: up to four, none behind a comma, none that is an everyday word."""
    for at, each in enumerate(said[:_LONGEST_NAME]):
        if any(fits(each, stop) for stop in stops):
            return at
        if typed[at][-1:] in _PUNCTUATION:
            return at + 1
    return min(len(said), _LONGEST_NAME)
