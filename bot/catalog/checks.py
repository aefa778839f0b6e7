"""What must hold across a file and across the catalogue. One validator, three callers: start-up, ``catalog check``, the tests."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from bot.catalog.model import Document, FeeItem, Line, OneOf, Procedure, TimeLimit
from bot.catalog.reader import Problem, ReadFile, Reading

MOST_STEPS = 5
MOST_FORM_LINES = 10
LEAST_PHRASES = 10
MADE_UP = "Ví dụ (không có thật): "
"""What the example of a form begins with: nobody may take the names in it for somebody's."""
PROVINCIAL_SETTER = re.compile(r"h[đd]nd|h[ộo]i đồng nhân dân", re.IGNORECASE)


def check_all(reading: Reading) -> list[str]:
    """Every problem as ``file:line: path: what is wrong``, in the order of files and lines."""
    found: list[Problem] = list(reading.problems)
    for file in reading.files:
        found += file.problems
        if file.procedure is not None:
            found += _Within(file, file.procedure).problems()
    found += _across(reading.files)
    return [str(each) for each in sorted(set(found), key=lambda each: (each.file, each.line, each.path, each.message))]


class _Within:
    """Checks inside one file."""

    def __init__(self, file: ReadFile, procedure: Procedure) -> None:
        self.file, self.procedure = file, procedure

    def problems(self) -> Iterator[Problem]:
        if self.procedure.draft:
            yield self._at("draft", "is a draft: check it against its source, then take this line out")
        yield from self._phrases()
        yield from self._periods()
        yield from self._documents()
        yield from self._form_help()
        yield from self._fees()
        yield from self._times()
        if len(self.procedure.steps) > MOST_STEPS:
            yield self._at("steps", f"has {len(self.procedure.steps)} steps, at most {MOST_STEPS}")

    def _at(self, path: str, message: str) -> Problem:
        probe = path
        while probe and probe not in self.file.lines:
            probe = probe.rpartition("[")[0] if probe.endswith("]") else probe.rpartition(".")[0]
        return Problem(self.file.name, self.file.lines.get(probe, 1), path, message)

    def _phrases(self) -> Iterator[Problem]:
        if len(self.procedure.phrases) < LEAST_PHRASES:
            yield self._at("phrases", f"has {len(self.procedure.phrases)} phrases, at least {LEAST_PHRASES}")
        seen: dict[str, int] = {}
        for index, phrase in enumerate(self.procedure.phrases):
            key = bare(phrase)
            if key in seen:
                yield self._at(f"phrases[{index}]", f'"{phrase}" says the same as phrases[{seen[key]}]')
            seen.setdefault(key, index)

    def _periods(self) -> Iterator[Problem]:
        spans = self.procedure.authority
        if not spans:
            yield self._at("authority", "is missing: say who has it, or had it")
        for index, (before, after) in enumerate(pairwise(spans), start=1):
            if before.until is None or after.start is None:
                yield self._at(f"authority[{index}]", "follows a span without an end, or has no beginning")
            elif after.start <= before.until:
                yield self._at(f"authority[{index}].from", f"overlaps the span before, which ends on {before.until.isoformat()}")
            elif after.start > before.until + timedelta(days=1):
                yield self._at(f"authority[{index}].from", f"leaves a gap after {before.until.isoformat()}")
        for index, span in enumerate(spans):
            if span.start and span.until and span.until < span.start:
                yield self._at(f"authority[{index}].until", "comes before its beginning")
        if self.procedure.valid_from and self.procedure.valid_to and self.procedure.valid_to < self.procedure.valid_from:
            yield self._at("valid_to", "comes before valid_from")

    def _documents(self) -> Iterator[Problem]:
        ids = [case.id for case in self.procedure.cases]
        if len(ids) == 1:
            yield self._at("cases", "a single case is no choice: leave it out")
        for index, case_id in enumerate(ids):
            if case_id in ids[:index]:
                yield self._at(f"cases[{index}].id", f'"{case_id}" stands twice')
        if self.procedure.no_documents and any(isinstance(line, (Document, OneOf)) for line in self.procedure.documents):
            yield self._at("no_documents", "contradicts the papers listed")
        for index, line in enumerate(self.procedure.documents):
            yield from self._unknown_cases(f"documents[{index}]", line)
            if isinstance(line, OneOf) and len(line.options) < 2:
                yield self._at(f"documents[{index}].one_of", "a choice needs at least two papers")
            if isinstance(line, Document) and line.original == 0 and line.copy == 0:
                yield self._at(f"documents[{index}]", "no original and no copy: that is a note, not a paper")

    def _form_help(self) -> Iterator[Problem]:
        filling = self.procedure.form_help
        if filling is None:
            return
        if filling.form not in {paper.name for paper in self.procedure.every_document()}:
            yield self._at("form_help.form", f'"{filling.form}" is not one of the papers: write its name as it stands there')
        if not filling.lines:
            yield self._at("form_help.lines", "is empty: say how to fill it in, or leave form_help out")
        if len(filling.lines) > MOST_FORM_LINES:
            yield self._at("form_help.lines", f"has {len(filling.lines)} lines, at most {MOST_FORM_LINES}")
        if not filling.example.startswith(MADE_UP) or filling.example == MADE_UP.strip():
            yield self._at("form_help.example", f'must say that it is made up: begin with "{MADE_UP.strip()}"')

    def _unknown_cases(self, path: str, line: Line | FeeItem | TimeLimit) -> Iterator[Problem]:
        known = {case.id for case in self.procedure.cases}
        for case_id in line.cases:
            if case_id not in known:
                yield self._at(f"{path}.case", f'"{case_id}" is not one of the cases')

    def _fees(self) -> Iterator[Problem]:
        fees = self.procedure.fees
        if fees.status == "amount" and not fees.items:
            yield self._at("fees.items", "status amount needs at least one amount")
        if fees.status != "amount" and fees.items:
            yield self._at("fees.items", f"status {fees.status} has no amounts")
        if fees.status == "see_text" and not fees.text:
            yield self._at("fees.text", "status see_text needs the text")
        if fees.status == "free" and fees.text and PROVINCIAL_SETTER.search(fees.text):
            yield self._at("fees.status", "is free beside a text that lets the province set a fee: that is see_text")
        for index, item in enumerate(fees.items):
            path = f"fees.items[{index}]"
            yield from self._unknown_cases(path, item)
            if item.source.kind == "reference" and self.procedure.record.kind == "province_portal":
                yield self._at(f"{path}.source", "is one province's figure: name the national instrument, or make it see_text")
            if 0 < item.amount < 500:
                yield self._at(f"{path}.amount", f"{item.amount} đồng is too little to be true (a foreign currency?)")

    def _times(self) -> Iterator[Problem]:
        for index, limit in enumerate(self.procedure.time):
            yield from self._unknown_cases(f"time[{index}]", limit)
            if limit.unit == "same_day" and limit.amount != 1:
                yield self._at(f"time[{index}].amount", "of same_day is always 1")


def _across(files: list[ReadFile]) -> Iterator[Problem]:
    phrases: dict[str, str] = {}
    labels: dict[tuple[str, str], str] = {}
    identities: dict[tuple[str, str], str] = {}
    codes = {file.procedure.code for file in files if file.procedure}
    for file in files:
        procedure = file.procedure
        if procedure is None:
            continue
        within = _Within(file, procedure)
        identity = (procedure.code, str(procedure.valid_from or ""))
        if identity in identities:
            yield within._at("code", f"{procedure.code} is also in {identities[identity]}")
        identities.setdefault(identity, file.name)
        label = (procedure.field, bare(procedure.label))
        if label in labels and procedure.label:
            yield within._at("label", f'"{procedure.label}" is also the label of {labels[label]}')
        labels.setdefault(label, file.name)
        for index, phrase in enumerate(procedure.phrases):
            key = bare(phrase)
            if phrases.get(key, file.name) != file.name:
                yield within._at(f"phrases[{index}]", f'"{phrase}" is claimed by {phrases[key]} too')
            phrases.setdefault(key, file.name)
        for index, code in enumerate(procedure.replaced_by):
            if code not in codes:
                yield within._at(f"replaced_by[{index}]", f"{code} is not in the catalogue")


def bare(text: str) -> str:
    """*text* without case and spare blanks, in one Unicode form: two phrases alike but for these are one."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())

