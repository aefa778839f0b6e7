"""Two words stop what is told without asking."""

import pytest

from tests.conversations.following import CODE, follow, imported


@pytest.mark.parametrize("words", ["thôi báo", "Thoi bao", "đừng nhắn nữa nha", "ngưng báo tin"])
def test_one_dossier_is_stopped_by_two_words(conversation, words):
    follow(conversation)
    conversation.say(words)
    assert f"Đã thôi báo hồ sơ {CODE}." in conversation.text
    assert imported(conversation, status="ready") == []
    conversation.say(words)
    assert "không nhờ báo hồ sơ nào" in conversation.text


def test_of_several_one_or_all_are_stopped_by_digits(conversation):
    follow(conversation)
    other = "000.00.14.H20-261012-0003"
    with conversation.application.store.writing() as repositories:
        repositories.dossiers.follow(conversation.citizen, other)
    conversation.say("thôi báo")
    assert [choice.label for choice in conversation.last[0].choices][:3] == [CODE, other, "Tất cả"]
    conversation.say("2")
    assert f"Đã thôi báo hồ sơ {other}." in conversation.text
    with conversation.application.store.writing() as repositories:
        repositories.dossiers.follow(conversation.citizen, other)
    conversation.say("thôi báo")
    conversation.say("3")
    assert "Đã thôi báo tất cả hồ sơ." in conversation.text
    with conversation.repositories() as repositories:
        assert repositories.dossiers.followed(conversation.citizen) == []


def test_followed_already_it_is_stopped_from_the_dossier(conversation):
    follow(conversation)
    conversation.say(CODE)
    conversation.say("6789")
    conversation.press("Thôi báo hồ sơ này")
    assert f"Đã thôi báo hồ sơ {CODE}." in conversation.text
