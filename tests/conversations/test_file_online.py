"""Filing online: from the catalogue where a procedure is meant, in general where none is; never a password."""


def test_of_a_procedure_it_is_told_from_the_catalogue(conversation):
    conversation("""
        citizen: khai sinh cho con nop tren mang duoc khong
        bot: Khai sinh cho con: nộp trên mạng được một phần, …
            Vào dichvucong.gov.vn, đăng nhập bằng VNeID, tìm mã 1.001193. Không đưa mật khẩu hay mã OTP cho ai. …
    """)


def test_without_a_procedure_it_is_told_in_general(conversation):
    conversation("""
        citizen: nộp trên mạng
        bot: Nộp trên mạng tại dichvucong.gov.vn, đăng nhập bằng VNeID mức 2. … Không đưa mật khẩu hay mã OTP cho ai… [Nhờ cán bộ gọi lại] …
    """)
    assert conversation.place == "file_online.how"


def test_online_after_an_answer_is_about_that_procedure(conversation):
    conversation.say("giay doc than can gi")
    conversation.say("nộp trên mạng được không")
    assert (conversation.last[0].procedure, conversation.last[0].facet) == ("1.004873", "online")


def test_where_nobody_says_how_much_of_it_goes_online_the_bot_does_not_say_either(conversation):
    conversation("""
        citizen: 1.004222 nộp trên mạng được không
        bot: Nhập khẩu, đăng ký thường trú: có nhận hồ sơ nộp trên mạng. Danh mục chưa ghi phần nào còn phải làm tại quầy.
            Vào dichvucong.gov.vn, đăng nhập bằng VNeID, tìm mã 1.004222. …
    """)
