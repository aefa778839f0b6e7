"""A citizen's words -> procedures, best first, and how sure.

Three steps, each bounded: all procedures are scored by the features they share with the question (postings); the best
of them by their phrases one by one; the best of those by how alike the spelling is (rapidfuzz). The numbers that join
the evidence are data.
"""

import heapq
import math
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from datetime import date

from rapidfuzz import fuzz

from bot.catalog.model import Catalog
from bot.search import evidence, lexicon
from bot.search.evidence import Entry, Phrase
from bot.search.folding import MAX_LENGTH, Word, folded, read
from bot.search.model import NOTHING, Found, Match
from bot.search.spelling import Speller

MAX_CANDIDATES = 16
"""Procedures whose phrases are looked at one by one."""
MAX_CLOSE = 8
"""Procedures whose spelling is compared."""
MAX_WORDS = 150
"""Words of a question that count; a story's first lines and its last ones are kept."""
MOST = 5
_ALIKE = 0.8
"""Two procedures fit alike when the one's score is this share of the other's."""
_CODE = re.compile(r"(?<![\d.])[1-9]\.\d{6}(?!\d)")


@dataclass(frozen=True)
class _Question:
    words: tuple[Word, ...]
    text: str
    features: dict[str, float]
    mass: float
    """Sum of the weights of all features, those nobody has included."""
    named: frozenset[str]
    substance: float


@dataclass
class _Candidate:
    entry: Entry
    score: float = 0.0
    why: dict[str, float] = field(default_factory=dict)


class Finder:
    """The index of one catalogue. Building it reads every text once; asking never changes it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._weights = lexicon.weights()
        drafts = [evidence.draft(each) for each in catalog]
        self._rare = evidence.rarity(drafts)
        self._entries = [self._entry(each) for each in drafts]
        self._postings: dict[str, list[tuple[int, float]]] = {}
        for at, entry in enumerate(self._entries):
            for feature, firm in entry.strength.items():
                self._postings.setdefault(feature, []).append((at, firm))
        self._same = self._said_by_one()
        texts = [read(text) for each in catalog for text in (each.name, each.label, each.differs or "", *each.phrases)]
        self._speller = Speller([*texts, *evidence.concepts().texts(), *evidence.not_ours().texts()])

    def find(self, words: str, on: date, top: int = MOST) -> Found:
        """Procedures for a citizen's *words*, as of the day *on*. Empty where it is none of ours."""
        named = self._by_code(words, on)
        if named is not None:
            return named
        question = self._question(words)
        ranked = self._ranked(question, on)
        return self._judged(question, ranked, on, min(top, MOST))

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
            (each.entry.procedure.code, each.why | {"score": each.score})
            for each in self._ranked(self._question(words), on)
        ]

    def read(self, text: str, keep: Container[str] = ()) -> list[Word]:
        """The words of *text* as the search reads them: decoded, opened, slips put right (never a word in *keep*)."""
        return self._speller.right(read(text), keep)

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
                owners.setdefault(phrase.folded, set()).add(at)
        codes = {said: {self._entries[at].procedure.code for at in found} for said, found in owners.items()}
        return {said: max(found) for said, found in owners.items() if len(codes[said]) == 1}

    def _entry(self, drafted: evidence.Draft) -> Entry:
        phrases = []
        for text, found in drafted.phrases:
            weighed = {feature: weight * self._rare.get(feature, 1.0) for feature, weight in found.items()}
            phrases.append(Phrase(text, weighed, sum(weighed.values())))
        return Entry(drafted.procedure, drafted.strength, tuple(phrases), drafted.marks, drafted.touches)

    def _question(self, text: str) -> _Question:
        words = self.read(text)
        if len(words) > MAX_WORDS:
            words = words[: MAX_WORDS // 2] + words[-MAX_WORDS // 2 :]
        named = evidence.concepts().found(words)
        weighed: dict[str, float] = {}
        unknown = self._weights["unknown_word"]
        mass = 0.0
        strange = self._strangers(words)
        for feature, weight in evidence.features(words, named).items():
            rare = self._rare.get(feature)
            if strange and rare is not None and not strange.isdisjoint(feature.split(" ")):
                rare *= self._weights["other_marks"]
            if rare is not None:
                weighed[feature] = weight * rare
                mass += weight * rare
            elif feature[0] == "@" or (" " not in feature and feature[0] != "="):
                mass += weight * (1.0 if feature[0] == "@" else unknown)
        return _Question(tuple(words), folded(words), weighed, mass, frozenset(named), self._substance(words, named))

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
        candidates = self._about(question)
        for each in candidates:
            self._by_phrases(each, question)
        candidates.sort(key=lambda each: -each.score)
        for each in candidates[:MAX_CLOSE]:
            self._by_spelling(each, question)
        for each in candidates:
            self._by_siblings(each, question, on)
        candidates.sort(key=lambda each: -each.score)
        return _successors_first(_once_each(candidates, self._catalog, on), on)

    def _about(self, question: _Question) -> list[_Candidate]:
        """The procedures that share most with the question, by the weight of what they share."""
        shared = [0.0] * len(self._entries)
        for feature, weight in question.features.items():
            for at, firm in self._postings[feature]:
                shared[at] += weight * firm
        best = [at for at in heapq.nlargest(MAX_CANDIDATES, range(len(shared)), key=shared.__getitem__) if shared[at]]
        same = self._same.get(question.text)
        if same is not None and same not in best:
            best.append(same)
        found = []
        for at in best:
            candidate = _Candidate(self._entries[at])
            # A story says much besides its question: past a point, what is left over no longer counts against it.
            mass = min(question.mass, self._weights["story"] * 4)
            about = min(1.0, shared[at] / mass) if mass else 0.0
            candidate.why["about"] = about
            candidate.score = self._weights["about"] * about
            if at == same:
                candidate.why["same"] = 1.0
                candidate.score += self._weights["same"]
            found.append(candidate)
        return found

    def _by_phrases(self, candidate: _Candidate, question: _Question) -> None:
        weights, asked = self._weights, question.features.keys()
        scores, said = [], []
        for phrase in candidate.entry.phrases:
            shared = sum(map(phrase.features.__getitem__, phrase.features.keys() & asked))
            said.append(shared / phrase.mass if phrase.mass else 0.0)
            if shared:
                unsaid = min(question.mass, weights["story"] * phrase.mass) - shared
                scores.append(
                    shared
                    / (shared + weights["unsaid"] * max(0.0, unsaid) + weights["besides"] * (phrase.mass - shared))
                )
            else:
                scores.append(0.0)
        order = sorted(range(len(scores)), key=lambda at: -scores[at])
        best = scores[order[0]]
        following = sum(scores[at] for at in order[1:4]) / 3
        candidate.why |= {
            "best_phrase": best,
            "next_phrases": following,
            "phrase": float(order[0]),
            "said": said[order[0]],
        }
        candidate.score += weights["best_phrase"] * best + weights["next_phrases"] * following

    def _by_spelling(self, candidate: _Candidate, question: _Question) -> None:
        phrases = candidate.entry.phrases
        best = phrases[int(candidate.why["phrase"])].folded
        alike = max(fuzz.token_set_ratio(question.text, text) for text in (best, phrases[0].folded)) / 100
        candidate.why["alike"] = alike
        candidate.score += self._weights["alike"] * alike

    def _by_siblings(self, candidate: _Candidate, question: _Question, on: date) -> None:
        """What tells siblings apart: named by one side only, it speaks against."""
        against = 0.0
        markers = lexicon.markers()
        for concept in candidate.entry.marks - question.named:
            if concept in markers:
                against += markers[concept]["unasked"]
        untouched = 0.0
        for concept in question.named:
            lacking = 1.0 - candidate.entry.strength.get("@" + concept, 0.0)
            against += lacking * (markers[concept]["missing"] if concept in markers else self._weights["untouched"])
            if concept not in candidate.entry.touches:
                untouched += self._rare.get("@" + concept, 1.0)
        candidate.why["untouched"] = -untouched
        if against:
            candidate.why["siblings"] = -against
        if not candidate.entry.procedure.in_force(on):
            candidate.why["not_in_force"] = -1.0
            against += self._weights["not_in_force"]
        if "same" in candidate.why:
            against = 0.0
        candidate.score -= against

    def _judged(self, question: _Question, ranked: Sequence[_Candidate], on: date, top: int) -> Found:
        weights = self._weights
        if not ranked:
            return NOTHING
        first = ranked[0]
        same = "same" in first.why
        if not same and (
            first.score < weights["possible"] or self._strange(question, first) or self._elsewhere(question)
        ):
            return NOTHING
        # A subject that no procedure of the catalogue knows: whatever was found, it is about something else.
        unheard = any("@" + concept not in self._rare for concept in question.named)
        sure = same or (not unheard and _certainty(_signs(question, ranked)) >= weights["sure"])
        kept = [each for each in ranked if each.score >= weights["near"] * first.score][:top]
        return Found(sure, tuple(_match(each, on) for each in kept))

    def _strange(self, question: _Question, first: _Candidate) -> bool:
        """Whether the question names no subject: no concept, no word of the desk, and no phrase that it says a good
        part of.
        """
        if question.substance < self._weights["substance"]:
            return True
        return not (
            question.named
            or first.why["said"] >= self._weights["mostly_said"]
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


def _signs(question: _Question, ranked: Sequence[_Candidate]) -> dict[str, float]:
    """What certainty is judged by, each about between 0 and 1."""
    first = ranked[0]
    # What the first has replaced is no rival of it.
    others = [each for each in ranked[1:] if first.entry.procedure.code not in each.entry.procedure.replaced_by][
        : MOST - 1
    ]
    why = first.why
    known = sum(question.features.values())
    return {
        "bias": 1.0,
        "score": first.score,
        "lead": first.score - (others[0].score if others else 0.0),
        "best_phrase": why["best_phrase"],
        "said": why["said"],
        "about": why["about"],
        "alike": why.get("alike", 0.0),
        "untouched": max(-2.0, why["untouched"]),
        "rival": max((each.why["about"] for each in others), default=0.0) / (why["about"] or 1.0),
        "rival_phrase": max((each.why["best_phrase"] for each in others), default=0.0),
        "unknown": 1.0 - known / question.mass if question.mass else 1.0,
        "words": math.log(1 + len(question.words)) / 4,
        "alone": (first.score - (others[0].score if others else 0.0)) / max(first.score, 0.1),
        "agreed": _agreed(first, others),
    }


def _agreed(first: _Candidate, others: Sequence[_Candidate]) -> float:
    """The share of the kinds of evidence by which the first is first."""
    kinds = ("about", "best_phrase", "next_phrases", "alike")
    return sum(all(first.why.get(kind, 0.0) >= each.why.get(kind, 0.0) for each in others) for kind in kinds) / len(
        kinds
    )


def _certainty(signs: dict[str, float]) -> float:
    """How likely the first is right, between 0 and 1: a logistic model whose fitted numbers are data."""
    fitted = lexicon.certainty()
    return 1 / (1 + math.exp(-sum(fitted[name] * value for name, value in signs.items())))


def _match(candidate: _Candidate, on: date) -> Match:
    procedure = candidate.entry.procedure
    return Match(procedure.code, procedure.label, round(max(0.0, min(1.0, candidate.score)), 3), procedure.in_force(on))


def _successors_first(ranked: list[_Candidate], on: date) -> list[_Candidate]:
    """Of two that fit alike, the one in force: what has been replaced stands behind its successor."""
    ordered = list(ranked)
    for old in ranked:
        for new in ranked:
            if (
                new.entry.procedure.code in old.entry.procedure.replaced_by
                and new.entry.procedure.in_force(on)
                and new.score >= _ALIKE * old.score
                and ordered.index(old) < ordered.index(new)
            ):
                ordered.remove(new)
                ordered.insert(ordered.index(old), new)
                new.score = max(new.score, old.score)
    return ordered


def _once_each(candidates: Sequence[_Candidate], catalog: Catalog, on: date) -> list[_Candidate]:
    """A code once, in the version of that day."""
    kept: dict[str, _Candidate] = {}
    for each in candidates:
        code = each.entry.procedure.code
        if code not in kept and catalog.get(code, on) is each.entry.procedure:
            kept[code] = each
    return list(kept.values())
