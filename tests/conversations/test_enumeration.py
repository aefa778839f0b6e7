"""Guessed codes, from one citizen and from many: nothing of any dossier is told, and every refusal has the same words.

Ten thousand of them, judged alike and timed, are ``python -m tests.benchmarks.enumeration``.
"""

from collections import Counter

import pytest

from bot.bootstrap import Application
from bot.clock import SetClock
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.store import Keys, open_store
from tests.benchmarks.enumeration import A_CITIZEN_MAY, KINDS, NOW, SECRETS, citizens, fill, guess, said
from tests.conftest import ON_POSTGRES

GUESSES = 1_500


@pytest.fixture
def application(database_url, knowledge):
    keys = Keys.load(database_url, {} if database_url.startswith("sqlite") else ON_POSTGRES)
    with open_store(database_url, keys, SetClock(NOW)) as store:
        made = Application(knowledge, load_town(sample_dir()), store, SetClock(NOW))
        fill(made, GUESSES)
        yield made


@pytest.mark.slow
def test_many_citizens_who_guess_learn_nothing(application):
    guesses = list(guess(application, GUESSES, citizens(application, GUESSES // A_CITIZEN_MAY)))
    assert Counter(each.kind for each in guesses if each.refused is not None).keys() == set(KINDS)
    assert len({said(each.asked, each.code) for each in guesses}) == 1
    refusals = {said(each.refused, each.code) for each in guesses}
    assert len(refusals) == 1
    assert not [word for word in SECRETS for text, *_ in refusals if word in text]


@pytest.mark.slow
def test_one_citizen_who_guesses_is_soon_locked_out_and_learns_nothing(application):
    guesses = list(guess(application, GUESSES, citizens(application, 1)))
    assert [each.refused is not None for each in guesses] == [True] * A_CITIZEN_MAY + [False] * (GUESSES - A_CITIZEN_MAY)
    assert len({said(each.asked, each.code) for each in guesses[A_CITIZEN_MAY:]}) == 1
    assert len({said(each.refused, each.code) for each in guesses[:A_CITIZEN_MAY]}) == 1
