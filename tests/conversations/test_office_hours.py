"""Where and when: the answer first, for today or the day asked for, and where an old name belongs now."""

from datetime import datetime

import pytest

from bot.clock import aware


def test_address_phone_and_todays_hours_of_every_place(conversation):
    conversation("""
        citizen: dia chi o dau, may gio mo cua
        bot: Trung tâm Phục vụ hành chính công xã Mẫu Một: mở cửa thứ Bảy 21/11/2026, sáng 7 giờ 30 đến 11 giờ 30.
            Địa chỉ: Số 1 đường Mẫu, … Dễ tìm: cạnh chợ Mẫu, gần cầu Mẫu (mẫu). Điện thoại: 0298 0000 001.
            Trung tâm Phục vụ hành chính công xã Mẫu Hai: không mở cửa thứ Bảy 21/11/2026. Mở lại lúc 7 giờ sáng, thứ Hai 23/11/2026. …
            Bưu điện văn hóa xã Mẫu Một: … sáng 7 giờ 30 đến 11 giờ 30, chiều 1 giờ 30 đến 5 giờ. …
            Riêng thứ Ba 24/11/2026 chưa chốt có nghỉ hay không, anh/chị gọi hỏi trước khi đi. [Đặt lịch] [Nhờ cán bộ gọi lại] …
    """)
    assert conversation.text.count("chưa chốt") == 1


def test_of_one_day_the_hours_come_first(conversation):
    conversation("""
        citizen: thu 2 co lam viec khong
        bot: Trung tâm Phục vụ hành chính công xã Mẫu Một: mở cửa thứ Hai 23/11/2026, sáng 7 giờ 30 đến 11 giờ 30, chiều …
    """)
    assert "Địa chỉ" not in conversation.text


def test_a_closed_day_is_told_with_the_next_opening(conversation):
    conversation.say("chu nhat co lam viec khong")
    assert "không mở cửa Chủ nhật 22/11/2026. Mở lại lúc 7 giờ 30 sáng, thứ Hai 23/11/2026." in conversation.text


def test_an_unsettled_day_is_not_guessed(conversation):
    conversation.say("ngay 24/11 co mo cua khong")
    assert "thứ Ba 24/11/2026 chưa chốt có nghỉ hay không" in conversation.text
    assert "mở cửa thứ Ba" not in conversation.text


def test_a_holiday_is_closed(conversation):
    conversation.at(aware(datetime(2026, 12, 28, 9)))
    conversation.say("ngay 1/1 co lam viec khong")
    assert "không mở cửa thứ Sáu 01/01/2027" in conversation.text


@pytest.mark.parametrize("words", [
    "thi tran mau cu gio nop o dau", "Thị trấn Mẫu cũ giờ nộp ở đâu vậy", "xã Mẫu Trung cũ giờ địa chỉ nộp ở đâu",
])
def test_an_old_name_of_ours_leads_to_the_place_of_today(conversation, words):
    conversation.say(words)
    assert conversation.place == "office_hours.old_place"
    assert "nay thuộc xã Mẫu Một" in conversation.text
    assert "Số 1 đường Mẫu" in conversation.text
    assert "0298 0000 001" in conversation.text


def test_an_old_name_of_elsewhere_is_told_and_not_guessed_further(conversation):
    conversation("""
        citizen: thi tran cu lao dung cu gio nop cho nao
        bot: Thị trấn Cù Lao Dung nay thuộc thành phố Cần Thơ … Nơi đó không do Trung tâm này nhận; anh/chị gọi 0298 0000 000 …
    """)
