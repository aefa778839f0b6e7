"""What only some wires bring: a form that answers for the citizen, an officer who takes over, followers who come and go."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.dialogue.engine import QUIET_AFTER_AN_OFFICER, Engine, House, Situation
from bot.dialogue.flow import Ask, Confirm, End, Errand, Flow, Option, Problem, Read, Say, Tell
from bot.dialogue.messages import MOST_CHARACTERS, Incoming, Outgoing, is_choice_value
from bot.understanding import commands
from tests.conversations.conftest import SATURDAY

NAME, PHONE, ADDRESS = "Trần Văn Mẫu", "0912345678", "số 1, ấp Mẫu, xã Mẫu"


# -- the form, over a small house of its own ------------------------------------------------------------------------------------


def _name(text: str, _: Any, __: Any) -> Any:
    return Read(text) if len(text.split()) > 1 else Problem("too_short")


def _phone(text: str, _: Any, __: Any) -> Any:
    return Read(text) if text.isdigit() else None


def _address(text: str, _: Any, __: Any) -> Any:
    return Read(text, text, "confirm") if "ấp" in text else Read(text)


ORDER: Flow[Any] = Flow(
    "order",
    Tell("hello", next="name"),
    Ask("name", None, next="phone", typed=_name, wants="name"),
    Ask("phone", None, next="colour", typed=_phone, wants="phone"),
    Ask("colour", lambda _, __: [Option("red", "Đỏ"), Option("blue", "Xanh")], next="address"),
    Ask("address", None, next="sure", typed=_address, wants="address"),
    Confirm("sure", yes="done", no="name"),
    End("done", say=lambda answers, _: Say("say", {key: str(answers[key]) for key in ("name", "phone", "address")})),
)
MENU: Flow[Any] = Flow("menu", Ask("errand", lambda _, __: [Option("order", "Đặt", Errand("order"))], next="errand"), resumes=False)


class Words:
    """A text is its own name, with its fields."""

    def render(self, flow: str, step: str, variant: str, fields: Mapping[str, str], turn: int = 0) -> str:
        return ".".join([flow, step, variant, *(value for _, value in sorted(fields.items()))])

    def has(self, flow: str, step: str, variant: str) -> bool:
        return False


class Reader:
    def command(self, text: str) -> Any:
        return commands.command(text)

    def number(self, text: str) -> int | None:
        return commands.number(text)

    def same(self, text: str, label: str) -> bool:
        return text == label

    def recognise(self, text: str, situation: Situation, world: Any) -> None:
        return None


HOUSE = House(Errand("menu"), Errand("menu"), Errand("menu"), lambda text: Errand("menu"))
ENGINE: Engine[Any] = Engine([MENU, ORDER], Reader(), Words(), HOUSE, lambda world: {})


class Talk:
    def __init__(self) -> None:
        self.state: Any = None
        self.at = SATURDAY
        self.said: list[Outgoing] = []

    def hear(self, text: str = "", kind: Any = "text", **details: str) -> list[str]:
        self.state, self.said = ENGINE.turn(
            self.state, Incoming("x", "x", "e", "me", kind, text, self.at, details=details), None  # type: ignore[arg-type]
        )
        return [each.text.replace("Order.", "order.").replace("Menu.", "menu.") for each in self.said]

    def form(self, **details: str) -> list[str]:
        return self.hear(kind="details", **details)

    @property
    def place(self) -> str:
        return str(self.state["at"]["step"])


@pytest.fixture
def talk():
    talk = Talk()
    talk.hear("xin chao")
    talk.hear("1")
    return talk


def test_a_question_says_what_it_wants_when_it_is_first_asked_and_not_again(talk):
    assert [each.wants for each in talk.said] == [None, "name"]
    talk.hear("An")
    assert [(each.text, each.wants) for each in talk.said] == [("Order.name.too_short", None)]
    talk.hear("Trần An")
    assert [each.wants for each in talk.said] == ["phone"]
    talk.hear("0")
    assert [each.wants for each in talk.said] == [None], "gone back to, it is known already"


def test_a_form_answers_one_question_after_the_other(talk):
    assert talk.form(name=NAME, phone=PHONE, address=ADDRESS) == ["order.colour.ask"]
    assert talk.place == "colour"
    talk.hear("2")
    assert talk.place == "address", "what came too early is not kept"
    talk.form(address="số 1")
    talk.hear("có")
    assert f"{ADDRESS[:4]}" in talk.said[-1].text
    assert NAME in talk.said[-1].text


def test_what_the_form_lacks_is_asked_for(talk):
    assert talk.form(name=NAME) == ["order.phone.ask"]
    assert talk.said[0].wants == "phone"
    assert talk.form(address=ADDRESS) == ["common.details_thanks.say\norder.phone.ask"], "nobody waits for that one yet"
    assert "address" not in talk.state["at"]["answers"]


def test_a_piece_that_is_of_no_use_is_said_as_for_a_typed_one(talk):
    assert talk.form(name="An", phone=PHONE) == ["order.name.too_short"]
    assert talk.place == "name"
    talk.form(name=NAME)
    assert talk.form(phone="không có") == ["common.not_understood.say"]
    assert talk.place == "phone"


def test_a_piece_to_be_confirmed_is_read_back(talk):
    talk.form(name=NAME, phone=PHONE)
    talk.hear("1")
    assert talk.form(address=ADDRESS) == [f"common.read_back.say.{ADDRESS}"]
    talk.hear("đúng")
    assert talk.place == "sure"


def test_a_form_that_nobody_waits_for_is_thanked_for_with_the_present_screen(talk):
    talk.form(name=NAME, phone=PHONE)
    [said] = talk.form(name="Lê Thị Khác")
    assert said == "common.details_thanks.say\norder.colour.ask"
    assert [each.label for each in talk.said[0].choices] == ["Đỏ", "Xanh"]
    assert talk.state["at"]["answers"]["name"] == NAME
    assert "Khác" not in str(talk.state)


def test_an_empty_form_and_a_form_as_the_first_word_are_answered(talk):
    assert talk.form() == ["common.details_thanks.say\norder.name.ask"]
    stranger = Talk()
    assert stranger.form(name=NAME) == ["common.details_thanks.say\nmenu.errand.ask"]
    assert NAME not in str(stranger.state)


def test_the_wish_goes_with_the_last_part_of_a_long_question():
    from bot.dialogue.engine import split

    parts = split(Outgoing("\n".join(["x" * 900] * 4), wants="phone"))
    assert [part.wants for part in parts] == [None] * (len(parts) - 1) + ["phone"]
    assert len("".join(part.text for part in parts)) > MOST_CHARACTERS


def test_choices_have_the_shape_that_wires_know_them_by(talk):
    talk.form(name=NAME, phone=PHONE)
    assert all(is_choice_value(each.value) for each in talk.said[0].choices)


# -- an officer, over the whole house -------------------------------------------------------------------------------------------


def happen(conversation, kind, **more):
    conversation.application.accept(Incoming(
        "terminal", "test", f"{kind}-{conversation.clock.now().isoformat()}-{more}", conversation.user, kind, "", conversation.clock.now(),
        **more,
    ))
    return conversation._work()


def test_while_an_officer_speaks_nothing_is_answered_and_afterwards_all_is(conversation):
    conversation.say("đặt lịch làm giấy khai sinh cho con")
    step = conversation.place
    assert happen(conversation, "officer") == []
    for kind in ("text", "sticker", "choice", "photo", "details", "follow", "voice"):
        assert conversation.say("lam giay khai sinh cho con can gi", kind=kind) == []
    assert conversation.at(SATURDAY + QUIET_AFTER_AN_OFFICER - timedelta(seconds=1)) == []
    assert conversation.say("1") == []
    conversation.at(SATURDAY + QUIET_AFTER_AN_OFFICER)
    assert conversation.say("1")
    assert conversation.place != step, "the errand goes on where it stood"


def test_each_word_of_the_officer_begins_the_quiet_anew(conversation):
    conversation.say("xin chào")
    happen(conversation, "officer")
    conversation.clock.move_to(SATURDAY + timedelta(minutes=90))
    happen(conversation, "officer")
    conversation.clock.move_to(SATURDAY + QUIET_AFTER_AN_OFFICER + timedelta(minutes=1))
    assert conversation.say("xin chào") == []


@pytest.mark.parametrize("word", ["menu", "bot", "Bot ơi", "gọi bot", "00"])
def test_the_citizen_calls_the_bot_back_at_once(conversation, word):
    conversation.say("xin chào")
    happen(conversation, "officer")
    [said] = conversation.say(word)
    assert said.text.startswith("Em nghe đây")
    assert said.choices
    assert conversation.say("lam giay khai sinh cho con can gi")


def test_an_officers_word_comes_first_and_notices_still_go(conversation):
    """The officer may be the first who is heard of in a conversation."""
    happen(conversation, "officer")
    assert conversation.say("xin chào") == []
    with conversation.application.store.writing() as repositories:
        due = conversation.clock.now()
        repositories.notices.queue(conversation.citizen, "c", Outgoing("Hồ sơ có kết quả", kind="notice", once=True), due)
    assert [each.text for each in conversation._work()] == ["Hồ sơ có kết quả"]


def test_a_form_through_the_whole_house_is_masked_and_forgotten(conversation):
    conversation.say("xin chào")
    [said] = happen(conversation, "details", details={"name": "Trần 012345678901", "phone": PHONE})
    assert "chưa cần thông tin đó" in said.text
    with conversation.repositories() as repositories:
        assert "012345678901" not in str(repositories.privacy.held(conversation.citizen))


# -- followers --------------------------------------------------------------------------------------------------------------------


def test_a_new_follower_is_welcomed_and_who_comes_back_finds_what_they_left(conversation):
    [said] = happen(conversation, "follow")
    assert said.text.startswith("Chào anh/chị, đây là")
    conversation.say("đặt lịch làm giấy khai sinh cho con")
    assert happen(conversation, "unfollow") == []
    conversation.clock.move_to(SATURDAY + timedelta(minutes=1))
    [said] = happen(conversation, "follow")
    assert said.text.startswith("Chào anh/chị, rất vui gặp lại.")
    assert said.choices[-1].label == "Trở lại: Đặt lịch đến nộp"
