"""The short form of the chaos run on each database; the long one is ``python -m tests.chaos.telegram``."""

import random

import pytest

from tests.chaos.telegram import BOUNDARIES, plan_of, run


@pytest.mark.slow
def test_killed_again_and_again_nothing_is_lost_and_nothing_done_twice(database_url, tmp_path, monkeypatch):
    monkeypatch.setenv("BOT_LOG_LEVEL", "WARNING")
    mode = "webhook" if database_url.startswith("sqlite") else "polling"
    result = run(database_url, tmp_path, turns=60, kills=8, mode=mode)
    assert not result.wrong, str(result)
    assert set(BOUNDARIES) < set(result.kills)
    assert result.counts["visits"] + result.counts["complaints"] + result.counts["call-backs"] > 0


def test_the_long_form_kills_at_each_boundary_three_times():
    plan = plan_of(30, random.Random(1))
    assert len(plan) == 30
    assert all(plan.count(boundary) == 3 for boundary in BOUNDARIES)
