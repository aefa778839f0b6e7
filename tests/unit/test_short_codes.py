"""Codes that are read aloud: a slip of the tongue never passes, and a code that is taken is not given twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.short_codes import MOST_TRIES, find_code, keep_under_new_code, new_code, read_code, spoken


def test_a_code_is_read_however_it_is_written_down():
    code = new_code("H")
    assert {read_code(each) for each in (code, spoken(code), spoken(code).lower(), f" {code[:1]} {code[1:]} ", ".".join(code))} == {code}


def test_a_code_is_found_among_words_by_its_kind():
    order, ticket = new_code("B"), new_code("H")
    assert find_code("B", f"hủy đơn {spoken(order).lower()}, giữ lịch {ticket}") == order
    assert find_code("B", f"dời lịch {spoken(ticket)}") is None


def test_what_only_looks_like_a_code_among_words_is_none():
    code = new_code("B")
    wrong = f"{code[:5]}{(int(code[5]) + 1) % 10}{code[6]}"
    assert find_code("B", f"đơn {wrong}") is None
    assert find_code("B", f"mã x{code}") is None
    assert find_code("B", f"{wrong} không phải, là {code}") == code


@given(st.integers(1, 5), st.integers(1, 9))
def test_one_wrong_digit_never_passes(place, by):
    code = new_code("G")
    wrong = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1:]
    assert read_code(wrong) is None


@given(st.integers(1, 4))
def test_two_swapped_neighbours_never_pass(place):
    code = new_code("P")
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2:]
    assert swapped == code or read_code(swapped) is None


def test_a_code_that_is_taken_is_passed_over():
    tried: list[str] = []

    def keep(code: str) -> bool:
        tried.append(code)
        return len(tried) == MOST_TRIES

    assert keep_under_new_code("T", keep) == tried[-1]
    assert len(tried) == MOST_TRIES
    assert all(read_code(each) == each and each[0] == "T" for each in tried)


def test_when_all_are_taken_that_is_said():
    with pytest.raises(RuntimeError, match="kind G in a row were taken"):
        keep_under_new_code("G", lambda _: False)
