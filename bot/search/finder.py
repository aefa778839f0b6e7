"""A citizen's words -> procedures, best first, and how sure.

Two steps, each bounded: all procedures are scored by the words and concepts they share with the question (postings);
the best of them are held against it one by one. What speaks for and against a candidate are its *signs*; their weights,
and how sure the signs of the best make us, are fitted numbers in data (``tests/benchmarks/fit_search.py``).
"""

import gc
import math
import re
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from rapidfuzz import fuzz

from bot.catalog.model import Catalog, Procedure
from bot.search import deciding, evidence, lexicon
from bot.search.evidence import Entry
from bot.search.folding import MAX_LENGTH, Word, folded, read, spelt, tokens
from bot.search.model import NOTHING, Found, Match
from bot.search.repairs import is_split
from bot.search.spelling import Speller

MAX_CANDIDATES = 14
"""Procedures that are looked at one by one."""
MAX_WORDS = 150
"""Words of a question that count; a story's first lines and its last ones are kept."""
MOST = 5
_WIDE, _FEW = 0.3, 20
"""A word that more than this share of the procedures hold (and more than so few) leads to none of them."""
_TRIMMED, _LITTLE = 5, 0.25
"""So many words that say so little are trimmed off each end of a question to find a phrase in it."""
_SAME = 10.0
"""What it is worth to be said word for word."""
_PARTED, _RIVALS = 0.6, 0.2
"""A question parts what was found where so much of what is likely, and so much of what rivals the first, lies among its answers;"""
_ASKED = 0.7
"""it is asked where one of them is so certain to be meant: else it would talk past the citizen."""
_CODE = re.compile(r"(?<![\d.])[1-9]\.\d{6}(?!\d)")


@dataclass(frozen=True)
class _Question:
    words: tuple[Word, ...]
    text: str
    features: tuple[tuple[str, int, float, float], ...]
    """(feature, kind, weight before rarity, weight times rarity) of those that the catalogue has."""
    mass: float
    """Sum of the weights of all features, those nobody has included."""
    named: frozenset[str]
    substance: float


@dataclass
class _Candidate:
    entry: Entry
    signs: dict[str, float]
    phrase: int
    score: float = 0.0
    likelihood: float = 0.0


class Finder:
    """The index of one catalogue. Building it reads every text once; asking never changes it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._weights = lexicon.weights()
        self._ranking = lexicon.ranking()
        self._markers = lexicon.markers()
        with _no_collecting():
            drafts = [evidence.draft(each) for each in catalog]
            self._rare, lift = evidence.spread(drafts)
            self._entries = [evidence.entry(each, self._rare, lift) for each in drafts]
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for at, entry in enumerate(self._entries):
            for feature, held in entry.held.items():
                if " " not in feature and feature[0] != "=":
                    self._postings.setdefault(feature, []).append((at, held.firm))
        self._entry_of = {id(each.procedure): each for each in self._entries}
        codes = {each.procedure.code for each in self._entries}
        self._deciding = [each for each in deciding.questions().values() if each.knows(codes)]
        self._wide = max(_FEW, int(_WIDE * len(self._entries)))
        self._same = self._said_by_one()
        texts = [words for each in drafts for words in each.texts]
        self._speller = Speller([*texts, *evidence.concepts().texts(), *evidence.not_ours().texts()])

    def find(self, words: str, on: date, top: int = MOST) -> Found:
        """Procedures for a citizen's *words*, as of the day *on*. Empty where it is none of ours."""
        named = self._by_code(words, on)
        if named is not None:
            return named
        question = self._question(words)
        ranked = self._ranked(question, on)
        return self._judged(question, ranked, min(top, MOST), on)

    def _by_code(self, text: str, on: date) -> Found | None:
        """A procedure called by its national code (``1.001193``, bare or long)."""
        for code in _CODE.findall(text[:MAX_LENGTH]):
            procedure = self._catalog.get(code, on)
            if procedure is not None:
                return Found(True, (Match(code, procedure.label, 1.0, procedure.in_force(on)),))
        return None

    def explain(self, words: str, on: date) -> list[tuple[str, dict[str, float]]]:
        """(code, evidence -> number) of the candidates, best first: what ``find`` went by."""
        return [
            (each.entry.procedure.code, each.signs | {"score": each.score})
            for each in self._ranked(self._question(words), on)
        ]

    def signs(self, words: str, on: date) -> tuple[str | None, dict[str, float]]:
        """The code of the best candidate, and the signs by which certainty is judged: what is fitted. (None, {}) where
        nothing is shared with any procedure.
        """
        question = self._question(words)
        ranked = self._ranked(question, on)
        return (ranked[0].entry.procedure.code, _signs(question, ranked)) if ranked else (None, {})

    def read(self, text: str, keep: Container[str] = ()) -> list[Word]:
        """The words of *text* as the search reads them: decoded, opened, slips put right (never a word in *keep*)."""
        said = spelt(self._speller.whole(tokens(text))) if is_split(text[:MAX_LENGTH].lower()) else read(text)
        return self._speller.right(said, keep)

    def is_phrase(self, words: Sequence[Word]) -> bool:
        """Whether *words* are, marks aside, one phrase of one procedure."""
        return folded(words) in self._same

    def substance(self, words: Sequence[Word]) -> float:
        """How much *words* say about which procedure is meant: near nothing for ``lệ phí nhiêu``, 1 and more where a
        subject is named.
        """
        return self._substance(words, evidence.concepts().found(words))

    def _substance(self, words: Sequence[Word], named: dict[str, int]) -> float:
        common = lexicon.common_words()
        known = sum(
            1.0
            for fold in {each.fold for each in words}
            if common.get(fold, 1.0) == 1.0 and fold in self._rare and not fold.isdigit()
        )
        return known * 0.5 + len(named)

    def _said_by_one(self) -> dict[str, int]:
        """Phrase without marks -> the procedure it belongs to; one that two codes share so belongs to neither."""
        owners: dict[str, set[int]] = {}
        for at, entry in enumerate(self._entries):
            for phrase in entry.phrases:
                owners.setdefault(phrase, set()).add(at)
        codes = {said: {self._entries[at].procedure.code for at in found} for said, found in owners.items()}
        return {said: max(found) for said, found in owners.items() if len(codes[said]) == 1}

    def _question(self, text: str) -> _Question:
        words = self.read(text)
        if len(words) > MAX_WORDS:
            words = words[: MAX_WORDS // 2] + words[-MAX_WORDS // 2 :]
        named = evidence.concepts().found(words)
        weighed = []
        unknown = self._weights["unknown_word"]
        mass = 0.0
        strange = self._strangers(words)
        for feature, weight in evidence.features(words, named).items():
            rare = self._rare.get(feature)
            if strange and rare is not None and not strange.isdisjoint(feature.split(" ")):
                rare *= self._weights["other_marks"]
            if rare is not None:
                weighed.append((feature, evidence.kind(feature), weight, weight * rare))
                mass += weight * rare
            elif feature[0] == "@" or (" " not in feature and feature[0] != "="):
                mass += weight * (1.0 if feature[0] == "@" else unknown)
        return _Question(tuple(words), folded(words), tuple(weighed), mass, frozenset(named), self._substance(words, named))

    def _strangers(self, words: Sequence[Word]) -> frozenset[str]:
        """Words that the catalogue has with other marks only (``chiều``, of ``hộ chiếu``): the letters say little."""
        if not evidence.accented(words):
            return frozenset()
        return frozenset(
            each.fold
            for each in words
            if each.key != each.fold and each.fold in self._rare and "=" + each.key not in self._rare
        )

    def _ranked(self, question: _Question, on: date) -> list[_Candidate]:
        same = self._said(question)
        found = [self._weighed(at, question, same, on) for at in self._nearest(question, same)]
        for each in found:
            self._by_spelling(each, question)
        found.sort(key=lambda each: -each.score)
        found = _once_each([self._standing(each, on) for each in found], self._catalog, on)
        if found:
            top = max(each.score for each in found)
            whole = sum(math.exp(each.score - top) for each in found)
            for each in found:
                each.likelihood = math.exp(each.score - top) / whole
        return found

    def _said(self, question: _Question) -> int | None:
        """The procedure of which the question says a phrase, but for words at its ends that say little (``khai sinh
        cho con cần gì``).
        """
        common, folds = lexicon.common_words(), question.text.split()
        begin, end = 0, len(folds)
        while begin < end and common.get(folds[begin], 1.0) <= _LITTLE and begin < _TRIMMED:
            begin += 1
        for first in range(begin + 1):
            for last in range(end, max(first, end - _TRIMMED - 1), -1):
                if (same := self._same.get(" ".join(folds[first:last]))) is not None:
                    # "Làm lại" before a phrase may say little, and may make another procedure of it.
                    whole = last - first == len(folds)
                    return same if whole or not (question.named & self._markers) - self._entries[same].touches else None
                if common.get(folds[last - 1], 1.0) > _LITTLE:
                    break
        return None

    def _nearest(self, question: _Question, same: int | None) -> list[int]:
        """The procedures that share most with the question, by the weight of what they share."""
        postings = [
            (weight, self._postings[feature])
            for feature, kind, weight, _ in question.features
            if kind in (evidence.WORD, evidence.CONCEPT)
        ]
        telling = [each for each in postings if len(each[1]) <= self._wide]
        shared = [0.0] * len(self._entries)
        for weight, held in telling or postings:
            for at, firm in held:
                shared[at] += weight * firm
        best = sorted([at for at, weight in enumerate(shared) if weight], key=shared.__getitem__, reverse=True)[:MAX_CANDIDATES]
        if same is not None and same not in best:
            best.append(same)
        return best

    def _weighed(self, at: int, question: _Question, same: int | None, on: date) -> _Candidate:
        """One procedure held against the question: its signs, and the score that the fitted numbers make of them."""
        entry = self._entries[at]
        gains, shares, owed = [0.0] * 4, [0.0] * 4, list(entry.owed)
        shared = [0.0] * len(entry.phrases)
        holds = entry.held.get
        for feature, kind, weight, full in question.features:
            if (held := holds(feature)) is not None:
                gain, firm, phrases, owes = held
                gains[kind] += weight * gain
                shares[kind] += weight * firm
                owed[kind] -= owes
                for phrase in phrases:
                    shared[phrase] += full
        fits = self._fits(entry, shared, question.mass)
        best = fits.index(max(fits))
        ordered = sorted(fits, reverse=True)
        # A story says much besides its question: past a point, what is left over no longer counts against it.
        mass = min(question.mass, self._weights["story"] * 4)
        label, said = entry.masses[0], entry.masses[best]
        signs = {
            "gain_word": gains[0] / 10,
            "gain_pair": gains[1] / 10,
            "gain_marked": gains[2] / 10,
            "gain_concept": gains[3] / 10,
            "share_word": shares[0],
            "share_pair": shares[1],
            "share_marked": shares[2],
            "share_concept": shares[3],
            "owed_word": owed[0],
            "owed_pair": owed[1],
            "owed_concept": owed[3],
            "about": min(1.0, sum(shares) / mass) if mass else 0.0,
            "best_phrase": fits[best],
            "next_phrases": sum(ordered[1:4]) / 3,
            "said": shared[best] / said if said else 0.0,
            "overlap": shared[best],
            "label_said": shared[0] / label if label else 0.0,
        }
        signs |= self._siblings(entry, question)
        if _gone(entry.procedure, on):
            signs["gone"] = 1.0
        fitted = self._ranking
        score = sum([fitted[name] * value for name, value in signs.items() if name in fitted])
        if at == same:
            signs["same"] = 1.0
            score += _SAME
        return _Candidate(entry, signs, best, score)

    def _fits(self, entry: Entry, shared: Sequence[float], mass: float) -> list[float]:
        """How well each phrase fits: what it shares, against what it leaves unsaid and what it says besides."""
        story, unsaid, besides = self._weights["story"], self._weights["unsaid"], self._weights["besides"]
        fits = []
        for phrase, has in zip(entry.masses, shared, strict=True):
            if has:
                left = (mass if mass < story * phrase else story * phrase) - has
                over = besides * (phrase - has)
                fits.append(has / (has + over + (unsaid * left if left > 0 else 0.0)))
            else:
                fits.append(0.0)
        return fits

    def _siblings(self, entry: Entry, question: _Question) -> dict[str, float]:
        """What tells siblings apart, by how rare it is: concepts named by one side only."""
        rare, markers = self._rare, self._markers
        unasked = marked_unasked = missing = marked_missing = untouched = 0.0
        for concept in entry.marks - question.named:
            weight = rare.get("@" + concept, 1.0)
            unasked += weight
            if concept in markers:
                marked_unasked += weight
        for concept in question.named:
            lacking = 1.0 - entry.strength.get(concept, 0.0)
            weight = rare.get("@" + concept, 1.0)
            missing += lacking * weight
            if concept in markers:
                marked_missing += lacking * weight
            if concept not in entry.touches:
                untouched += weight
        return {
            "unasked": unasked,
            "unasked_marker": marked_unasked,
            "missing": missing,
            "missing_marker": marked_missing,
            "untouched": untouched,
        }

    def _standing(self, candidate: _Candidate, on: date) -> _Candidate:
        """Of twins, the one in force: what another has replaced leads to its successor, and is not offered beside it."""
        procedure = candidate.entry.procedure
        successor = self._catalog.successor(procedure, on) if _gone(procedure, on) else None
        if successor is None or not successor.in_force(on):
            return candidate
        return _Candidate(self._entry_of[id(successor)], candidate.signs, candidate.phrase, candidate.score)

    def _by_spelling(self, candidate: _Candidate, question: _Question) -> None:
        phrases = candidate.entry.phrases
        for name, at in (("alike", candidate.phrase), ("alike_label", 0)):
            candidate.signs[name] = alike = fuzz.token_set_ratio(question.text, phrases[at]) / 100
            candidate.score += self._ranking.get(name, 0.0) * alike

    def _judged(self, question: _Question, ranked: Sequence[_Candidate], top: int, on: date) -> Found:
        weights = self._weights
        if not ranked:
            return NOTHING
        first = ranked[0]
        same = "same" in first.signs
        if not same and (
            first.signs["about"] < weights["possible"] or self._strange(question, first) or self._elsewhere(question)
        ):
            return NOTHING
        # A subject that no procedure of the catalogue knows: whatever was found, it is about something else.
        unheard = any("@" + concept not in self._rare for concept in question.named)
        certainty = 1.0 if same else _certainty(_signs(question, ranked))
        sure = same or (not unheard and not _either(question.words) and certainty >= lexicon.certainty()["sure"])
        kept = [each for each in ranked if each.likelihood >= weights["near"] * first.likelihood]
        parting, share = (None, 0.0) if sure else self._parting(ranked)
        if parting is None:
            return Found(sure, tuple(_match(each, first, certainty, on) for each in kept[:top]))
        matches = self._parted(parting, kept, certainty, on)[:top]
        return Found(sure, matches, parting.id if certainty * share >= _ASKED else None)

    def _parting(self, ranked: Sequence[_Candidate]) -> tuple[deciding.Deciding | None, float]:
        """The question that parts the first from most of its rivals, by how likely they are, of several the shortest; and how many
        times likelier than the first it is that one of its answers is meant.
        """
        likely = {each.entry.procedure.code: each.likelihood for each in ranked[:MOST]}
        first, whole = ranked[0].entry.procedure.code, sum(likely.values())
        rivals = whole - likely[first]
        chosen, best, share = None, (0.0, 0), 0.0
        for each in self._deciding:
            if first not in each.codes:
                continue
            parted = sum(likely.get(code, 0.0) for code in each.codes)
            worth = (round(parted / whole, 1), -len(each.codes))
            if worth > best and parted >= _PARTED * whole and parted - likely[first] >= _RIVALS * rivals:
                chosen, best, share = each, worth, parted / likely[first]
        return chosen, share

    def _parted(
        self, question: deciding.Deciding, kept: Sequence[_Candidate], certainty: float, on: date
    ) -> tuple[Match, ...]:
        """The first and the question's own answers, then as many of the others as there is room for; likeliest first, and each
        at least as likely as what stands behind it.
        """
        matches = {each.entry.procedure.code: _match(each, kept[0], certainty, on) for each in kept}
        for code in question.codes:
            procedure = self._catalog.get(code, on)
            if code not in matches and procedure is not None:
                matches[code] = Match(code, procedure.label, 0.0, procedure.in_force(on))
        own, later = set(question.answers.values()), set(question.codes)
        first, *others = matches.values()
        others.sort(key=lambda each: (each.code not in own, each.code not in later, -each.score))
        shown = others[: MOST - 1]
        ordered = [first, *sorted(shown, key=lambda each: (each.code not in later, -each.score))]
        least = 0.0
        for at in range(len(ordered) - 1, -1, -1):
            least = max(least, ordered[at].score)
            ordered[at] = replace(ordered[at], score=least)
        return tuple(ordered)

    def _strange(self, question: _Question, first: _Candidate) -> bool:
        """Whether the question names no subject: no concept, no word of the desk, and no phrase that it says a good
        part of.
        """
        if question.substance < self._weights["substance"]:
            return True
        return not (
            question.named
            or first.signs["said"] >= self._weights["mostly_said"]
            or evidence.desk_words().found(question.words)
        )

    def _elsewhere(self, question: _Question) -> bool:
        """Whether what is asked is done by others: little is left of the question without the words for that.

        The more words say so, and where they name an authority, the more must be left to stay with us.
        """
        spans = list(evidence.not_ours().spans(question.words))
        taken = {at for _, start, end in spans for at in range(start, end)}
        left = [each for at, each in enumerate(question.words) if at not in taken]
        needed = self._weights["left_over"]
        names = {name for name, _, _ in spans}
        if "none" in names:
            needed *= 1 + 0.25 * max(0, len(taken) - 2)
        elif names - {"court"}:
            needed *= self._weights["authority"]
        return bool(taken) and self.substance(left) < needed


def _either(words: Sequence[Word]) -> bool:
    """Whether two things are named at once (``làm lại hay gia hạn``): the citizen asks which of them it is."""
    choosing = lexicon.choosing()
    return any(
        each.text in choosing.words and before.fold not in choosing.not_after and after.fold not in choosing.not_before
        for before, each, after in zip(words, words[1:], words[2:], strict=False)
    )


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Building makes many small objects and no cycle among them: looking for cycles meanwhile takes a third of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _signs(question: _Question, ranked: Sequence[_Candidate]) -> dict[str, float]:
    """What certainty is judged by, each about between 0 and 1 (``odds`` and ``lead`` up to a few units)."""
    first = ranked[0]
    # What the first has replaced is no rival of it.
    others = [each for each in ranked[1:] if first.entry.procedure.code not in each.entry.procedure.replaced_by]
    second = others[0].score if others else first.score - 5
    third = others[1].score if len(others) > 1 else first.score - 5
    rest = sum(math.exp(each.score - first.score) for each in others)
    signs = first.signs
    known = sum(weight for _, _, _, weight in question.features)
    return {
        "bias": 1.0,
        "likelihood": 1 / (1 + rest),
        "odds": min(5.0, -math.log(rest + 1e-9)),
        "lead": min(5.0, first.score - second),
        "lead_third": min(5.0, first.score - third),
        "score": first.score / 10,
        "best_phrase": signs["best_phrase"],
        "said": signs["said"],
        "label_said": signs["label_said"],
        "about": signs["about"],
        "alike": signs.get("alike", 0.0),
        "untouched": -min(2.0, signs["untouched"]),
        "rival": max((each.signs["about"] for each in others[: MOST - 1]), default=0.0) / (signs["about"] or 1.0),
        "rival_phrase": max((each.signs["best_phrase"] for each in others[: MOST - 1]), default=0.0),
        "unknown": 1.0 - known / question.mass if question.mass else 1.0,
        "words": math.log(1 + len(question.words)) / 4,
        "unasked": signs["unasked"],
        "missing": signs["missing"],
        "owed": signs["owed_concept"] / 5,
        "rival_unasked": (others[0].signs["unasked"] if others else 0.0) - signs["unasked"],
        "rival_missing": (others[0].signs["missing"] if others else 0.0) - signs["missing"],
        "named": min(1.0, len(question.named) / 3),
        "either": float(_either(question.words)),
        "terse": max(0.0, 1.0 - question.substance / 3),
    }


def _certainty(signs: dict[str, float]) -> float:
    """How likely the first is right, between 0 and 1: a logistic model whose fitted numbers are data."""
    fitted = lexicon.certainty()
    return 1 / (1 + math.exp(-sum([fitted[name] * value for name, value in signs.items()])))


def _match(candidate: _Candidate, first: _Candidate, certainty: float, on: date) -> Match:
    """The first bears how certain it is; the others, that times how likely they are beside it."""
    procedure = candidate.entry.procedure
    score = min(1.0, max(0.0, certainty * min(1.0, candidate.likelihood / first.likelihood)))
    return Match(procedure.code, procedure.label, round(score, 3), procedure.in_force(on))


def _gone(procedure: Procedure, on: date) -> bool:
    """Whether another has taken its place: no longer in force, or off the national list with a successor."""
    return not procedure.in_force(on) or bool(procedure.replaced_by and not procedure.in_national_list)


def _once_each(candidates: Sequence[_Candidate], catalog: Catalog, on: date) -> list[_Candidate]:
    """A code once, in the version of that day."""
    kept: dict[str, _Candidate] = {}
    for each in candidates:
        code = each.entry.procedure.code
        if code not in kept and catalog.get(code, on) is each.entry.procedure:
            kept[code] = each
    return list(kept.values())
