"""The short form of the imports' chaos on each database; the long one is ``python -m tests.chaos.imports``."""

import random
from collections import Counter
from datetime import date

import pytest

from tests.chaos.imports import ANY_MOMENT, OF_AN_IMPORT, Notice, Told, judge, plan, run

READY, SUPPLEMENT = Told(7, "H20.14-260928-0001", "ready", None), Told(7, "H20.14-260928-0002", "supplement", date(2026, 10, 16))
SENT, HELD = Notice(1, READY, "xong", "sent"), Notice(2, SUPPLEMENT, "bổ sung", "held")
EXPECTED, ARRIVED = Counter((READY, SUPPLEMENT)), Counter({(7, "xong"): 1})


@pytest.mark.slow
def test_no_notice_is_sent_twice_and_none_lost_over_kills_of_imports_and_workers(database_url, tmp_path):
    result = run(database_url, tmp_path, kills=8, followers=24, dossiers=24)
    assert not result.wrong, str(result)
    assert result.kills.total() == 8
    assert result.counts["notices"] == result.counts["events to tell"] > 50
    assert result.counts["arrived"] + result.counts["of them not there"] == result.counts["notices"]


@pytest.mark.parametrize("there", [0, 1])
def test_a_held_notice_may_have_arrived_or_not(there):
    assert list(judge(EXPECTED, [SENT, HELD], ARRIVED + Counter({(7, "bổ sung"): there}), {2})) == []


@pytest.mark.parametrize(("notices", "arrived", "listed", "says"), [
    ([SENT], ARRIVED, set(), "was queued 1 times too few"),
    ([SENT, HELD, SENT._replace(id=3)], ARRIVED, {2}, "was queued 1 times too many"),
    ([SENT, HELD], Counter({(7, "xong"): 2}), {2}, "notice 1 is sent, and arrived 2 times"),
    ([SENT, HELD], Counter(), {2}, "notice 1 is sent, and arrived 0 times"),
    ([SENT, HELD], ARRIVED + Counter({(7, "bổ sung"): 2}), {2}, "notice 2 is held, and arrived 2 times"),
    ([SENT, HELD], ARRIVED, set(), "notice 2 is held, and not listed as unknown"),
    ([SENT, HELD], ARRIVED, {1, 2}, "notice 1 is sent, and listed as unknown"),
    ([SENT, HELD._replace(state="due")], ARRIVED, set(), "notice 2 is due: nobody was told"),
    ([SENT, HELD._replace(state="dropped")], ARRIVED, set(), "notice 2 is dropped: nobody was told"),
    ([SENT, HELD], ARRIVED + Counter({(7, "chào"): 1}), {2}, "chat 7 got what nobody queued: chào"),
])
def test_the_judge_sees_each_breach(notices, arrived, listed, says):
    assert [each for each in judge(EXPECTED, notices, arrived, listed) if says in each]


def test_every_death_is_dealt_out_and_those_that_need_fresh_notices_come_first():
    class Mortal:
        def __init__(self):
            self.plan = []

    mortals = [Mortal(), Mortal()]
    plan(mortals, OF_AN_IMPORT, 31, random.Random(1))
    assert sorted(len(each.plan) for each in mortals) == [15, 16]
    dealt = [place for each in mortals for place in each.plan]
    assert set(dealt) == {*OF_AN_IMPORT, ANY_MOMENT}
    for each in mortals:
        assert each.plan == sorted(each.plan, key=lambda place: place != "queued")
