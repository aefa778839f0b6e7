"""Days and hours as people say them. A day that cannot be taken at its word is asked about, never guessed.

``read_days`` gives every day named, in order, each either a date or a reason to ask; what a message with two of them
means is for the caller, who knows whether an old appointment is spoken of.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

from bot.search.folding import decoded, fold, tidy
from bot.understanding.words import table

HalfDay = Literal["morning", "afternoon"]

_NEXT_YEAR_AFTER = 150
"""A day and month gone by this long is next year's; one gone by lately is a slip, and asked about."""
_WORD = re.compile(r"[^\W_]+")
_GLUED_WEEKDAY = re.compile(r"\b(thu|thứ|t)\.?([2-7])\b")
_D = r"(?<![\w.,/\-])"
_NUMERIC = re.compile(
    rf"{_D}(?:ngay\s+)?(\d{{1,2}})\s?([/\-.])\s?(\d{{1,2}})(?:\s?[/\-.]\s?(\d{{4}}|\d{{2}}))?(?![\d/]|[\-.]\d|%)"
)
_SPELT = re.compile(rf"{_D}(?:(?:ngay|hom|bua)\s+)?(\d{{1,2}})\s+thang\s+(\d{{1,2}})(?:\s+nam\s+(\d{{4}}))?(?!\d)")
_DAY_OF = re.compile(rf"{_D}(?:ngay|hom|bua)\s+(\d{{1,2}})(?!\s?[\d/]|\s?-\s?\d|\w|\s+thang\s+\d)")
_AHEAD = re.compile(rf"{_D}(\d{{1,2}})\s+(ngay|bua|hom|tuan|thang)\s+(?:nua|toi nua)\b")
_ISO = re.compile(rf"{_D}(20\d\d)-(\d\d)-(\d\d)(?![\d-])")
_SEVERAL = re.compile(
    rf"{_D}(\d{{1,2}})\s*(?:,|-|\b(?:hoac|hay|den|toi|va|voi)\b)\s*(?:ngay\s+)?(\d{{1,2}})\s?[/\-]\s?(\d{{1,2}})(?![\d/])"
)
"""``27 hoặc 28/11``, ``25-27/11``: days that share their month."""
_SUN = re.compile(
    r"(?<![\d/.\-])(?:\b(?:ngày|ngay|mùng|mồng|mung|mong|bữa|hôm)\s+)?(\d{1,2})\s+(?:tây|dương lịch|duong lich)\b"
)
_SUN_MONTH = re.compile(r"\b(?:mùng|mồng|mung|mong)\s+(\d{1,2})\s+(?:tháng|thang)\s+(\d{1,2})\s+(?:tây|dương lịch|duong lich)\b")
"""Days said to be of the sun's calendar, though named as those of the moon's are (``mùng 2 tây``)."""
_MOON = re.compile(r"(?:\bngay\s+)?\b\d{1,2}(?:\s?/\s?\d{1,2})?\s+(?:am|ta)(?=\s*(?:$|[,.?!]|lich|nha|nhe|nghen))|\bngay\s+\d{1,2}\s+ta\b")
_MANY_YEARS = 2
"""A date written with a year this long gone is a birthday or an old paper's: no day to come on."""
_WEEKDAY = re.compile(r"\bthu\s+([2-7]|hai|ba|tu|nam|sau|bay)\b(?!\s*(?:trieu|nghin|ngan|dong|%))|\b(chua? nh[au]t|cn)\b")
_HOUR = re.compile(
    r"(?<![\w/.,\-])(\d{1,2})\s*(?:(?:h|g|gio)\s*(\d{2}(?!\d)|ruoi|kem\s+\d{1,2})?(?!\w)|:(\d{2})(?!\d))(?:\s*phut)?"
    r"|(?<![\w/.,\-])(\d{1,2})\s+(ruoi)\s+(?=sang|chieu)"
)


@dataclass(frozen=True)
class Named:
    """One day named: a date, or (``day`` is None) one that must be asked about; where it stands, and what stands
    before it.
    """

    day: date | None
    start: int
    end: int
    before: str


@dataclass(frozen=True)
class Hours:
    hour: tuple[int, int] | None
    half_day: HalfDay | None


@dataclass(frozen=True)
class _Line:
    """The message with its words decoded, beside the same without marks: letter stands over letter."""

    marked: str
    bare: str

    def marks(self, start: int, end: int) -> str:
        return self.marked[start:end]


def read_days(text: str, today: date) -> list[Named]:
    """Every day that *text* names, in order; the same day said twice (``thứ năm ngày 3/12``) counts once."""
    line = _line(text)
    found: list[Named] = []
    taken: list[tuple[int, int]] = []
    for start, end, day in _readings(line, today):
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        taken.append((start, end))
        found.append(Named(day, start, end, line.bare[max(0, start - 24) : start].strip()))
    return _agreed(sorted(found, key=lambda each: each.start), line)


def read_hours(text: str) -> Hours:
    """The one hour that *text* names, on the 24-hour clock, and the half of the day. Two different hours are none."""
    line = _line(_with_digits(text))
    half = _half_day(line)
    hours = {hour for match in _HOUR.finditer(line.bare) if (hour := _hour(match, line.bare, half)) is not None}
    return Hours(hours.pop() if len(hours) == 1 else None, half)


def without_days_and_hours(text: str, today: date) -> str:
    """*text*, in small letters, less every day and hour that it names."""
    line = _line(_with_digits(text))
    spans = [(start, end) for start, end, _ in _readings(line, today)]
    spans += [match.span() for match in _HOUR.finditer(line.bare)]
    spans += [match.span() for half in ("morning", "afternoon") for match in _pattern(half).finditer(line.bare)] if spans else []
    taken = {at for start, end in spans for at in range(start, end)}
    return "".join(" " if at in taken else each for at, each in enumerate(line.marked))


def last_hour(text: str) -> tuple[int, int] | None:
    """The last hour named: of a change, the new one."""
    line = _line(_with_digits(text))
    half = _half_day(line)
    hours = [hour for match in _HOUR.finditer(line.bare) if (hour := _hour(match, line.bare, half)) is not None]
    return hours[-1] if hours else None


@cache
def _sayings() -> Any:
    return table("dates.yaml")


@cache
def _pattern(key: str) -> re.Pattern[str]:
    """Any of the sayings under *key*, without marks, as whole words."""
    said = sorted({fold(str(each)) for each in _sayings()[key]}, key=lambda each: -len(each))
    return re.compile(
        r"\b(?:" + "|".join(re.escape(each).replace(r"\ ", r"\s+").replace(r"\.\.", r"\w+") for each in said) + r")\b"
    )


@cache
def _set(key: str) -> frozenset[str]:
    return frozenset(fold(str(each)) for each in _sayings()[key])


@cache
def _weekdays() -> dict[str, int]:
    names = {str(number): int(number) - 2 for number in range(2, 8)}
    return names | {fold(str(name)): int(number) - 2 for name, number in _sayings()["weekday_names"].items()}


def _line(text: str) -> _Line:
    marked = _GLUED_WEEKDAY.sub(r"thu \2", tidy(text).lower())
    marked = _WORD.sub(lambda match: decoded(match[0]), marked)
    marked = _number_words("ahead").sub(_figure, marked)
    marked = _spelt_numbers().sub(_spelt_figures, marked)
    marked = _SUN.sub(r"ngày \1", _SUN_MONTH.sub(r"ngày \1 tháng \2", marked))
    return _Line(marked, fold(marked))


def _readings(line: _Line, today: date) -> Iterable[tuple[int, int, date | None]]:
    """(start, end, day): what must be asked first, then dates in figures, weekdays, and days told from today."""
    bare = line.bare
    loose = [(match.start(), match.end()) for match in _pattern("loose").finditer(bare)]
    for match in _lunar(line):
        yield match.start(), match.end(), None
    for match in re.finditer(_MOON, bare):
        if line.marks(*match.span()).split()[-1] in ("am", "âm", "ta"):
            yield *match.span(), None
    for match in _ISO.finditer(bare):
        yield *match.span(), _dated(today, int(match[3]), int(match[2]), match[1])
    for match in _SEVERAL.finditer(bare):
        if 0 < int(match[1]) < int(match[2]) <= 31 and 0 < int(match[3]) <= 12:
            yield *match.span(), None
    for match in _SPELT.finditer(bare):
        yield *match.span(), _dated(today, int(match[1]), int(match[2]), match[3])
    for match in _NUMERIC.finditer(bare):
        if _is_date(match, bare, today):
            yield *match.span(), _dated(today, int(match[1]), int(match[3]), match[4])
    for match in _DAY_OF.finditer(bare):
        yield from _day_of_month(match, bare, today)
    for match in _AHEAD.finditer(bare):
        yield *match.span(), _ahead(today, int(match[1]), match[2])
    for match in re.finditer(r"\bnua thang nua\b", bare):
        if line.marks(*match.span()).startswith(("nửa", "nua")):
            yield *match.span(), today + timedelta(days=15)
    for match in _WEEKDAY.finditer(bare):
        if not _counts_things(line, match):
            yield _weekday(match, bare, today)
    for key, days in (("past", None), ("unclear", None), ("today", 0), ("tomorrow", 1), ("day_after", 2)):
        for match in _pattern(key).finditer(bare):
            if _marks_fit(line, match, key):
                yield *match.span(), None if days is None else today + timedelta(days=days)
    for match in re.finditer(r"\bmơi\b", line.marked):
        # Southern for mai; without its mark it is another word.
        yield *match.span(), today + timedelta(days=1)
    for key, days in (("tomorrow_bare", 1), ("day_after_bare", 2)):
        for match in _alone(line, key):
            if not any(start <= match.start() < end for start, end in loose):
                yield *match.span(), today + timedelta(days=days)


def _lunar(line: _Line) -> Iterable[re.Match[str]]:
    """The lunar calendar, with the figures beside it; marked ``mùng`` only, never ``mừng``."""
    pattern = rf"(?:ngay\s+)?(?:{_pattern('lunar').pattern})(?:\s+\d{{1,2}})?(?:\s+(?:thang\s+)?\w+)??(?:\s+am\s+lich)?"
    for match in re.finditer(rf"(?:\d{{1,2}}(?:[/\-]\d{{1,2}})?\s+)?{pattern}", line.bare):
        if _marks_fit(line, match, "lunar"):
            yield match


def _ahead(today: date, count: int, unit: str) -> date | None:
    """So many days, weeks or months from today; None where the month is too short for it."""
    if unit == "thang":
        months = today.month - 1 + count
        return _made(today.year + months // 12, months % 12 + 1, today.day, today)
    return today + timedelta(days=count * (7 if unit == "tuan" else 1))


def _is_date(match: re.Match[str], bare: str, today: date) -> bool:
    """Whether figures with a mark between are day and month: no decimal, no ``1/2`` of a thing, no span of days ``2-3
    ngày``, no house number (``số 12/5``), no birthday.
    """
    day, mark, month, year = int(match[1]), match[2], int(match[3]), match[4]
    if year is not None and len(year) == 4 and int(year) <= today.year - _MANY_YEARS:
        return False
    before = bare[: match.start()].split()[-1:]
    if year is None and before and before[0] in _set("not_date_after"):
        return False
    if match[0].startswith("ngay"):
        return True
    after = bare[match.end() :].split()[:1]
    if year is None and after and after[0].strip(",.?!") in _set("after_fraction"):
        return False
    if mark == "." and year is None:
        return len(match[1]) + len(match[3]) >= 3 and 0 < day <= 31 and 0 < month <= 12
    if year is None and (day, month) == (24, 7):
        return False
    return day > 0 and month > 0


def _dated(today: date, day: int, month: int, year: str | None) -> date | None:
    """The date, this year's or next year's; None where there is no such day or it is past."""
    if year is not None:
        return _made(int(year) + (2000 if len(year) == 2 else 0), month, day, today)
    this_year = _made(today.year, month, day, date.min)
    if this_year is not None and (today - this_year).days > _NEXT_YEAR_AFTER:
        return _made(today.year + 1, month, day, today)
    return this_year if this_year is not None and this_year >= today else None


def _made(year: int, month: int, day: int, earliest: date) -> date | None:
    try:
        made = date(year, month, day)
    except ValueError:
        return None
    return made if made >= earliest else None


def _day_of_month(match: re.Match[str], bare: str, today: date) -> Iterable[tuple[int, int, date | None]]:
    """``ngày 28`` (this month, or the next when it is over), ``ngày 5 tháng sau``; ``5 ngày`` of a span is none."""
    day, after = int(match[1]), bare[match.end() :]
    lead = len(after) - len(after.lstrip())
    following = _pattern("next_month").match(after.lstrip())
    month = following or _pattern("this_month").match(after.lstrip())
    end = match.end() + (lead + month.end() if month else 0)
    if not 0 < day <= 31:
        yield match.start(), end, None
    elif following or (month is None and day < today.day and match[0].startswith("ngay")):
        yield match.start(), end, _made(today.year + today.month // 12, today.month % 12 + 1, day, today)
    else:
        yield match.start(), end, _made(today.year, today.month, day, today)


def _counts_things(line: _Line, match: re.Match[str]) -> bool:
    """``lần thứ hai``, ``người thứ ba``: an order, not a weekday."""
    before = line.bare[: match.start()].split()[-1:]
    if before and before[0] in _set("not_weekday_after"):
        return True
    said = line.marks(match.start(), match.end())
    if match[2] is not None:
        return said.startswith("chưa")
    return not said.startswith(("thứ", "thu", "thư", "thử"))


def _weekday(match: re.Match[str], bare: str, today: date) -> tuple[int, int, date | None]:
    wanted = 6 if match[2] else _weekdays()[match[1]]
    after = bare[match.end() :]
    lead = len(after) - len(after.lstrip())
    monday = today - timedelta(days=today.weekday())
    for key, weeks in (("week_after_next", 2), ("next_week", 1), ("this_week", 0)):
        said = _pattern(key).match(after.lstrip())
        if said is not None:
            day = monday + timedelta(days=7 * weeks + wanted)
            return match.start(), match.end() + lead + said.end(), day if day >= today else None
    before = bare[: match.start()].rstrip()
    for key, weeks in (("week_after_next", 2), ("next_week", 1), ("this_week", 0)):
        if any(said.end() == len(before) for said in _pattern(key).finditer(before)):
            day = monday + timedelta(days=7 * weeks + wanted)
            return match.start(), match.end(), day if day >= today else None
    ahead = (wanted - today.weekday()) % 7
    soon = _pattern("soon").match(after.lstrip())
    end = match.end() + (lead + soon.end() if soon else 0)
    if ahead == 0:
        # Today's own weekday, said bare, may be today or a week from now.
        return match.start(), end, None
    return match.start(), end, today + timedelta(days=ahead)


def _marks_fit(line: _Line, match: re.Match[str], key: str) -> bool:
    """Whether the marks typed are those of a saying under *key* (``ngày mai``, not ``ngày mài``); bare typing fits
    always.
    """
    said = line.marks(*match.span())
    if said == match[0]:
        return True
    meant = {name for each in _sayings()[key] for name in str(each).split() if fold(name) != name}
    plain = {fold(name) for name in meant}
    return all(each in meant or fold(each) == each or fold(each) not in plain for each in said.split())


def _alone(line: _Line, key: str) -> Iterable[re.Match[str]]:
    """``mai`` and ``mốt`` by themselves: they need company that a day would keep, for ``mai táng`` and ``một`` are
    other words.
    """
    name = str(_sayings()[key])
    for match in re.finditer(rf"\b{fold(name)}\b", line.bare):
        said = line.marks(*match.span())
        if said not in (name, fold(name)) or (said != name and line.marked != line.bare and name != fold(name)):
            continue
        before, after = line.bare[: match.start()].split()[-1:], _WORD.findall(line.bare[match.end() :])[:1]
        if before and before[0] in _set("never_before_bare"):
            continue
        if said == name != fold(name):
            yield match
        elif after and after[0] not in _set("after_bare"):
            continue
        elif (
            not before
            or before[0] in _set("before_bare")
            or (after and name == fold(name))
            or before[0].endswith((",", "."))
        ):
            yield match


def _agreed(found: list[Named], line: _Line) -> list[Named]:
    """A weekday and a date that agree are one day; ``bữa nay thứ bảy`` is today."""
    kept: list[Named] = []
    for each in found:
        last = kept[-1] if kept else None
        if last is None or each.start - last.end > 8:
            kept.append(each)
            continue
        weekday = [part for part in (last, each) if _WEEKDAY.match(line.bare[part.start : part.end])]
        dated = [part for part in (last, each) if part not in weekday and part.day is not None]
        if len(weekday) == 1 and len(dated) == 1 and dated[0].day is not None:
            name = _WEEKDAY.match(line.bare[weekday[0].start : weekday[0].end])
            wanted = 6 if name and name[2] else _weekdays()[name[1]] if name else -1
            same = dated[0].day.weekday() == wanted
            kept[-1] = Named(dated[0].day if same else None, last.start, each.end, last.before)
        elif each.day == last.day and each.day is not None:
            kept[-1] = Named(each.day, last.start, each.end, last.before)
        else:
            kept.append(each)
    return kept


@cache
def _number_words(key: str) -> re.Pattern[str]:
    """A number in words before any of the sayings under *key*."""
    said = {each for name in _sayings()["numbers"] for each in (str(name), fold(str(name)))}
    after = {each for name in _sayings()[key] for each in (str(name), fold(str(name)))}
    numbers = "|".join(sorted(said, key=lambda each: -len(each)))
    return re.compile(rf"\b({numbers})(?=\s+(?:{'|'.join(sorted(after))})\b)")


def _figure(match: re.Match[str]) -> str:
    return {fold(str(name)): str(value) for name, value in _sayings()["numbers"].items()}[fold(match[0])]


@cache
def _spelt_numbers() -> re.Pattern[str]:
    """Numbers in words where a date stands: beside ``tháng``, or ten and more behind ``ngày`` (``ngay mot`` is another day)."""
    said = sorted(_to_31(), key=lambda each: -len(each))
    large = [each for each in said if int(_to_31()[each]) >= 10]
    months = [each for each in said if each != "sau"]  # tháng sau: the next one
    lead, month = _either("day_words"), _either("month_words")
    return re.compile(
        rf"\b(?P<lead>{lead}\s+)?(?P<day>{'|'.join(said)}|\d{{1,2}})\s+(?P<of>{month})\s+(?P<month>{'|'.join(months)})\b"
        rf"|\b(?P<lead2>{lead}\s+)(?P<day2>{'|'.join(large)})\b"
        rf"|\b(?P<day3>{'|'.join(large)})(?=\s+{month}\s+\d)"
    )


def _either(key: str) -> str:
    """A pattern for any of the words under *key*, with their marks or without."""
    return "(?:" + "|".join(sorted({form for each in _sayings()[key] for form in (str(each), fold(str(each)))})) + ")"


@cache
def _to_31() -> dict[str, str]:
    """``hai mươi lăm``, ``hai lăm``, ``hai muoi lam`` -> ``25``."""
    units = {str(name): int(value) for name, value in _sayings()["numbers"].items() if int(value) < 10}
    ends = {**units, "mốt": 1, "lăm": 5, "nhăm": 5}
    said = {**units, "mười": 10} | {f"mười {name}": 10 + value for name, value in ends.items() if name != "mốt"}
    for tens, ten in (("hai", 20), ("ba", 30)):
        said |= {f"{tens} mươi": ten} | {f"{tens} mươi {name}": ten + value for name, value in ends.items()}
        said |= {f"{tens} {name}": ten + value for name, value in (("mốt", 1), ("lăm", 5), ("nhăm", 5), ("tư", 4))}
    kept = {name: value for name, value in said.items() if value <= 31}
    return {form: str(value) for name, value in kept.items() for form in (name, fold(name))}


def _spelt_figures(match: re.Match[str]) -> str:
    number = _to_31()
    if match["day"]:
        day = number.get(match["day"], match["day"])
        return f"{match['lead'] or ''}{day} {match['of']} {number[match['month']]}"
    if match["day2"]:
        return f"{match['lead2']}{number[match['day2']]}"
    return number[match["day3"]]


def _with_digits(text: str) -> str:
    """``tám giờ rưỡi`` -> ``8 giờ rưỡi``."""
    return _number_words("of_hours").sub(_figure, tidy(text).lower())


def _half_day(line: _Line) -> HalfDay | None:
    """Morning or afternoon; None when both are named or neither. A bare ``sang`` needs company: it is also *across*."""
    halves: set[HalfDay] = set()
    for match in _pattern("morning").finditer(line.bare):
        said, after = line.marks(*match.span()), line.bare[match.end() :].split()[:1]
        with_company = bool(after) and (after[0] in _set("morning_company") or after[0][:1].isdigit())
        before = line.bare[: match.start()].split()[-1:]
        if said == match[0] and before and before[0] in _set("not_morning_after"):
            continue
        if said == match[0] == "sang" and _pattern("moving").search(line.bare[: match.start()]) and before[0] not in ("qua", "sang", "vao"):
            # "đổi lịch sang 27/11": across to that day, not its morning.
            continue
        if (
            "á" in said
            or match[0].startswith("buoi")
            or (said == match[0] and line.marked == line.bare and with_company)
            or (
                said == match[0]
                and before
                and (before[0] in ("gio", "ruoi") or (before[0][-1:] == "h" and before[0][:1].isdigit()))
            )
        ):
            halves.add("morning")
    for match in _pattern("afternoon").finditer(line.bare):
        if line.marks(*match.span()) in (match[0], "chiều", "buổi chiều"):
            halves.add("afternoon")
    return halves.pop() if len(halves) == 1 else None


def _hour(match: re.Match[str], bare: str, half: HalfDay | None) -> tuple[int, int] | None:
    """Hour and minute; one to five without a word about the half of the day is the afternoon's: no desk is open at
    night.
    """
    hour = int(match[1] or match[4])
    rest = match[2] or match[3] or match[5] or ""
    minute = 30 if rest == "ruoi" else 0 if not rest or rest.startswith("kem") else int(rest)
    tail = bare[match.end() : match.end() + 12].split()[:1]
    said = tail[0].strip(",.?!") if tail else ""
    if hour < 12 and (
        said in ("chieu", "toi")
        or (hour < 6 and said != "sang" and (half == "afternoon" or said == "trua" or half is None))
    ):
        hour += 12
    if hour < 7 and half == "afternoon":
        hour += 12
    if rest.startswith("kem"):
        minutes = hour * 60 - int(rest.split()[1])
        hour, minute = divmod(minutes, 60)
    return (hour, minute) if 0 <= hour < 24 and 0 <= minute < 60 else None


@cache
def moving_words() -> tuple[frozenset[str], tuple[str, ...]]:
    """Words before a new day, and before an old one, of an appointment that is moved."""
    return _set("new_day_after"), tuple(_set("old_day_after"))


@cache
def leading_words() -> frozenset[str]:
    """Words that may stand between a word of moving and the day."""
    return _set("before_new_day")
