"""Prices of the post: only what the table holds on that day, never a guess."""

from dataclasses import replace
from datetime import date

import pytest

from bot.postal.prices import Price, PriceTable, Quote, Relief, Zone, quote, zone_of

DAY = date(2026, 3, 2)
SET = {"number": "12/QĐ-MẪU", "dated": date(2025, 12, 20)}
NEAR, PROVINCE, FAR = "30001", "87", "01"
"""A commune named in the table; the province it lies in; another province."""

ZONES = (
    Zone("rest", "Tỉnh khác", rest=True),
    Zone("province", "Trong tỉnh", provinces=frozenset({PROVINCE})),
    Zone("near", "Xã gần", communes=frozenset({NEAR})),
)
STEPS = (
    Price("near", 500, 29_000, start=date(2026, 1, 1), **SET),
    Price("near", 100, 26_000, start=date(2026, 1, 1), **SET),
    Price("province", 100, 30_001, start=date(2026, 1, 1), until=date(2026, 6, 30), **SET),
    Price("province", 100, 33_000, start=date(2026, 7, 1), **SET),
)
RELIEFS = (
    Relief("mother", "Mẹ VNAH", 100, "Bằng", start=date(2018, 1, 1), **SET),
    Relief("poor", "Hộ nghèo", 50, "Sổ hộ nghèo", start=date(2018, 1, 1), until=date(2026, 12, 31), **SET),
)
TABLE = PriceTable(ZONES, STEPS, RELIEFS)


def amount(commune="40000", province=PROVINCE, day=DAY, relief=None, grams=1, table=TABLE):
    found = quote(table, commune, province, day, relief, grams)
    return found and found.amount


@pytest.mark.parametrize(("commune", "province", "zone"), [
    (NEAR, PROVINCE, "near"), ("40000", PROVINCE, "province"), ("00004", FAR, "rest"), (NEAR, FAR, "near"),
])
def test_the_narrower_zone_wins_whatever_the_order_of_the_table(commune, province, zone):
    for zones in (ZONES, ZONES[::-1]):
        assert zone_of(PriceTable(zones), commune, province).id == zone


def test_a_place_in_no_zone_has_no_price():
    table = replace(TABLE, zones=ZONES[1:])
    assert zone_of(table, "00004", FAR) is None
    assert amount("00004", FAR, table=table) is None
    assert amount(table=table) == 30_001


def test_an_empty_table_answers_nothing():
    assert quote(PriceTable(), NEAR, PROVINCE, DAY) is None


def test_a_zone_without_steps_has_no_price_and_takes_no_other_zones():
    assert amount("00004", FAR) is None


@pytest.mark.parametrize(("grams", "expected"), [(1, 26_000), (100, 26_000), (101, 29_000), (500, 29_000), (501, None)])
def test_the_smallest_step_that_holds_the_weight_counts(grams, expected):
    assert amount(NEAR, grams=grams) == expected


@pytest.mark.parametrize(("day", "expected"), [
    (date(2025, 12, 31), None), (date(2026, 1, 1), 30_001), (date(2026, 6, 30), 30_001), (date(2026, 7, 1), 33_000),
    (date(2031, 1, 1), 33_000),
])
def test_a_price_counts_from_its_first_day_to_its_last(day, expected):
    assert amount(day=day) == expected


@pytest.mark.parametrize(("relief", "expected"), [(None, 30_001), ("mother", 0), ("poor", 15_000)])
def test_a_relief_is_taken_off_in_whole_dong_and_never_rounded_up(relief, expected):
    assert amount(relief=relief) == expected


def test_half_of_an_even_price_is_half():
    assert amount(NEAR, relief="poor") == 13_000


@pytest.mark.parametrize(("relief", "day"), [("nobody", DAY), ("poor", date(2027, 1, 1)), ("", DAY)])
def test_a_relief_that_does_not_count_gives_no_price_instead_of_the_full_one(relief, day):
    assert amount(day=day) is not None
    assert amount(day=day, relief=relief) is None


def test_a_quote_says_what_it_was_made_of():
    assert quote(TABLE, NEAR, PROVINCE, DAY, "poor") == Quote(
        13_000, 26_000, "Xã gần", 100, "12/QĐ-MẪU", date(2025, 12, 20), "Hộ nghèo",
    )
    assert quote(TABLE, NEAR, PROVINCE, DAY).relief is None
