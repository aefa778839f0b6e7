"""Fits the weights by which a message's intent is told: ``python -m tests.phrases.fit_intents`` writes them.

Learnt from: ``messages.tsv``, the messages of ``tests/unit/test_understanding.py``, and three phrases of each procedure of the catalogue,
all typed with marks and without. Neither ``fresh_messages.jsonl`` nor the development questions are learnt from: they measure. With
``--check`` nothing is written: five times a fifth is left out, learnt without, and asked about.

Softmax regression by AdaGrad: the same files give the same weights, to the last digit.
"""

import math
import random
import sys
from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path

from bot.catalog.model import Catalog
from bot.catalog.reader import load_catalog
from bot.search.finder import Finder
from bot.search.folding import fold
from bot.understanding.reading import Reader

NOW = datetime.fromisoformat("2026-11-21T09:00+07:00")
HERE = Path(__file__).parent
WEIGHTS = HERE.parents[1] / "bot" / "understanding" / "data" / "intents.tsv"
ROUNDS, STEP, DECAY, SMALLEST = 8, 0.3, 1e-3, 0.1
LEADS = ("", "", "", "", "cho hỏi ", "em muốn ", "xin hỏi ", "tôi cần ")
ENDS = ("", "", "", "", " cần gì", " ở đâu", " làm sao", " được không", " vậy ạ", " bao nhiêu tiền", " mất mấy ngày")

UNSURE = frozenset(("!sure", "!found"))

Row = tuple[str, dict[str, float]]
Weights = dict[str, list[float]]


def messages(catalog: Catalog) -> list[tuple[str, str]]:
    """(intent, text): what is learnt from."""
    sys.path.insert(0, str(HERE.parent / "unit"))
    from test_understanding import MESSAGES

    rows = [tuple(line.split("\t")) for line in (HERE / "messages.tsv").read_text("utf-8").splitlines() if line[:1] not in ("", "#")]
    chance = random.Random(1)
    asked = [
        ("procedure", chance.choice(LEADS) + said + chance.choice(ENDS))
        for each in sorted(catalog, key=lambda each: each.code)
        for said in chance.sample(each.phrases, min(3, len(each.phrases)))
    ]
    return [*rows, *MESSAGES, *asked]


def rows(reader: Reader, told: list[tuple[str, str]]) -> list[Row]:
    """With marks and without; the second time without what the search made of it, so that not too much is built on that."""
    learnt = [(intent, reader.features(form, NOW)) for intent, text in told for form in (text, fold(text))]
    return [(intent, without(has, UNSURE) if number % 2 else has) for number, (intent, has) in enumerate(learnt)]


def without(has: dict[str, float], names: frozenset[str]) -> dict[str, float]:
    return {feature: value for feature, value in has.items() if feature not in names}


def fitted(learnt: list[Row], intents: list[str]) -> Weights:
    counts, at = Counter(intent for intent, _ in learnt), {intent: number for number, intent in enumerate(intents)}
    heft = [min(3.0, math.sqrt(len(learnt) / len(intents) / max(1, counts[intent]))) for intent in intents]
    weights: Weights = defaultdict(lambda: [0.0] * len(intents))
    seen: Weights = defaultdict(lambda: [1e-3] * len(intents))
    order, chance = list(learnt), random.Random(7)
    for _ in range(ROUNDS):
        chance.shuffle(order)
        for intent, has in order:
            right = at[intent]
            for number, likely in enumerate(likelihoods(has, weights, len(intents))):
                slope = (likely - (number == right)) * heft[right]
                if abs(slope) < 1e-3:
                    continue
                for feature, value in has.items():
                    step = slope * value + DECAY * weights[feature][number]
                    seen[feature][number] += step * step
                    weights[feature][number] -= STEP * step / math.sqrt(seen[feature][number])
    return weights


def likelihoods(has: dict[str, float], weights: Weights, size: int) -> list[float]:
    sums = [0.0] * size
    for feature, value in has.items():
        if feature in weights:
            sums = [each + value * weight for each, weight in zip(sums, weights[feature], strict=True)]
    most = max(sums)
    shares = [math.exp(each - most) for each in sums]
    return [each / sum(shares) for each in shares]


def check(reader: Reader, told: list[tuple[str, str]], intents: list[str]) -> None:
    right, wrong = Counter(), []
    shuffled = random.Random(11).sample(told, len(told))
    for part in range(5):
        weights = fitted(rows(reader, [row for number, row in enumerate(shuffled) if number % 5 != part]), intents)
        for intent, text in shuffled[part::5]:
            likely = likelihoods(reader.features(text, NOW), weights, len(intents))
            best = intents[likely.index(max(likely))]
            right[intent, best == intent] += 1
            if best != intent:
                wrong.append((intent, best, text))
    for intent in intents:
        print(f"{intent:20} {right[intent, True]:4} of {right[intent, True] + right[intent, False]}")
    for row in wrong:
        print(*row, sep="\t")


def main() -> None:
    catalog = load_catalog()
    reader, told = Reader(Finder(catalog)), messages(catalog)
    intents = sorted({intent for intent, _ in told})
    if "--check" in sys.argv:
        check(reader, told, intents)
        return
    weights = fitted(rows(reader, told), intents)
    lines = ["\t".join(intents)]
    for feature in sorted(weights):
        parts = [f"{number}:{round(weight * 100)}" for number, weight in enumerate(weights[feature]) if abs(weight) >= SMALLEST]
        if parts:
            lines.append("\t".join([feature, *parts]))
    WEIGHTS.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{len(told)} messages, {len(lines) - 1} features, {WEIGHTS.stat().st_size} bytes")


if __name__ == "__main__":
    main()
