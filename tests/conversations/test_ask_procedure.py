"""By digits only, from the menu down to an answer: nobody needs to know what to type."""


def test_by_digits_only_down_to_an_answer(conversation):
    conversation.say("menu")
    conversation("""
        citizen: 1
        bot: Anh/chị nhắn việc cần làm bằng lời của mình, … Hoặc chọn lĩnh vực: [Hộ tịch] [Đất đai] … [Coi tiếp]
        citizen: 1
        bot: Anh/chị chọn việc: [Khai sinh cho con] …
        citizen: 1
        bot: … [Giấy tờ cần đem] …
    """)
    assert conversation.place == "find_procedure.answer"
    conversation.press("Giấy tờ cần đem")
    assert conversation.last[0].facet == "documents"


def test_pages_are_turned_and_every_procedure_in_force_is_reached(conversation):
    """Whoever has only digits can reach everything that the catalogue knows."""
    reached = set()
    conversation.say("menu")
    conversation.say("1")
    fields = []
    while True:
        labels = [choice.label for choice in conversation.last[0].choices]
        fields.append([label for label in labels if label != "Coi tiếp"])
        if "Coi tiếp" not in labels:
            break
        conversation.press("Coi tiếp")
    for page, labels in enumerate(fields):
        for label in labels:
            conversation.say("menu")
            conversation.say("1")
            for _ in range(page):
                conversation.press("Coi tiếp")
            conversation.press(label)
            while True:
                shown = [choice.label for choice in conversation.last[0].choices]
                reached |= set(shown)
                if "Coi tiếp" not in shown:
                    break
                conversation.press("Coi tiếp")
    today = conversation.clock.now().date()
    ours = {each.label for each in conversation.application.knowledge.catalog if each.in_force(today) and not each.replaced_by}
    assert ours <= reached


def test_a_question_typed_there_is_answered(conversation):
    conversation.say("menu")
    conversation.say("1")
    conversation.say("giấy độc thân cần gì")
    assert conversation.last[0].procedure == "1.004873"


def test_back_goes_up_one_list(conversation):
    for said in ("menu", "1", "2", "1", "0"):
        conversation.say(said)
    assert conversation.place == "ask_procedure.procedure"
    conversation.say("0")
    assert conversation.place == "ask_procedure.field"
    conversation.say("0")
    assert conversation.place == "menu.errand"
