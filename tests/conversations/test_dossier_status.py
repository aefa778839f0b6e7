"""A dossier by its code however it is typed, told only to who knows a second fact, and told straight."""

import itertools
from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest

from bot.dialogue.messages import as_plain_text
from bot.dossiers.model import Status
from bot.sample.dossiers import sample_dossiers

PLAIN, OLD, LINKED = "H20.14-261102-0007", "000.00.14.H20-261012-0003", "G22.99.08-261103-004608"
NOTHING_HELD = "H20.14-261106-0009"
PHONE = "0298 0000 000"


def ask(conversation, code: str, fact: str) -> str:
    conversation.say(code)
    conversation.say(fact)
    return conversation.text


# -- the code -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("typed", "code"), [
    (PLAIN, PLAIN), ("h20.14-261102-0007", PLAIN), ("H20.14 261102 0007", PLAIN), ("h20.14 261102 7", PLAIN),
    ("H20 . 14 - 261102 - 0007", PLAIN), ("H20,14-261102-0007", PLAIN), ("H20.14_261102_0007", PLAIN), ("H20.14/261102/0007", PLAIN),
    ("H20.14–261102–0007", PLAIN), ("H2O.14-2611O2-OOO7", PLAIN), ("H2O.I4-26ll02-0007", PLAIN), ("H20142611020007", PLAIN),
    ("H20.14-021126-0007", PLAIN), ("ho so h20.14 261102 7 toi dau roi", PLAIN), ("Mã hồ sơ: H20.14-261102-0007, coi giùm tui", PLAIN),
    (OLD, OLD), ("000.00.14.h20 261012 0003", OLD), ("14.H20-261012-0003", OLD), ("00.14.H20-261012-0003", OLD),
    ("000.00.14.H20-121026-0003", OLD), ("OOO.OO.14.H2O-261O12-OOO3", OLD), ("0000014H202610120003", OLD),
    (LINKED, LINKED), ("g22.99.08 261103 004608", LINKED), ("G22.99.08-031126-004608", LINKED),
])
def test_a_code_is_read_in_every_form_and_read_back(conversation, typed, code):
    conversation.say(typed)
    assert conversation.place == "dossier_status.fact"
    assert f"Em hiểu là hồ sơ {code}." in conversation.text


@pytest.mark.parametrize(("typed", "told"), [
    ("261102-0007", "phần đuôi của mã"), ("1.001193", "mã thủ tục"), ("1.001193.000.00.00.H20", "mã thủ tục"),
    ("EE123456785VN", "mã bưu gửi"), ("so cua toi 0912345678", "chưa có mã hồ sơ"),
])
def test_what_is_no_code_is_called_by_its_name(conversation, typed, told):
    conversation.say("coi ho so toi dau")
    assert conversation.place == "dossier_status.code"
    conversation.say(typed)
    assert conversation.place == "dossier_status.code"
    assert told in conversation.text


def test_an_identity_number_in_place_of_the_code_is_masked_and_the_code_asked_for_again(conversation):
    conversation.say("coi ho so toi dau")
    conversation.say("079085001234")
    assert conversation.text.startswith("Không cần số căn cước, em đã che rồi và không lưu.")
    assert conversation.place == "dossier_status.code"
    with conversation.repositories() as repositories:
        assert "079085001234" not in str(repositories.privacy.held(conversation.citizen))


def test_not_understood_twice_is_said_differently_with_a_person(conversation):
    conversation.say("coi ho so toi dau")
    first, second = conversation.say("abc")[0].text, conversation.say("abc")[0].text
    assert first != second
    assert PHONE in second
    assert [choice.label for choice in conversation.last[0].choices] == ["Nhờ cán bộ gọi lại"]


def test_a_number_where_there_is_no_list_is_not_told_of_a_list(conversation):
    conversation.say("coi ho so toi dau")
    conversation.say("8")
    assert "chưa thấy mã hồ sơ" in conversation.text


def test_a_code_typed_at_once_in_place_of_the_second_fact_is_the_new_code(conversation):
    conversation.say(PLAIN)
    conversation.say(OLD)
    assert conversation.place == "dossier_status.fact"
    assert OLD in conversation.text


# -- the second fact ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", [
    "6789", "4321", "Nguyễn Thị Mẫu Lan", "nguyen thi mau lan", "NGUYEN THI MAU LAN", "0912 346 789", "079•••••6789",
])
def test_phone_identity_number_and_name_all_open_it(conversation, fact):
    ask(conversation, PLAIN, fact)
    assert conversation.place == "dossier_status.standing"


def test_a_dossier_that_holds_one_fact_only_opens_by_that(conversation):
    ask(conversation, "H20.14-261104-0031", "9012")
    assert conversation.place == "dossier_status.standing"
    ask(conversation, "H20.14-261103-0040", "bui ngoc mau quyen")
    assert conversation.place == "dossier_status.standing"


def test_nobodys_name_is_ever_said(conversation):
    for code, fact in ((PLAIN, "6789"), (OLD, "3456"), ("H20.14-261019-0021", "4567")):
        said = ask(conversation, code, fact)
        assert not any(name in said for name in ("Mẫu Lan", "Mẫu Sang", "Mẫu Hoa"))


def test_unknown_not_yours_and_nothing_to_check_against_sound_exactly_alike(conversation):
    refusals = set()
    for user, (code, fact) in enumerate((
        ("H20.14-261102-9998", "6789"), (PLAIN, "1111"), (NOTHING_HELD, "1111"), (PLAIN, "Trần Thị Mẫu"), (NOTHING_HELD, "Trần Thị Mẫu"),
        ("G22.99.08-261103-009999", "7890"), ("H20.14-261103-0040", "1234"),
    )):
        conversation.user = f"citizen {user}"
        refusals.add(ask(conversation, code, fact))
        assert conversation.place == "dossier_status.refused"
    assert len(refusals) == 1
    assert PHONE in refusals.pop()


def test_after_a_refusal_the_right_fact_can_be_typed_at_once(conversation):
    ask(conversation, PLAIN, "1111")
    conversation.say("6789")
    assert conversation.place == "dossier_status.standing"


def test_other_numbers_off_the_slip_are_no_wrong_tries(conversation):
    conversation.say(PLAIN)
    for typed in ("1.001193", "EE123456785VN", "261102-0007", "12"):
        conversation.say(typed)
        assert conversation.place == "dossier_status.fact"
    with conversation.repositories() as repositories:
        assert repositories.dossiers.wrong_tries(conversation.citizen, PLAIN, conversation.clock.now() - timedelta(days=1)) == (0, 0)


# -- limits of wrong tries ------------------------------------------------------------------------------------------------


def test_five_wrong_tries_lock_a_citizen_out_for_an_hour(conversation, later):
    conversation.say(PLAIN)
    for guess in ("1111", "1112", "1113", "1114", "1115"):
        conversation.say(guess)
        assert conversation.place == "dossier_status.refused"
    conversation.say("6789")
    assert conversation.place == "dossier_status.locked"
    assert PHONE in conversation.text
    ask(conversation, OLD, "3456")
    assert conversation.place != "dossier_status.standing"
    conversation.at(later(hours=1, minutes=1))
    ask(conversation, PLAIN, "6789")
    assert conversation.place == "dossier_status.standing"


def test_ten_wrong_tries_by_whomever_lock_a_code_for_a_day(conversation, later):
    for number in range(10):
        conversation.user = f"guesser {number % 3}"
        ask(conversation, PLAIN, f"111{number}")
    conversation.user = "owner"
    conversation.say(PLAIN)
    assert conversation.place == "dossier_status.locked"
    conversation.at(later(days=1, minutes=1))
    ask(conversation, PLAIN, "6789")
    assert conversation.place == "dossier_status.standing"


def test_a_code_that_does_not_exist_is_locked_like_one_that_does(conversation):
    for user, code in (("a", PLAIN), ("b", "H20.14-261102-9998")):
        conversation.user = user
        conversation.say(code)
        for guess in range(6):
            conversation.say(f"111{guess}")
        assert conversation.place == "dossier_status.locked"


# -- what is told ---------------------------------------------------------------------------------------------------------

STANDINGS = (
    (PLAIN, "6789", "đang được xử lý. Nơi đang giữ: Công an xã Mẫu Một (mẫu). Hẹn trả: thứ Hai 30/11/2026."),
    ("H20.14-261005-0012", "2345", "trễ hẹn 19 ngày làm việc so với giấy hẹn thứ Hai 26/10/2026."),
    (OLD, "3456", "trễ hẹn 14 ngày làm việc so với giấy hẹn thứ Hai 02/11/2026."),
    ("H20.14-261019-0021", "4567", "đã có kết quả, chưa trả. Lấy tại"),
    ("H20.14-261026-0015", "5678", "cần bổ sung giấy tờ.\nGiấy cần thêm:\n- Bản sao hợp đồng thuê mặt bằng"),
    (LINKED, "7890", "đã gửi, Trung tâm chưa nhận nên chưa có ngày hẹn."),
    ("000.00.14.H20-260907-0002", "8901", "đã trả kết quả thứ Ba 08/09/2026."),
    ("H20.14-261104-0031", "9012", "chờ anh/chị đóng phí, thuế. Đóng tại quầy, hoặc tại dichvucong.gov.vn."),
    ("H20.14-261103-0040", "Bùi Ngọc Mẫu Quyên", "không được tiếp nhận. Lý do ghi nhận: Giấy tờ nộp kèm"),
    ("H20.14-261029-0018", "1357", 'sổ ghi: "Chờ trả bưu chính công ích".'),
)
CHEERFUL = ("chúc mừng", "vui", "tuyệt", "thành công", "hoàn tất", "cảm ơn", "!", "xin lỗi")
"""Words that would mock who waits; an apology is the office's to make, and the sample office has not allowed one."""


@pytest.mark.parametrize(("code", "fact", "told"), STANDINGS, ids=[row[0] for row in STANDINGS])
def test_every_standing_is_told_straight(conversation, code, fact, told):
    said = ask(conversation, code, fact)
    assert f"Hồ sơ {code}" in said
    assert told in said
    assert "Số liệu lúc 5 giờ 15 chiều, ngày 20/11/2026." in said
    assert "dữ liệu mẫu" in said
    assert not any(word in said.lower() for word in CHEERFUL)
    assert "Nhờ cán bộ gọi lại" in said


def test_late_is_told_with_the_recorded_reason_and_the_new_date_and_neither_is_invented(conversation):
    assert "Lý do ghi nhận: Chờ trích đo thửa đất. Ngày hẹn mới: chưa có." in ask(conversation, "H20.14-261005-0012", "2345")
    assert "Lý do: sổ chưa ghi. Ngày hẹn mới: thứ Ba 01/12/2026." in ask(conversation, OLD, "3456")


@pytest.mark.parametrize("status", get_args(Status))
def test_no_status_leaves_a_citizen_without_a_next_step(conversation, status):
    dossier = replace(sample_dossiers(date(2026, 11, 21))[0], status=status, status_words="Phi địa giới", reason=None, due_on=None)
    with conversation.application.store.writing() as repositories:
        repositories.dossiers.put([dossier])
    said = ask(conversation, PLAIN, "6789")
    assert conversation.place == "dossier_status.standing"
    assert not any(word in said.lower() for word in CHEERFUL)
    assert {"Nhờ cán bộ gọi lại", "Về đầu"} <= {choice.label for choice in conversation.last[0].choices}
    assert "None" not in said
    assert not any(line != line.rstrip() for line in said.splitlines())


def test_old_figures_are_called_old(conversation, later):
    conversation.at(later(days=5))
    assert "Số liệu cũ, lúc 5 giờ 15 chiều, ngày 20/11/2026; muốn chắc thì gọi hỏi." in ask(conversation, PLAIN, "6789")


def test_where_it_is_late_the_way_to_complain_is_offered_and_where_it_is_ready_the_way_to_fetch(conversation):
    for (code, fact), offers in {
        ("H20.14-261005-0012", "2345"): {"Nơi phản ánh"}, ("H20.14-261019-0021", "4567"): {"Đặt lịch", "Nhận kết quả qua bưu điện"},
        ("H20.14-261104-0031", "9012"): {"Đóng tiền cách nào"}, ("000.00.14.H20-260907-0002", "8901"): {"Chấm điểm phục vụ"},
    }.items():
        ask(conversation, code, fact)
        assert offers <= {choice.label for choice in conversation.last[0].choices}


def test_without_a_register_that_is_said(knowledge, tmp_path):
    from bot.bootstrap import NO_TOWN, Application
    from bot.clock import SetClock
    from bot.store.crypto import Keys
    from bot.store.engine import open_store
    from tests.conversations.conftest import SATURDAY, Conversation

    clock, url = SetClock(SATURDAY), f"sqlite:///{tmp_path / 'empty.db'}"
    with open_store(url, Keys.load(url, {}), clock) as store:
        talk = Conversation(Application(knowledge, NO_TOWN, store, clock), clock)
        talk.say(PLAIN)
        assert talk.place == "dossier_status.not_set_up"
        assert "dichvucong.gov.vn" in talk.text
        talk.close()


def test_from_the_menu_by_digits_to_the_answer(conversation):
    for said in ("menu", "2"):
        conversation.say(said)
    conversation("""
        citizen: h20.14 261102 7
        bot: Em hiểu là hồ sơ H20.14-261102-0007. Nhờ anh/chị nhắn 4 số cuối điện thoại hoặc căn cước, hoặc đủ họ tên người nộp. …
        citizen: 6789
        bot: Hồ sơ H20.14-261102-0007 đang được xử lý. … Số liệu lúc … [Nhận kết quả qua bưu điện] [Nhờ cán bộ gọi lại] [Về đầu]
    """)


def test_the_second_fact_is_kept_nowhere(conversation):
    ask(conversation, PLAIN, "Nguyễn Thị Mẫu Lan")
    store = conversation.application.store
    with store.open_turn() as turn:
        assert turn is None
    conversation.application.accept(_probe(conversation))
    with store.open_turn() as turn:
        assert turn is not None
        assert "Mẫu Lan" not in str(turn.state)


def _probe(conversation):
    from bot.dialogue.messages import Incoming

    return Incoming("terminal", "test", "probe", conversation.user, "text", "menu", conversation.clock.now())


def test_refusals_stay_alike_when_repeated(conversation):
    conversation.say(PLAIN)
    said = [as_plain_text(conversation.say(f"111{number}")[0]) for number in range(4)]
    assert all(first == second for first, second in itertools.pairwise(said[2:]))
