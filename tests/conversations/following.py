"""What a citizen and an import do, where notices about a dossier are tested."""

from dataclasses import replace
from datetime import timedelta

from bot.bootstrap import dossier_notices
from bot.dialogue.messages import as_plain_text

CODE = "H20.14-261102-0007"


def follow(conversation) -> None:
    conversation.say(CODE)
    conversation.say("6789")
    conversation.press("Nhắn em khi có thay đổi")


def imported(conversation, **changes) -> list[str]:
    """What is said after an import that tells so of the dossier."""
    application = conversation.application
    conversation.clock.move_to(conversation.clock.now() + timedelta(minutes=1))
    with application.store.writing() as repositories:
        new = replace(repositories.dossiers.get(CODE), as_of=application.clock.now(), **changes)
        changed = repositories.dossiers.update([new], set(changes)).changes
        followers = repositories.dossiers.followers([each.new.code for each in changed])
        dossier_notices(
            application.town, application.texts, application.knowledge.calendar, application.clock, repositories
        ).hear(changed, followers)
    return [as_plain_text(each) for each in conversation.at(application.clock.now())]
