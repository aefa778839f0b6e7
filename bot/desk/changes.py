"""What changed in the catalogue, in plain words; the words themselves are in the texts."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Protocol

from bot.catalog.differences import Change
from bot.catalog.model import Channel, Document, FeeItem, Procedure, TimeLimit

LONGEST_QUOTE = 120
"""Characters of a paper's or a procedure's name: enough to know which is meant."""


WHOLE = ("fee", "time")
"""What is never cut: half an amount is none."""


class Words(Protocol):
    def part(self, flow: str, step: str, /, **fields: str) -> str: ...


def rows(changes: Iterable[Change], words: Words) -> Iterator[dict[str, Any]]:
    """One object a change: whose, what kind, what was and what is, and the sentence that says so."""
    for change in changes:
        before, after = _sides(change, words)
        yield {
            "code": change.procedure.code, "label": change.procedure.label or change.procedure.name, "change": change.kind,
            "before": before or None, "after": after or None, "text": _sentence(change, before, after, words),
        }


def _sentence(change: Change, before: str, after: str, words: Words) -> str:
    paper = quoted((change.paper_after or change.paper_before or Document("")).name)
    kind = "abolished_after" if change.kind == "abolished" and after else change.kind
    if change.kind not in WHOLE:
        before, after = _apart(quoted(before), quoted(after), before, after)
    return words.part("changes", f"tell_{kind}", before=before, after=after, paper=paper).replace("….", "…")


def _sides(change: Change, words: Words) -> tuple[str, str]:
    """What was and what is, in words; empty where there is nothing to say."""
    was, now = change.before, change.after
    if change.paper_before or change.paper_after:
        return _paper(change, change.paper_before, words), _paper(change, change.paper_after, words)
    if change.kind == "replaced":
        return "", ", ".join(change.procedure.replaced_by)
    if change.kind == "abolished":
        return "", _day(now.valid_to if now else None)
    if was is None or now is None:
        return (was.name if was else ""), (now.name if now else "")
    match change.kind:
        case "renamed" | "another_procedure":
            return was.name, now.name
        case "authority":
            return was.authority[-1].body, now.authority[-1].body
        case "fee":
            return _fee(was, words), _fee(now, words)
        case "fee_words":
            return was.fees.text or "", now.fees.text or ""
        case "time":
            return _time(was, words), _time(now, words)
        case "time_words":
            return " ".join(was.time_notes), " ".join(now.time_notes)
        case "online":
            return words.part("changes", f"online_{was.filing.online}"), words.part("changes", f"online_{now.filing.online}")
        case "post":
            return _post(was, words), _post(now, words)
    return "", ""


def _paper(change: Change, paper: Document | None, words: Words) -> str:
    if paper is None:
        return ""
    if change.kind == "paper_count":
        return _count(paper, words)
    return paper.form or "" if change.kind == "form" else paper.name


def _count(paper: Document, words: Words) -> str:
    counted = [
        words.part("changes", kind, count=str(number))
        for kind, number in (("originals", paper.original), ("copies", paper.copy)) if number
    ]
    return ", ".join(counted) or words.part("changes", "originals", count="0")


def _fee(procedure: Procedure, words: Words) -> str:
    fees = procedure.fees
    if fees.status != "amount":
        return words.part("changes", f"fee_{fees.status}")
    return "; ".join(_amount(item, words) for item in fees.items)


def _amount(item: FeeItem, words: Words) -> str:
    said = words.part("wording", "money", amount=f"{item.amount:,}".replace(",", "."))
    if item.unit:
        said = words.part("changes", "per", amount=said, unit=item.unit)
    return _when(said, item.channel, item.condition, words)


def _time(procedure: Procedure, words: Words) -> str:
    if procedure.time:
        return "; ".join(_limit(limit, words) for limit in procedure.time)
    return words.part("changes", "time_in_words" if procedure.time_notes else "time_not_published")


def _limit(limit: TimeLimit, words: Words) -> str:
    return _when(words.part("changes", f"unit_{limit.unit}", count=str(limit.amount)), limit.channel, limit.condition, words)


def _when(said: str, channel: Channel | None, condition: str | None, words: Words) -> str:
    told = [words.part("changes", f"channel_{channel}")] if channel else []
    told += [condition] if condition else []
    return words.part("changes", "with_condition", what=said, condition="; ".join(told)) if told else said


def _post(procedure: Procedure, words: Words) -> str:
    return words.part("changes", "post_yes" if procedure.filing.post else "post_no")


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def quoted(text: str) -> str:
    """*text* short enough for a line, cut between words, without its last stop."""
    text = text.strip().rstrip(".;,:")
    return text if len(text) <= LONGEST_QUOTE else text[:LONGEST_QUOTE].rsplit(" ", 1)[0] + "…"


def _apart(before: str, after: str, whole_before: str, whole_after: str) -> tuple[str, str]:
    """The two quotes; where they were cut to the same words, each from where they part."""
    if before != after or whole_before == whole_after:
        return before, after
    old, new = whole_before.split(), whole_after.split()
    part = next((at for at, (mine, theirs) in enumerate(zip(old, new, strict=False)) if mine != theirs), min(len(old), len(new)))
    start = max(part - 3, 0)
    return "…" + quoted(" ".join(old[start:])), "…" + quoted(" ".join(new[start:]))
