"""An event in a life: what there is to do, in order and by visits, never all of what is for some only; papers in one list."""

from dataclasses import replace

import pytest

from bot import strict_yaml
from bot.bootstrap import Application
from bot.catalog.life_events import SamePapers
from bot.catalog.life_events_reader import LifeEvents, load_life_events
from bot.catalog.reader import load_catalog
from bot.dialogue.messages import MOST_CHARACTERS, as_plain_text
from bot.flows.telling import FIRST_SCREEN
from bot.search.events import EventFinder
from tests.tree import ROOT
from tests.wording import too_long

CATALOG = load_catalog()
EVENTS = load_life_events(CATALOG).events
OTHER_WAYS = strict_yaml.load((ROOT / "tests/phrases/life_events.yaml").read_text("utf-8"))
EACH = pytest.mark.parametrize("event", EVENTS, ids=lambda each: each.id)


def labels(conversation) -> list[str]:
    return [choice.label for choice in conversation.last[-1].choices]


def fits(conversation) -> None:
    for message in conversation.last:
        assert 0 < len(as_plain_text(message)) <= MOST_CHARACTERS


# -- from words to the event ----------------------------------------------------------------------------------------------


def test_a_new_child_visit_by_visit_down_to_one_procedure(conversation):
    conversation("""
        citizen: vợ mới sanh cần làm giấy gì
        bot: Mới sinh con. Bé dưới 6 tuổi thì làm gộp một lần được, tại quầy của xã.
            Chuyến 1 (ở xã), chọn việc đúng với nhà mình:
            - Khai sinh, hộ khẩu, thẻ BHYT cho bé
            … Chuyến 2 (Công an cấp xã). Khi chưa nhập thường trú trong lần làm gộp:
            - Nhập khẩu, đăng ký thường trú
            … [Chuyến 1: coi từng việc] [Giấy tờ đem theo] … Gom từ danh mục, đối chiếu ngày …
        citizen: 1
        bot: Chuyến 1 (ở xã). Chỉ làm việc đúng với nhà mình:
            1) Khai sinh, hộ khẩu, thẻ BHYT cho bé.
            … Khi bé dưới 6 tuổi, nhập thường trú luôn. … 3) Khai sinh cho con.
            … Trong 60 ngày kể từ ngày sinh. … [Khai sinh cho con] … [Giấy tờ của chuyến này] [Chuyến 2: coi từng việc]
        citizen: 3
        bot: Khai sinh cho con: làm ở xã; … [Giấy tờ cần đem] …
        citizen: 0
        bot: Chuyến 1 (ở xã). …
        citizen: 0
        bot: Mới sinh con. …
    """)


def test_grief_comes_first_and_once(conversation):
    conversation("""
        citizen: nha co nguoi mat phai lam gi
        bot: Em xin chia buồn cùng gia đình.
            Nhà có người mất. Khai tử làm trước, …
    """)
    assert conversation.text.startswith("Em xin chia buồn")
    conversation.say("1")
    assert "chia buồn" not in conversation.text
    conversation.press("Khai tử cho người mất")
    assert "chia buồn" not in conversation.text
    assert conversation.last[0].procedure == "1.000656"


def test_without_marks_and_though_one_procedure_fits(conversation):
    conversation.say("muon mo quan ca phe can giay gi")
    assert conversation.place == "life_event.plan"
    assert conversation.text.startswith("Mở quán, mở hộ kinh doanh.")


@pytest.mark.parametrize(("said", "procedure"), [
    ("làm khai sinh cho con cần gì", "1.001193"), ("khai tử cần giấy gì", "1.000656"), ("giấy độc thân cần gì", "1.004873"),
    ("mở quán tốn phí bao nhiêu", None),
])
def test_a_clear_question_for_one_procedure_goes_to_it(conversation, said, procedure):
    """Answered at once, or the first that is offered where the search is not sure."""
    conversation.say(said)
    assert conversation.last[0].flow == "find_procedure"
    if procedure is not None and conversation.last[0].procedure is None:
        assert labels(conversation)[0].startswith(CATALOG.get(procedure, conversation.clock.now().date()).label)
    elif procedure is not None:
        assert conversation.last[0].procedure == procedure


def test_a_situation_alone_is_offered_first_among_what_may_be_meant(conversation):
    """With the kind word, which the event itself then need not say again."""
    conversation.say("làm giấy cho người đã mất")
    assert conversation.place == "find_procedure.deciding"
    assert conversation.text.startswith("Em xin chia buồn")
    assert labels(conversation)[0] == "Mọi việc: Nhà có người mất"
    assert len(labels(conversation)) > 2
    conversation.say("1")
    assert conversation.place == "life_event.plan"
    assert "chia buồn" not in conversation.text


def test_a_situation_alone_leads_to_the_event_at_once_where_no_procedure_is_near(conversation):
    """Whether one is near is for the search to say; the kind word comes first either way."""
    conversation.say("nhà có tang")
    assert conversation.text.startswith("Em xin chia buồn")
    if conversation.place in ("find_procedure.deciding", "find_procedure.procedure"):
        assert labels(conversation)[0] == "Mọi việc: Nhà có người mất"
    else:
        assert conversation.place == "life_event.plan"


def test_danger_goes_before_an_event(conversation):
    conversation.say("cháy nhà rồi cứu với")
    assert conversation.last[0].flow == "emergency"


def test_in_the_middle_of_a_booking_it_is_answered_and_the_booking_offered_again(conversation):
    conversation.say("đặt lịch")
    conversation.say("vợ mới sanh cần làm giấy gì")
    assert conversation.place == "life_event.plan"
    assert any(label.startswith("Trở lại: ") for label in labels(conversation))


def test_a_question_after_it_is_about_the_event(conversation):
    conversation.say("mở quán ăn phải làm những giấy gì")
    conversation.say("cần giấy tờ gì")
    assert conversation.last[0].flow == "life_event"
    conversation.say("mấy ngày xong")
    assert conversation.last[0].flow == "life_event"


@EACH
def test_every_phrase_of_every_event_leads_to_it(conversation, event):
    shown = {"life_event.plan", "life_event.visit"}
    for said in event.phrases:
        conversation.say(said)
        assert conversation.place in shown, f"{said} leads to {conversation.place}"
        assert event.intro in conversation.text, said


@EACH
def test_other_ways_of_telling_of_it_lead_to_it_too(conversation, event):
    """Through all that the reception asks besides: the intent, the procedures found."""
    for said in OTHER_WAYS[event.id]:
        conversation.say(str(said))
        assert conversation.last[0].flow == "life_event", f"{said} leads to {conversation.place}"
        assert event.intro in conversation.text, said


@pytest.mark.parametrize("said", [str(each) for each in OTHER_WAYS["none"]])
def test_what_asks_for_something_else_does_not(conversation, said):
    conversation.say(said)
    assert conversation.last[0].flow != "life_event"


# -- by digits only -------------------------------------------------------------------------------------------------------


def test_every_event_is_reached_by_digits_from_the_menu(conversation):
    reached, page = [], 0
    while True:
        for said in ("menu", "9", *(["11"] * page)):
            conversation.say(said)
        assert conversation.place == "life_event.list"
        fits(conversation)
        shown = [label for label in labels(conversation) if label != "Coi tiếp"]
        more = len(shown) < len(labels(conversation))
        for number, label in enumerate(shown, start=1):
            conversation.say(str(number))
            assert label in conversation.text
            assert conversation.place in ("life_event.plan", "life_event.visit")
            conversation.say("0")
            assert conversation.place == "life_event.list"
            reached.append(label)
        if not more:
            break
        page += 1
    assert reached == [event.label for event in EVENTS]


@EACH
def test_every_procedure_of_an_event_is_reached_by_digits_in_the_order_to_do_them(conversation, event):
    reached, opening = [], event.phrases[0]
    for visit in event.visits():
        conversation.say(opening)
        if len(event.visits()) > 1:
            conversation.say(str(visit))
        assert conversation.place == "life_event.visit"
        for number, step in enumerate(event.at_visit(visit), start=1):
            assert f"\n{number}) " in conversation.text
            conversation.say(str(number))
            assert conversation.last[0].flow == "find_procedure", step.code
            reached.append(conversation.last[0].procedure)
            conversation.say("0")
    successors = {each.code: each.replaced_by for each in CATALOG}
    for step, code in zip(event.steps, reached, strict=True):
        assert code == step.code or code in successors[step.code]


# -- limits and what is said ----------------------------------------------------------------------------------------------


@EACH
def test_the_first_screen_is_small_and_every_screen_fits(conversation, event):
    conversation.say(event.phrases[0])
    assert len(conversation.last[0].text) <= FIRST_SCREEN
    fits(conversation)
    wrong = too_long(conversation.last[0].text, law=True)
    assert not wrong, wrong
    for visit in event.visits():
        conversation.say(event.phrases[0])
        if len(event.visits()) > 1:
            conversation.say(str(visit))
        fits(conversation)
        wrong = too_long(conversation.last[0].text, law=True)
        assert not wrong, wrong


@EACH
def test_what_is_for_some_only_is_never_told_as_for_everybody(conversation, event):
    """Steps of one visit that all have a condition are alternatives: the screen says to choose, and says each condition."""
    for visit in event.visits():
        conversation.say(event.phrases[0])
        if len(event.visits()) > 1:
            conversation.say(str(visit))
        steps = event.at_visit(visit)
        said = conversation.last[0].text
        if len(steps) > 1 and all(step.when for step in steps):
            assert "hỉ làm việc đúng với nhà mình" in said
        for step in steps:
            assert not step.when or f"Khi {step.when}." in said


def test_a_step_that_is_retired_or_has_no_known_place_says_so(conversation):
    conversation.say("mở tạp hóa có bán bia rượu thuốc lá")
    conversation.say("2")
    assert "Không còn trong danh mục quốc gia; gọi 0298 0000 000 hỏi trước." in conversation.text
    conversation.say("con sắp vào lớp một cần giấy gì")
    conversation.say("3")
    assert "Chưa rõ nay nơi nào giải quyết; gọi 0298 0000 000 hỏi trước." in conversation.text


def test_a_step_that_has_a_successor_tells_of_the_successor(conversation):
    """What an event names may be replaced before the event is written anew."""
    known = conversation.application.knowledge
    replaced = next(
        each for each in known.catalog
        if each.replaced_by and not each.in_national_list and known.catalog.get(each.replaced_by[0], conversation.clock.now().date())
    )
    successor = known.catalog.get(replaced.replaced_by[0], conversation.clock.now().date())
    event = replace(EVENTS[0], steps=(replace(EVENTS[0].steps[0], code=replaced.code),))
    conversation.application.knowledge = replace(known, events=LifeEvents((event,), SamePapers()), event_finder=EventFinder([event]))
    conversation.say(event.phrases[0])
    assert f"1) {successor.label}." in conversation.text
    assert f"Thay cho \"{replaced.label}\"." in conversation.text


def test_a_catalogue_without_events_does_not_offer_any(conversation):
    application: Application = conversation.application
    application.knowledge = replace(application.knowledge, events=LifeEvents((), SamePapers()), event_finder=EventFinder([]))
    conversation.say("menu")
    assert len(labels(conversation)) == 9
    assert not [label for label in labels(conversation) if "Việc lớn trong nhà" in label]
    conversation.say("vợ mới sanh cần làm giấy gì")
    assert conversation.last[0].flow != "life_event"


# -- papers ---------------------------------------------------------------------------------------------------------------


def test_the_papers_of_what_was_chosen_stand_in_one_list_by_visits(conversation):
    conversation("""
        citizen: vợ mới sanh cần làm giấy gì
        bot: … [Giấy tờ đem theo] …
        citizen: [Giấy tờ đem theo]
        bot: Việc nào có ở nhà mình thì bấm số đó. … [Khai sinh cho con (khi chỉ làm giấy khai sinh)] … [Kể giấy của mọi việc] …
        citizen: 3
        bot: Còn việc nào nữa thì bấm tiếp. … [Khai sinh cho con (khi chỉ làm giấy khai sinh) – có] … [Xong, coi giấy tờ] …
        citizen: 7
        bot: … [Xong, coi giấy tờ] …
        citizen: [Xong, coi giấy tờ]
        bot: Mới sinh con, giấy tờ đem theo.
            Chuyến 1 (ở xã):
            Cho việc "Khai sinh cho con":
            1) Tờ khai đăng ký khai sinh, 1 bản chính …
            Chuyến 3 (Công an cấp xã):
            Cho việc "Căn cước cho bé dưới 14 tuổi":
            1) Phiếu đề nghị … [Chọn lại việc] [Coi lại cả chuyện] …
    """)
    assert "Chuyến 2" not in conversation.text


def test_several_are_ticked_at_once_and_a_number_that_is_not_there_is_said(conversation):
    conversation.say("nhà có tang cần lo giấy tờ gì")
    conversation.press("Giấy tờ đem theo")
    conversation.say("2, 4 và 5")
    assert sum(label.endswith("– có") for label in labels(conversation)) == 3
    conversation.say("4")
    assert sum(label.endswith("– có") for label in labels(conversation)) == 2
    conversation.say("2 99")
    assert "từ 1 đến 10" in conversation.text
    conversation.say("0")
    assert conversation.last[0].flow == "life_event"


def test_a_paper_that_serves_two_procedures_is_named_once(conversation):
    conversation.say("vợ mới sanh cần làm giấy gì")
    conversation.press("Chuyến 1: coi từng việc")
    conversation.press("Giấy tờ của chuyến này")
    conversation.press("Kể giấy của mọi việc")
    said = conversation.text
    assert said.count("Tờ khai đăng ký khai sinh") == 1
    assert said.count("Tờ khai tham gia bảo hiểm y tế") == 1
    assert said.count("Giấy ủy quyền có chứng thực") == 1
    assert "Dùng chung cho:\n- Khai sinh, hộ khẩu, thẻ BHYT cho bé\n- Khai sinh và thẻ BHYT cho bé\n" in said


def test_papers_that_hang_on_a_case_lead_to_the_question_which_case(conversation):
    conversation.say("sắp xây nhà, phải làm những giấy gì")
    conversation.press("Giấy tờ đem theo")
    conversation.say("3")
    conversation.press("Xong, coi giấy tờ")
    assert "\"Giấy phép cất nhà, xây mới\": còn giấy tùy trường hợp, bấm số để chọn." in conversation.text
    conversation.press("Giấy tờ: Giấy phép cất nhà, xây mới")
    assert conversation.place == "find_procedure.case"


def test_papers_that_are_not_published_are_said_to_be_so(conversation):
    conversation.say("mở trường mầm non tư thục làm sao")
    conversation.press("Chuyến 2: coi từng việc")
    conversation.press("Giấy tờ của chuyến này")
    assert "danh mục chưa công bố giấy tờ, gọi 0298 0000 000 hỏi." in conversation.text


@EACH
def test_all_the_papers_of_an_event_are_told_and_no_message_is_too_long(conversation, event):
    """By digits from visit to visit: every paper that is everybody's in its procedure is named."""
    conversation.say(event.phrases[0])
    conversation.press("Giấy tờ đem theo" if len(event.visits()) > 1 else "Giấy tờ của chuyến này")
    if conversation.place == "life_event.which":
        conversation.say(str(len(labels(conversation))))
    told = ""
    for _ in event.visits():
        assert conversation.place == "life_event.papers"
        fits(conversation)
        told += conversation.text
        following = [label for label in labels(conversation) if label.startswith("Giấy tờ chuyến ")]
        if not following:
            break
        conversation.press(following[0])
    same = conversation.application.knowledge.events.same
    for step in event.steps:
        procedure = CATALOG.get(step.code, conversation.clock.now().date())
        for line in procedure.documents:
            name = getattr(line, "name", None)
            if name and not line.cases:
                assert same.name(name) in told, f"{step.code}: {name}"
