"""Asked outright, answered outright; several may fit, choose; follow-ups keep the procedure in hand."""


def test_a_question_that_names_papers_gets_the_papers(conversation):
    conversation("""
        citizen: muon lam giay khai sinh cho con can gi
        bot: Khai sinh cho con: làm ở xã; lấy trong ngày. Đem theo:
            1) Tờ khai đăng ký khai sinh, 1 bản chính
            2) Giấy tờ về việc sinh, một trong các giấy: … [Phí, lệ phí] [Đặt lịch]
            … Theo Quyết định 163/QĐ-BTP…
    """)
    assert conversation.last[0].procedure == "1.001193"
    assert conversation.last[0].facet == "documents"


def test_follow_ups_keep_the_procedure_in_hand(conversation):
    conversation.say("lam giay khai sinh cho con can gi")
    for words, facet in (
        ("còn lệ phí?", "fee"), ("mấy ngày xong?", "time"), ("nộp ở đâu", "where"), ("có làm online được không", "online"),
        ("cho mình mẫu đơn", "form"),
    ):
        conversation.say(words)
        assert (conversation.last[0].procedure, conversation.last[0].facet) == ("1.001193", facet), words


def test_what_the_catalogue_does_not_say_is_not_guessed(conversation):
    conversation.say("lam giay khai sinh cho con can gi")
    conversation("""
        citizen: Rồi cái đó tui nhờ con đi thế được hông
        bot: Khai sinh cho con: điều này danh mục không ghi rõ, em không đoán. Anh/chị gọi 0298 0000 000… [Giấy tờ cần đem]
    """)


def test_alternatives_ask_which_case(conversation):
    conversation("""
        citizen: xin gpxd cat nha can giay gi
        bot: Anh/chị thuộc trường hợp nào? …
        citizen: 1
        bot: Giấy phép cất nhà, xây mới – Nhà ở riêng lẻ. … 1) Đơn đề nghị cấp giấy phép xây dựng … [Trường hợp khác]
    """)


def test_back_leads_through_the_answers_and_then_to_the_menu(conversation):
    conversation.say("lam giay khai sinh cho con can gi")
    conversation.press("Phí, lệ phí")
    conversation("""
        citizen: 0
        bot: Khai sinh cho con: … Đem theo: …
        citizen: 0
        bot: Anh/chị cần việc gì? … [Coi hồ sơ tới đâu]
    """)


def test_grief_first(conversation):
    conversation("""
        citizen: ba toi moi mat, lam giay khai tu can gi
        bot: Em xin chia buồn cùng gia đình.
            Khai tử…
    """)


def test_nothing_found_is_said_with_who_knows(conversation):
    conversation("""
        citizen: xin giay phep phong ve tinh len mat trang
        bot: Ý anh/chị là việc nào? … [Việc khác]
        citizen: [Việc khác]
        bot: Em chưa tìm ra việc này trong danh mục. … [Nhờ cán bộ gọi lại] [Về đầu]
    """)


def test_guidance_is_logged_without_words_or_identity(conversation):
    conversation.say("lam giay khai sinh cho con can gi")
    with conversation.repositories() as repositories:
        told = list(repositories.guidance.between(conversation.clock.now(), conversation.clock.now().replace(year=2027)))
    assert [(each.procedure, each.facet, each.channel, each.decision) for each in told] == [
        ("1.001193", "documents", "terminal", "163/QĐ-BTP")
    ]
    assert told[0].catalogue_version == conversation.application.knowledge.catalog.version
