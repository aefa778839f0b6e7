"""One message -> what it is: the citizen's intent, and what the message itself names (code, day, hour, facet, place).

In the order of care: danger first, then an attack on the bot, then abuse; after that the strongest cue wins, and what
no cue claims is a question about a procedure, a question that needs the one before, or none of ours.
"""

from collections.abc import Mapping, Sequence
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
from bot.understanding.weighing import features, likelihoods
from bot.understanding.words import Heard

MAX_WORDS = 160
"""Words of a message that count: of a longer one the first and the last, where a wish stands."""
_STRONG, _MEDIUM, _WEAK = 3.0, 1.5, 0.4
_CLEAR, _ALARMING = 0.6, 0.7
"""How likely an intent must be to be taken as clear, and an emergency that no cue names to be believed."""
_ALSO, _ALSO_ASKED = 0.0005, 0.04
"""How likely a second wish must be to be offered: one that a cue names, and a procedure found for sure."""
_UNLIKELY = 0.35
"""How certain the best procedure must be to stand against a court, a bank or another office that the message names."""
_RATHER = 0.2
"""How likely an errand that a cue names must be to win over a procedure that nobody is sure of."""
_WITH_A_DAY: frozenset[str] = frozenset(
    ("book", "cancel_booking", "reschedule", "home_visit", "post_pickup", "hours_address", "follow_up", "human")
)
_NO_ERRAND: frozenset[str] = frozenset(("injection", "abuse", "follow_up", "greeting", "thanks_bye"))
_SMALL_TALK: frozenset[str] = frozenset(("menu_help", "greeting", "thanks_bye", "follow_up", "abuse", "emergency"))
_CODED: frozenset[str] = frozenset(
    ("post_result_home", "feedback_complaint", "pay_fee", "cancel_booking", "human", "home_visit")
)
_FILL_IN = "fill_in"
"""The cues of facets.yaml that ask how to fill the form in: the facet is the form."""
_FORM = (("facet", _FILL_IN), ("form", "names"))
_ASIDE = tuple((intent, strength) for intent in ("book", "greeting", "thanks_bye", "abuse") for strength in ("strong", "medium"))
"""Cues that say nothing about which procedure is meant; those of a form where it is asked how to fill it in ("giấy khai sinh" is more)."""
_PUNCTUATION = ",.?!;:"
_LONGEST_NAME = 4
_NO_SUBSTANCE, _NO_SUBJECT = 0.5, 1.0
"""Under this nothing is named at all; under that, no subject of its own."""
_APPOINTMENTS: frozenset[str] = frozenset(("book", "cancel_booking", "reschedule", "home_visit", "post_pickup"))
_RELATED: dict[str, frozenset[str]] = {
    **dict.fromkeys(_APPOINTMENTS, _APPOINTMENTS | {"post_result_home"}),
    "post_result_home": _APPOINTMENTS,
    "my_data": frozenset(("cancel_booking",)),
    "status": frozenset(("book",)),
}
"""They share their words: one of them in a message is not a second wish beside another."""
_NEEDING: frozenset[str] = frozenset(("reschedule",))
"""Their cues count only beside a word of the list ``needs``."""
_SHORT, _FRAGMENT = 4, 8
_LONG = 15
"""Words from which on a message is a story."""


@dataclass(frozen=True)
class _Message:
    """What is read off the message before its intent is known."""

    text: str
    words: tuple[Word, ...]
    heard: Heard
    code: str | None
    scores: dict[str, float]
    days: tuple[dates.Named, ...]


class Reader:
    """Reads first messages; knows the procedures through the finder."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        # What is read from files is read now, not when the first citizen waits.
        words.cue_words(), words.frames(), likelihoods({})

    def understand(self, text: str, now: datetime) -> Understood:
        """What *text* is, said at *now* (an aware instant; the day is Viet Nam's)."""
        today = clock.local(now).date()
        message = self._message(text, today)
        emergency = _emergency(message.words, message.heard)
        if emergency is not None:
            return Understood("emergency", True, dossier_code=message.code, emergency=emergency)
        if message.scores.get("injection", 0.0) >= _STRONG or _machine_talk(text):
            return Understood("out_of_scope", True, dossier_code=message.code)
        found = self._found(message, today)
        intent, sure, second = self._intent(message, found)
        return self._whole(message, intent, sure, second, found)

    def _found(self, message: _Message, today: date) -> Found:
        """What the message is about. Where it is not clear, less the words that say when, what to do with it, or nothing: "đặt lịch
        … 9 giờ thứ Năm tuần sau" says no more about the procedure than "…" does.
        """
        found = self._finder.find(message.text, today)
        if found.sure or not found.results:
            return found
        rest = tuple(self._finder.read(dates.without_days_and_hours(message.text, today), words.cue_words()))
        if len(rest) > MAX_WORDS:
            return found
        heard = words.index().found(rest)
        aside = (*_ASIDE, *_FORM) if ("facet", _FILL_IN) in heard else _ASIDE
        taken = {at for key in aside for start, end in heard.get(key, ()) for at in range(start, end)}
        subject = " ".join(each.text for at, each in enumerate(rest) if at not in taken)
        if len(subject.split()) == len(message.words):
            return found
        again = self._finder.find(subject, today)
        return again if again.sure and again.results[0].code == found.results[0].code else found

    def _message(self, text: str, today: date) -> _Message:
        said = tuple(self._finder.read(text, words.cue_words()))
        if len(said) > MAX_WORDS:
            said = (*said[: MAX_WORDS // 2], *said[-MAX_WORDS // 2 :])
        days = tuple(dates.read_days(text, today))
        heard = words.index().found(said)
        return _Message(text, said, heard, codes.find_code(text, today), _scores(said, heard, days), days)

    def features(self, text: str, now: datetime) -> dict[str, float]:
        """What the weights of the intents are held against, and fitted to (see weighing.py)."""
        today = clock.local(now).date()
        return self._features(self._message(text, today), self._finder.find(text, today))

    def _features(self, message: _Message, found: Found) -> dict[str, float]:
        scores = dict(message.scores)
        _weigh_days(message, scores)
        _weigh_undoing(scores)
        _weigh_codes(message, scores)
        named = ["code"] if message.code else ["long_number"] if _long_number(message.words) else []
        if message.days:
            named.append("day" if len({each.day for each in message.days}) == 1 else "days")
        if any(each.day is None for each in message.days):
            named.append("odd_day")
        if codes.find_procedure_code(message.text) is not None:
            named.append("procedure_code")
        named += [f"other.{kind}" for kind in evidence.not_ours().found(message.words)]
        substance = self._finder.substance(message.words)
        return features(message.words, message.heard, words.ideas(message.heard), scores, found, substance, named)

    def _intent(self, message: _Message, found: Found) -> tuple[Intent, bool, Intent | None]:
        """The intent, whether it is clear, and the next likely one when it would be another errand."""
        if self._finder.is_phrase(message.words):
            return "procedure", found.sure, None
        if not any(char.isalpha() for each in message.words for char in each.fold):
            if found.results and codes.find_procedure_code(message.text) is not None:
                return "procedure", found.sure, None
            return ("status", True, None) if message.code else ("follow_up", True, None)
        if not found.sure and ("facet", _FILL_IN) in message.heard and self._finder.substance(_but_form_words(message)) < _NO_SUBJECT:
            return "follow_up", True, None
        likely = likelihoods(self._features(message, found))
        if likely.get("emergency", 0.0) < _ALARMING:
            likely.pop("emergency", None)
        ranked = sorted(likely, key=lambda each: (-likely[each], each))
        best = cast(Intent, ranked[0])
        if best == "procedure" and not found.sure:
            named = [each for each in ranked if message.scores.get(each, 0.0) >= _STRONG and each not in _NO_ERRAND]
            if named and likely[named[0]] >= _RATHER:
                best = cast(Intent, named[0])
        if message.code is not None and best not in _CODED:
            best = "status"
        if self._only_short(message, best, found) or (best == "out_of_scope" and found.results and _asks_of_a_form(message)):
            best = "procedure"
        if best == "procedure" and not found.results:
            return self._unfound(message)
        if best == "procedure" and _elsewhere(message, found):
            return "out_of_scope", True, None
        sure = found.sure if best == "procedure" else likely[best] >= _CLEAR
        if best == "out_of_scope":
            sure = sure and bool(_not_ours(message.words))
        return best, sure, _second(best, message, likely, found)

    def _only_short(self, message: _Message, best: Intent, found: Found) -> bool:
        """Whether only its shortness speaks for *best*: no cue of it is heard, and the message names a subject of the catalogue."""
        if best not in _SMALL_TALK or best in message.scores or not found.results:
            return False
        return found.sure or self._finder.substance(message.words) >= _NO_SUBJECT

    def _unfound(self, message: _Message) -> tuple[Intent, bool, Intent | None]:
        """A question that no procedure answers: about the one before, one for the desk, or none of ours."""
        if self._is_fragment(message):
            return "follow_up", True, None
        if self._is_ours(message):
            return "procedure", False, None
        return "out_of_scope", bool(_not_ours(message.words)), None

    def _is_fragment(self, message: _Message) -> bool:
        """A number, or a few words that ask for a facet and name no subject."""
        if not message.words or all(each.fold.isdigit() for each in message.words):
            return True
        substance = self._finder.substance(message.words)
        if _facet(message.heard) is not None and len(message.words) <= _FRAGMENT and not _not_ours(message.words):
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
        facet = _facet(message.heard) if intent in ("procedure", "follow_up") or second == "procedure" else None
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
            facet=facet,
            fill_in=facet == "form" and ("facet", _FILL_IN) in message.heard,
            dossier_code=message.code,
            day=day,
            ask_day=ask,
            hour=hour,
            half_day=hours.half_day,
            not_ours=_not_ours(message.words) if intent == "out_of_scope" else None,
            place=_place(message.text) if intent == "hours_address" else None,
            second=second,
        )


def _scores(said: Sequence[Word], heard: Heard, days: Sequence[dates.Named]) -> dict[str, float]:
    """Intent -> what its cues and its frames weigh."""
    framed = _framed(heard, days)
    scores: dict[str, float] = {}
    for intent in words.intents():
        weight = 0.0
        for strength, value in (("strong", _STRONG), ("medium", _MEDIUM), ("weak", _WEAK)):
            lengths = [end - start for start, end in heard.get((intent, strength), ())]
            if strength == "strong":
                lengths += framed.get(intent, [])
            if lengths:
                weight += value + min(1.0, 0.15 * (max(lengths) - 1) + 0.2 * (len(lengths) - 1)) * (value / _STRONG)
        if weight < _STRONG and len(said) > _LONG:
            # A long message names many things in passing: only what decides by itself counts.
            weight = 0.0
        if intent in _NEEDING and (intent, "needs") not in heard:
            weight = 0.0
        if weight and (intent, "against") in heard:
            weight -= _STRONG
        if weight > 0:
            scores[intent] = weight
    return scores


def _framed(heard: Heard, days: Sequence[dates.Named]) -> dict[str, list[int]]:
    """Intent -> the sizes of the frames that stand in the message."""
    where: dict[str, Sequence[tuple[int, int]]] = dict(words.ideas(heard))
    if days:
        where["@day"] = ((0, 0),)
    if len({each.day for each in days}) > 1:
        where["@days"] = ((0, 0),)
    framed: dict[str, list[int]] = {}
    for frame in words.frames():
        if frame.stands(where):
            framed.setdefault(frame.intent, []).append(len(frame.ideas))
    return framed


def _second(best: Intent, message: _Message, likely: Mapping[str, float], found: Found) -> Intent | None:
    """Another wish in the same message; an appointment's words are no second wish beside another of an appointment."""
    if best in _NO_ERRAND or best == "out_of_scope":
        return None
    related = _RELATED.get(best, frozenset())
    others = [
        each
        for each, score in message.scores.items()
        if each not in related | _NO_ERRAND | {best, "menu_help"} and score >= _STRONG and likely.get(each, 0.0) >= _ALSO
    ]
    if others:
        return cast(Intent, max(others, key=lambda each: (likely[each], each)))
    if best in ("procedure", "hours_address"):
        return None
    asked = best in _APPOINTMENTS and bool(found.results) and _facet(message.heard) in ("documents", "fee", "form")
    return "procedure" if asked or (found.sure and likely.get("procedure", 0.0) >= _ALSO_ASKED) else None


def _without(message: _Message, intent: Intent) -> list[Word]:
    """The message less the words that greet or thank."""
    taken = {at for start, end in message.heard.get((intent, "strong"), ()) for at in range(start, end)}
    return [each for at, each in enumerate(message.words) if at not in taken]


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


def _emergency(said: Sequence[Word], heard: Heard) -> Emergency | None:
    """Which number is called first; None when nobody is in danger now."""
    kinds = [kind for kind in get_args(Emergency) if ("emergency", kind) in heard]
    if not kinds:
        return None
    calm = [start for start, _ in heard.get(("emergency", "calm"), ())]
    urgent = ("emergency", "urgent") in heard
    if calm and not (urgent and len(said) <= 12 and max(calm) < len(said) - 4):
        return None
    if not urgent and len(said) > 14:
        return None
    return "child" if "child" in kinds and "medical" not in kinds else cast(Emergency, kinds[0])


def _facet(heard: Heard) -> Facet | None:
    """What is asked: the facet whose words stand last, since a question ends a story; the order of the list breaks
    ties. How to fill a form in is the facet form: "làm sao", "thế nào" beside it ask for nothing else.
    """
    best: tuple[int, Facet] | None = None
    for name in words.facets():
        spans = heard.get(("facet", name))
        if spans:
            end = max(span[1] for span in spans)
            if name == "steps":
                end -= 3
            if best is None or end > best[0]:
                best = end, "form" if name == _FILL_IN else cast(Facet, name)
    if best and best[1] == "steps" and ("facet", _FILL_IN) in heard:
        return "form"
    return best[1] if best else None


def _asks_of_a_form(message: _Message) -> bool:
    """How to fill in some form that is handed in here: "đơn ly hôn" is the court's."""
    return ("facet", _FILL_IN) in message.heard and ("form", "names") in message.heard and not _not_ours(message.words)


def _but_form_words(message: _Message) -> list[Word]:
    """The message less the words about filling in and those for the form itself."""
    taken = {at for key in _FORM for start, end in message.heard.get(key, ()) for at in range(start, end)}
    return [each for at, each in enumerate(message.words) if at not in taken]


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
    ahead = [each for each in days if _word_before(each) in moving]
    if not ahead:
        ahead = [each for each in days if not any(each.before.endswith(name) for name in old)]
        if len(days) > 1:
            ahead = ahead[-1:] or days[-1:]
    if not ahead:
        return None, False
    return ahead[-1].day, ahead[-1].day is None


def _word_before(day: dates.Named) -> str:
    """The word before a day, past those that only lead up to it: ``qua`` of ``qua bữa thứ sáu``."""
    before = day.before.split()
    while before and before[-1] in dates.leading_words():
        before.pop()
    return before[-1] if before else ""


def _not_ours(said: Sequence[Word]) -> str | None:
    """Who handles it; ``none`` where it is nobody we know."""
    found = evidence.not_ours().found(said)
    return max(found, key=lambda each: (found[each], each != "none")) if found else None


def _elsewhere(message: _Message, found: Found) -> bool:
    """Whether somebody else is named who does this, and nothing of ours is likely."""
    return not found.sure and found.results[0].score < _UNLIKELY and _not_ours(message.words) not in (None, "none")


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
