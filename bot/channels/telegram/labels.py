"""Labels cut to what a button shows on a small phone, so that two of a list never look alike where their ends differ."""

from collections import defaultdict
from collections.abc import Sequence

LONGEST_LABEL = 40
"""What a button shows on a small phone, its number included; of a longer label the whole stands in the text."""
ALIKE_FOR = 32
"""Labels that are the same for so many characters look alike on a button."""


def button_labels(labels: Sequence[str]) -> list[str]:
    """*labels* numbered from 1, each at most LONGEST_LABEL characters: the end is left out, or the beginning where several share it."""
    sharing = defaultdict(list)
    for label in labels:
        if len(label) > ALIKE_FOR:
            sharing[label[:ALIKE_FOR]].append(label)
    shown = []
    for number, label in enumerate(labels, start=1):
        mark, alike = f"{number}. ", sharing.get(label[:ALIKE_FOR], [])
        if len(mark) + len(label) <= LONGEST_LABEL:
            shown.append(mark + label)
        else:
            shown.append(mark + _cut(label, alike, LONGEST_LABEL - len(mark)))
    return shown


def _cut(label: str, alike: Sequence[str], room: int) -> str:
    """As much of the end as there is room for, from a word's beginning; of more than that, what comes where *alike* begin to differ."""
    if len(set(alike)) > 1:
        differs = label.rfind(" ", 0, _in_common(alike) + 1) + 1
        fits = label.find(" ", len(label) - room) + 1
        start = min(differs, fits) if fits else differs
        if 0 < start < len(label):
            label = f"…{label[start:]}"
    return label if len(label) <= room else f"{label[:room - 1].rstrip()}…"


def _in_common(labels: Sequence[str]) -> int:
    """For how many characters they are the same: what the first and the last in order share, all share."""
    first, last = min(labels), max(labels)
    return next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), min(len(first), len(last)))
