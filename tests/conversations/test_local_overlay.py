"""What the office has filled in itself is what citizens hear: its fee with decision and date, its time, its counter, its forms."""

from dataclasses import replace
from datetime import date

import pytest

from bot.bootstrap import Application
from bot.catalog.model import FeeItem, Instrument, LocalEntry, Source, TimeLimit
from bot.offices.model import BankAccount
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.store.crypto import Keys
from bot.store.engine import open_store
from tests.conversations.conftest import SATURDAY, Conversation, SetClock

BIRTH, MARRIAGE = "1.001193", "1.000894"
DECIDED = Source("office", Instrument("12/2026/NQ-HĐND", date(2026, 2, 1)))
FEE = FeeItem(8000, None, DECIDED, condition="đăng ký trễ hạn")


@pytest.fixture
def talk(tmp_path, knowledge):
    opened = []

    def begin(*entries, **town):
        clock, url = SetClock(SATURDAY), f"sqlite:///{tmp_path / 'conversation.db'}"
        store = open_store(url, Keys.load(url, {}), clock)
        own = replace(load_town(sample_dir()), local={each.code: each for each in entries}, **town)
        opened.append(Conversation(Application(knowledge, own, store, clock), clock))
        return opened[-1]

    yield begin
    for each in opened:
        each.close()
        each.application.store.close()


def ask(conversation, code, question):
    """By its code first, so that nothing here hangs on how well words are searched."""
    conversation.say(code)
    conversation.say(question)


def test_the_offices_fee_is_told_with_its_decision_and_date(talk):
    conversation = talk(LocalEntry(BIRTH, (FEE,)))
    ask(conversation, BIRTH, "phi bao nhieu")
    assert "8.000 đồng, đăng ký trễ hạn (theo 12/2026/NQ-HĐND ngày 01/02/2026)." in conversation.text
    assert "Quy định chung: Khai sinh đúng hạn thì khỏi lệ phí." in conversation.text
    assert "chưa báo mức" not in conversation.text
    assert "Nhờ cán bộ gọi lại" not in conversation.text


def test_without_an_overlay_the_published_answer_stands(talk):
    conversation = talk()
    ask(conversation, BIRTH, "phi bao nhieu")
    assert "8.000" not in conversation.text
    assert "Trung tâm chưa báo mức cụ thể." in conversation.text


def test_what_costs_nothing_here_is_told_with_its_decision(talk):
    conversation = talk(LocalEntry(BIRTH, (replace(FEE, amount=0, condition=None),)))
    ask(conversation, BIRTH, "phi bao nhieu")
    assert "không mất phí, lệ phí (theo 12/2026/NQ-HĐND ngày 01/02/2026)." in conversation.text


def test_a_fee_that_is_over_is_told_no_more(talk):
    conversation = talk(LocalEntry(BIRTH, (replace(FEE, until=date(2026, 11, 20)),)))
    ask(conversation, BIRTH, "phi bao nhieu")
    assert "8.000" not in conversation.text


def test_the_shorter_time_is_told_first_and_the_published_one_after_it(talk):
    conversation = talk(LocalEntry(MARRIAGE, time=TimeLimit(4, "working_hour", DECIDED)))
    ask(conversation, MARRIAGE, "may ngay xong")
    assert ": 4 giờ làm việc (theo 12/2026/NQ-HĐND ngày 01/02/2026)." in conversation.text
    assert "Quy định chung: " in conversation.text
    conversation.say(MARRIAGE)
    assert "xong trong 4 giờ làm việc" in conversation.text


def test_the_counter_and_the_post_are_told_with_the_place(talk):
    conversation = talk(LocalEntry(BIRTH, counter="xa_mau_mot/q3", by_post=False))
    ask(conversation, BIRTH, "nop o dau")
    assert "Nộp tại Quầy 3, " in conversation.text
    assert "không nhận hồ sơ này qua bưu điện" in conversation.text
    assert "Gửi qua bưu điện cũng được" not in conversation.text


def test_a_visit_is_booked_at_the_counter_that_the_office_named(talk):
    conversation = talk(LocalEntry(BIRTH, counter="xa_mau_mot/q3"))
    town, procedure = conversation.application.town, conversation.application.knowledge.catalog.get(BIRTH, date(2026, 11, 21))
    first, second = town.centres
    assert [each.id for each in town.counters_for(first, procedure)] == ["q3"]
    assert [each.id for each in town.counters_for(second, procedure)] == ["q1", "q2"]


def test_forms_at_the_counter_are_as_the_office_says_last(talk):
    conversation = talk(LocalEntry(BIRTH, form_at_counter=False))
    ask(conversation, BIRTH, "mau to khai")
    assert "không có sẵn mẫu này" in conversation.text


def test_paying_tells_the_offices_fee_of_the_procedure_in_hand(talk):
    conversation = talk(LocalEntry(BIRTH, (FEE,)))
    ask(conversation, BIRTH, "phi bao nhieu")
    conversation.press("Đóng tiền cách nào")
    assert conversation.place == "pay_fee.how"
    assert "8.000 đồng" in conversation.text
    assert "Chuyển khoản" not in conversation.text


def test_the_account_is_told_only_where_the_office_has_switched_it_on(talk):
    conversation = talk(bank=BankAccount("Ngân hàng Mẫu", "0123456789", "UBND xã Mẫu"))
    conversation.say("dong le phi bang cach nao")
    assert "Ngân hàng Mẫu, số 0123456789, tên UBND xã Mẫu." in conversation.text
    assert "Ai đưa tài khoản khác thì đừng chuyển" in conversation.text


def test_citizens_are_addressed_as_the_office_chooses(talk):
    conversation = talk(address_word="ông/bà")
    conversation.say("menu")
    conversation.say("asdfgh")
    assert "anh/chị" not in conversation.text.lower()
    assert "ông/bà" in conversation.text.lower()


def test_the_log_of_guidance_names_the_overlays_version(talk):
    conversation = talk(LocalEntry(BIRTH, (FEE,)))
    ask(conversation, BIRTH, "phi bao nhieu")
    with conversation.repositories() as repositories:
        told = list(repositories.guidance.between(SATURDAY.replace(hour=0), SATURDAY.replace(year=2027)))
    assert {"+" in each.catalogue_version for each in told} == {True}
