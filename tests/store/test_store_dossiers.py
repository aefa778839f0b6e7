"""Taking over an export: what is new is told, what is newer stays, what the export does not tell of stays too."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.dossiers.model import Changed, Dossier, Import
from bot.privacy.model import KEEP
from tests.store.acts import side_by_side

CODE = "000.00.14.H20-200703-0002"
ALL_TOLD = frozenset(Dossier.__slots__)


@pytest.fixture
def dossier(clock):
    return Dossier(CODE, "supplement", clock.now(), due_on=date(2026, 3, 1), missing=("giấy chứng sinh",), phone_last4="5678")


def update(store, dossiers, told=ALL_TOLD):
    with store.writing() as repositories:
        return repositories.dossiers.update(dossiers, told)


def held(store, code=CODE):
    with store.reading() as repositories:
        return repositories.dossiers.get(code)


def test_what_changed_is_told_with_what_was_before(store, dossier):
    later = replace(dossier, status="ready", as_of=dossier.as_of + timedelta(days=1), missing=())
    assert update(store, [dossier]).changes == (Changed(None, dossier),)
    again = update(store, [dossier])
    assert (again.changes, again.unchanged, again.older) == ((), 1, 0)
    (change,) = update(store, [later]).changes
    assert change == Changed(dossier, later)
    assert change.in_status
    assert held(store) == later


def test_an_older_export_changes_nothing(store, dossier):
    update(store, [dossier])
    older = update(store, [replace(dossier, status="ready", as_of=dossier.as_of - timedelta(minutes=1))])
    assert (older.changes, older.unchanged, older.older) == ((), 0, 1)
    assert held(store) == dossier


def test_told_again_later_without_anything_new_is_no_change_but_newer(store, dossier):
    later = replace(dossier, as_of=dossier.as_of + timedelta(days=1))
    update(store, [dossier])
    assert update(store, [later]).changes == ()
    assert held(store).as_of == later.as_of


def test_what_an_export_has_no_column_for_stays_and_words_of_a_status_go_with_it(store, dossier):
    update(store, [dossier])
    bare = Dossier(CODE, "in_progress", dossier.as_of + timedelta(days=1))
    update(store, [bare], frozenset(("status", "status_words")))
    assert held(store) == replace(bare, due_on=dossier.due_on, phone_last4="5678")
    update(store, [replace(bare, as_of=bare.as_of + timedelta(days=1))], frozenset(("status", "phone_last4")))
    assert held(store).phone_last4 is None


def test_a_batch_is_undone_with_its_transaction(store, dossier):
    def fails():
        with store.writing() as repositories:
            repositories.dossiers.update([dossier], ALL_TOLD)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        fails()
    assert held(store) is None


def test_two_imports_at_once_lose_nothing_and_fail_nothing(open_another, dossier):
    stores = [open_another() for _ in range(4)]
    many = [replace(dossier, code=f"H20.14-260101-{number:04}") for number in range(300)]
    updates = side_by_side([lambda store=store: update(store, many) for store in stores], workers=4)
    assert sum(len(each.changes) for each in updates) == len(many)
    assert sum(each.unchanged for each in updates) == 3 * len(many)


def test_second_facts_are_those_of_the_imports(store, clock):
    with store.writing() as repositories:
        assert repositories.dossiers.second_facts() == ()
        repositories.dossiers.record_import(Import(clock.now(), clock.now(), ("name",), 10, 1))
        repositories.dossiers.record_import(Import(clock.now(), clock.now(), ("phone", "name"), 10, 1))
        repositories.dossiers.record_import(Import(clock.now(), clock.now(), (), 10, 10))
    with store.reading() as repositories:
        assert repositories.dossiers.second_facts() == ("phone", "name")


def test_a_dossier_goes_when_no_export_has_told_of_it_for_its_time(store, clock, dossier):
    update(store, [dossier])
    clock.move_to(dossier.as_of + KEEP["dossier"])
    store.retention.run()
    assert held(store) is not None
    clock.move_to(clock.now() + timedelta(seconds=1))
    assert store.retention.run()["dossier"] == 1
    assert held(store) is None
