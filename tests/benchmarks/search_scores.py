"""How well a search answered: the shares that the benchmark prints."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.benchmarks.search_questions import Question
from tests.benchmarks.searchers import MOST, Answer

MOST_WRONG = 0.01


def share(hits: Iterable[bool]) -> float | None:
    """None of no hits at all."""
    counted = list(hits)
    return sum(counted) / len(counted) if counted else None


def place(question: Question, answer: Answer) -> int | None:
    """Where the first accepted procedure stands, from 1."""
    return next((at for at, code in enumerate(answer.codes[:MOST], start=1) if code in question.codes), None)


def within(question: Question, answer: Answer, most: int) -> bool:
    at = place(question, answer)
    return at is not None and at <= most


@dataclass(frozen=True, slots=True)
class Score:
    first: float | None
    first_three: float | None
    mrr: float | None
    sure_right: float | None
    sure_wrong: float | None
    declined_rightly: float | None
    declined_wrongly: float | None


def score(
    questions: Sequence[Question], answers: Sequence[Answer], strangers: Sequence[Answer]
) -> Score:
    """The figures of one searcher: of its *answers* to *questions*, and to what it should decline."""
    pairs = list(zip(questions, answers, strict=True))
    places = [place(*each) for each in pairs]
    right, wrong = sure_shares(pairs)
    rightly, wrongly = declining(strangers, answers)
    mrr = statistics.fmean(1 / each if each else 0.0 for each in places) if places else None
    return Score(
        share(within(*each, 1) for each in pairs), share(within(*each, 3) for each in pairs), mrr, right, wrong, rightly, wrongly
    )


def sure_shares(pairs: Sequence[tuple[Question, Answer]]) -> tuple[float | None, float | None]:
    """The shares answered surely and right, surely and wrong. Where the search does not say whether it is sure: from the best threshold."""
    if not pairs:
        return None, None
    if any(answer.sure is not None for _, answer in pairs):
        right = sum(bool(answer.sure) and within(question, answer, 1) for question, answer in pairs)
        wrong = sum(bool(answer.sure) and not within(question, answer, 1) for question, answer in pairs)
        return right / len(pairs), wrong / len(pairs)
    best = (0, 0)
    ordered = sorted(pairs, key=lambda each: -each[1].score)
    right = wrong = 0
    for at, (question, answer) in enumerate(ordered):
        right, wrong = right + within(question, answer, 1), wrong + (not within(question, answer, 1))
        # Those of one score are sure together or not at all.
        ends = at + 1 == len(ordered) or ordered[at + 1][1].score < answer.score
        if ends and wrong <= MOST_WRONG * len(pairs) and right > best[0]:
            best = (right, wrong)
    return best[0] / len(pairs), best[1] / len(pairs)


def declining(strangers: Sequence[Answer], answers: Sequence[Answer]) -> tuple[float | None, float | None]:
    """The shares of strangers and of questions declined. Where the search does not say: what lies below the score that parts them best."""
    if not strangers or not answers:
        return None, None
    if any(each.declined is not None for each in (*strangers, *answers)):
        return share(bool(each.declined) for each in strangers), share(bool(each.declined) for each in answers)
    partings = [
        (sum(each.score < least for each in strangers) / len(strangers), sum(each.score < least for each in answers) / len(answers))
        for least in {each.score for each in (*strangers, *answers)}
    ]
    return max(partings, key=lambda each: (each[0] - each[1], each[0]))
