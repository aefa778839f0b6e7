"""A word of thanks is answered, and nothing is lost by it."""

import pytest


@pytest.mark.parametrize("words", ["cảm ơn em nghen", "cam on con", "ok cam on nhieu", "tạm biệt"])
def test_thanks_are_answered(conversation, words):
    conversation.say("khai sinh cho con can gi")
    conversation.say(words)
    assert conversation.place == "thanks.say"


def test_a_follow_up_after_thanks_still_has_its_procedure(conversation):
    for said in ("khai sinh cho con can gi", "cảm ơn em", "mấy ngày xong?"):
        conversation.say(said)
    assert (conversation.last[0].procedure, conversation.last[0].facet) == ("1.001193", "time")
