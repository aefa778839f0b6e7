"""The short form of the chaos run, each platform on each database; the long one is ``python -m tests.chaos``."""

import random

import pytest

from tests.chaos.run import BOUNDARIES, plan_of, run


@pytest.mark.slow
@pytest.mark.parametrize(("platform", "turns", "kills"), [("telegram", 60, 8), ("zalo-bot", 40, 6), ("zalo-oa", 40, 6)])
def test_killed_again_and_again_nothing_is_lost_and_nothing_done_twice(platform, turns, kills, database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("BOT_LOG_LEVEL", "WARNING")
    mode = "webhook" if database_url.startswith("sqlite") or platform == "zalo-oa" else "polling"
    result = run(database_url, tmp_path, platform=platform, turns=turns, kills=kills, mode=mode)
    assert not result.wrong, str(result)
    assert set(BOUNDARIES) < set(result.kills)
    assert result.counts["visits"] + result.counts["complaints"] + result.counts["call-backs"] > 0


def test_the_long_form_kills_at_each_boundary_three_times():
    plan = plan_of(30, random.Random(1))
    assert len(plan) == 30
    assert all(plan.count(boundary) == 3 for boundary in BOUNDARIES)
