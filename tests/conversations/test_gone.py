"""What is no longer in the national list, what has taken its place, and what nobody has checked for too long."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import __main__ as program
from bot.bootstrap import Application, load_knowledge
from bot.catalog.model import Procedure
from bot.catalog.reader import catalog_dir
from bot.clock import SetClock, aware, today
from bot.flows.check_readiness import after_ticking
from bot.flows.find_procedure import tell
from bot.offices.reader import load_town
from bot.sample import sample_dir
from bot.server import state_of
from bot.store.crypto import Keys
from bot.store.engine import open_store
from tests.catalog.test_reader import GOOD, another, changed, put
from tests.conversations.conftest import SATURDAY, Conversation

GONE = "không còn trong danh mục quốc gia"
ASK_FIRST = "Trước khi đi, anh/chị gọi 0298 0000 000 hỏi lại."
OVERDUE = "đã quá hạn kiểm lại"


# -- gone from the national list --------------------------------------------------------------------------------------------


def test_the_first_answer_begins_with_it_and_the_phone_and_the_papers_follow(conversation):
    conversation("""
        citizen: 2.002481 can giay gi
        bot: Thủ tục này không còn trong danh mục quốc gia (bản tháng 07/2026). Trước khi đi, anh/chị gọi 0298 0000 000 hỏi lại.
            Chuyển trường cấp 2: … Đem theo: … 1) … Theo …
    """)
    assert conversation.text.startswith("Thủ tục này không còn")
    assert conversation.last[0].procedure == "2.002481"
    assert conversation.last[0].facet == "documents"


def test_it_is_said_once_about_each_procedure(conversation):
    """By words or by buttons, with another one in between, through ticking papers and back."""
    assert GONE in said(conversation, "2.002481 can giay gi")
    for words in ("mấy ngày xong", "lệ phí?", "2.002481 nộp ở đâu", "2.002481.000.00.00.H51 phí bao nhiêu"):
        assert GONE not in said(conversation, words), words
        assert conversation.last[0].procedure == "2.002481"
    assert GONE in said(conversation, "1.004552 can giay gi"), "another one has a warning of its own"
    assert GONE not in said(conversation, "2.002481 các bước")
    conversation.press("Giấy tờ cần đem")
    assert GONE not in conversation.text
    conversation.press("Kiểm xem đủ giấy chưa")
    assert GONE not in conversation.text
    conversation.say("hủy")
    assert GONE not in said(conversation, "2.002481 mấy ngày")


def test_another_citizen_hears_it_too(conversation):
    said(conversation, "2.002481 can giay gi")
    conversation.user = "another"
    assert GONE in said(conversation, "2.002481 phí bao nhiêu")


def test_who_begins_with_another_facet_hears_it_there(conversation):
    assert conversation.say("2.002481 phí bao nhiêu")[0].text.startswith("Thủ tục này không còn")


def test_ticking_papers_begins_with_it_where_it_was_not_said(conversation):
    """However it is come to: a button may lead straight there."""
    with conversation.repositories() as repositories:
        world = conversation.application.world(1, "terminal", repositories)
        say = after_ticking({"procedure": "2.002481"}, world)
        assert say.fields["warning"].startswith("Thủ tục này không còn")
        assert after_ticking({**say.topic}, world).fields["warning"] == ""


def test_a_card_to_forward_always_bears_it(conversation):
    """Who gets it has not heard the conversation."""
    conversation.say("2.002481 can giay gi")
    conversation.press("Tin gọn để giữ, gửi người nhà")
    assert conversation.text.startswith("Thủ tục này không còn")
    assert ASK_FIRST in conversation.text
    assert GONE not in said(conversation, "mấy ngày xong")


@pytest.mark.parametrize("facet", ["summary", "documents", "fee", "time", "where", "online", "steps", "form"])
def test_every_entry_that_is_gone_begins_so_whatever_is_asked(conversation, facet):
    gone = [each for each in in_catalogue(conversation) if not each.in_national_list and not each.replaced_by]
    assert len(gone) > 50
    for procedure in gone:
        body = told(conversation, {"procedure": procedure.code, "facet": facet})
        assert body.startswith("Thủ tục này không còn"), procedure.code
        assert ASK_FIRST in body, procedure.code
        assert GONE not in told(conversation, {"procedure": procedure.code, "facet": facet, "warned": [procedure.code]})


def test_what_is_in_the_list_and_in_force_has_no_such_line(conversation):
    for procedure in in_catalogue(conversation):
        if procedure.in_national_list and not procedure.replaced_by:
            assert GONE not in told(conversation, {"procedure": procedure.code}), procedure.code


# -- replaced ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["2.001044", "2.001044.000.00.00.H51", "2.001044.000.00.00.h51", "mã 2.001044.000.00.00.H14"])
def test_the_successors_answer_is_given_and_that_is_said(conversation, code):
    conversation.say(f"{code} can giay gi")
    assert conversation.text.startswith(
        '"Hợp đồng động sản chứng ở huyện (cũ)" (mã 2.001044) không còn trong danh mục quốc gia. Nay làm theo thủ tục sau đây.\n'
        "Chứng thực hợp đồng nhà đất, xe: "
    )
    assert conversation.last[0].procedure == "2.001035"
    assert GONE not in said(conversation, "mấy ngày xong")
    assert conversation.last[0].procedure == "2.001035"


def test_who_asked_for_the_successor_first_is_still_told_of_the_old_one(conversation):
    assert GONE not in said(conversation, "2.001035 can giay gi")
    assert GONE in said(conversation, "2.001044 mấy ngày xong")
    assert GONE not in said(conversation, "2.001044 phí bao nhiêu")


def test_every_replaced_entry_is_answered_by_one_that_stands(conversation):
    replaced = [each for each in in_catalogue(conversation) if each.replaced_by]
    assert replaced
    for procedure in replaced:
        body = told(conversation, {"procedure": procedure.code})
        assert body.startswith(f'"{procedure.label}" (mã {procedure.code}) {GONE}.'), procedure.code
        assert body.count(GONE) == 1, f"{procedure.code}: its successor is gone as well"


@pytest.fixture
def own_catalogue(tmp_path: Path) -> Iterator[Callable[..., Conversation]]:
    """``own_catalogue(file=source, …)``: a conversation on a catalogue made of these files."""
    folder = tmp_path / "catalogue"
    folder.mkdir()
    (folder / "fields.yaml").write_text("mau: Giấy mẫu\n", "utf-8")
    shutil.copy(catalog_dir() / "holidays.yaml", folder)
    opened = []

    def make(**files: str) -> Conversation:
        for name, source in files.items():
            put(folder, f"mau/{name}", source)
        clock, url = SetClock(SATURDAY), f"sqlite:///{tmp_path / 'own.db'}"
        store = open_store(url, Keys.load(url, {}), clock)
        opened.append(Conversation(Application(load_knowledge(folder), load_town(sample_dir()), store, clock), clock))
        return opened[-1]

    yield make
    for talk in opened:
        talk.application.store.close()
        talk.close()


def test_a_chain_of_successors_is_followed_to_its_end(own_catalogue):
    first = changed(("in_national_list: yes", "in_national_list: no\nreplaced_by: [1.999998]"))
    second = another().replace("in_national_list: yes", "in_national_list: no\nreplaced_by: [1.999997]")
    third = another(code="1.999997", label="Xin giấy nay", words="kiểu nay")
    talk = own_catalogue(a=first, b=second, c=third)
    talk.say("1.999999 can giay gi")
    assert talk.last[0].procedure == "1.999997"
    assert talk.text.startswith('"Xin giấy mẫu" (mã 1.999999) không còn')


def test_successors_that_name_each_other_end_somewhere(own_catalogue):
    first = changed(("in_national_list: yes", "in_national_list: no\nreplaced_by: [1.999998]"))
    second = another().replace("in_national_list: yes", "in_national_list: no\nreplaced_by: [1.999999]")
    talk = own_catalogue(a=first, b=second)
    talk.say("1.999999 can giay gi")
    assert talk.last[0].procedure == "1.999998"
    assert GONE in talk.text


# -- a code that was used again ---------------------------------------------------------------------------------------------


def test_a_reused_code_answers_with_what_it_stands_for_at_the_day(own_catalogue):
    """One code, two procedures: known apart by the day from which each is in force. Their own words find each at any time."""
    old = changed(("code: 1.999999", "code: 2.002008")) + "valid_to: 2026-11-30\n"
    new = another(code="2.002008", label="Đăng ký giấy khác", words="loại khác").replace("amount: 2000", "amount: 7000")
    talk = own_catalogue(cu=old, moi=new + "valid_from: 2026-12-01\n")
    talk.say("2.002008.000.00.00.H51 phí bao nhiêu")
    assert "Xin giấy mẫu: 2.000 đồng" in talk.text
    talk.at(SATURDAY + timedelta(days=14))
    talk.say("2.002008 phí bao nhiêu")
    assert "Đăng ký giấy khác: 7.000 đồng" in talk.text
    assert talk.last[0].procedure == "2.002008"


# -- overdue for checking ---------------------------------------------------------------------------------------------------


def test_an_entry_past_its_review_says_so_once_where_its_source_stands(conversation):
    conversation.say("1.001193 can giay gi")
    assert OVERDUE not in conversation.text
    [procedure] = [each for each in in_catalogue(conversation) if each.code == "1.001193"]
    last_day = procedure.checked_on.replace(year=2027, month=5)
    conversation.at(aware(datetime(last_day.year, last_day.month, last_day.day, 9)))
    conversation.say("1.001193 can giay gi")
    assert OVERDUE not in conversation.text, "the last day of the interval is still in it"
    conversation.at(conversation.clock.now() + timedelta(days=1))
    for words in ("1.001193 can giay gi", "mấy ngày xong", "[Tin gọn để giữ, gửi người nhà]"):
        conversation.press(words[1:-1]) if words.startswith("[") else conversation.say(words)
        assert conversation.text.count(OVERDUE) == 1, words
        assert conversation.last[-1].tail.endswith("Mục này đã quá hạn kiểm lại; anh/chị gọi 0298 0000 000 hỏi cho chắc."), words
        assert "\n" not in conversation.last[-1].tail, words


def test_every_entry_comes_to_say_so(conversation):
    conversation.at(SATURDAY + timedelta(days=3 * 365))
    for procedure in in_catalogue(conversation):
        assert procedure.overdue(today(conversation.clock)), procedure.code
        with conversation.repositories() as repositories:
            world = conversation.application.world(1, "terminal", repositories)
            assert tell({"procedure": procedure.code}, world).tail.count(OVERDUE) == 1, procedure.code


def test_the_owner_sees_how_many_are_overdue(own_catalogue):
    talk = own_catalogue(a=GOOD, b=another().replace("checked_on: 2026-11-21", "checked_on: 2026-05-20"))
    assert state_of(talk.application)[0]["overdue_entries"] == 1
    talk.at(SATURDAY + timedelta(days=400))
    assert state_of(talk.application)[0]["overdue_entries"] == 2


def test_the_owner_is_told_which_are_overdue(tmp_path, monkeypatch, capsys):
    (tmp_path / "fields.yaml").write_text("mau: Giấy mẫu\n", "utf-8")
    put(tmp_path, "mau/a", GOOD)
    put(tmp_path, "mau/b", another().replace("checked_on: 2026-11-21", "checked_on: 2026-05-20"))
    monkeypatch.setenv("BOT_CATALOG_DIR", str(tmp_path))
    for day, overdue in (("2026-11-20", []), ("2026-11-21", ["1.999998"]), ("2027-05-22", ["1.999998", "1.999999"])):
        assert program.main(["catalog", "stats", "--json", "--at", day]) == 0
        assert json.loads(capsys.readouterr().out)["overdue"] == len(overdue)
        assert program.main(["catalog", "stats", "--at", day]) == 0
        listed = [line.split()[1] for line in capsys.readouterr().out.splitlines() if line.startswith("  overdue: ")]
        assert listed == overdue


# -- odds and ends ----------------------------------------------------------------------------------------------------------


def said(conversation: Conversation, words: str) -> str:
    conversation.say(words)
    return conversation.text


def in_catalogue(conversation: Conversation) -> list[Procedure]:
    return list(conversation.application.knowledge.catalog)


def told(conversation: Conversation, answers: dict[str, object]) -> str:
    with conversation.repositories() as repositories:
        return tell(answers, conversation.application.world(1, "terminal", repositories)).fields["body"]
