"""One citizen with everything that can be held about a citizen, in words that can be searched for."""

from dataclasses import replace
from datetime import date, timedelta

from bot.appointments.model import HOLD_FOR
from bot.clock import local
from bot.dialogue.messages import Outgoing
from bot.dossiers.model import Dossier
from bot.feedback.model import Complaint, Rating
from bot.misses.model import Miss
from bot.postal.model import Address, Draft, Event, Recipient, Unit
from bot.privacy.model import DataRequest
from bot.readiness.model import Readiness
from tests.store.acts import citizen, message, start

CODE = "000.00.14.H20-200703-0002"
NAME, PHONE, WORDS = "Nguyen Thi Bich Lan", "0912345678", "ban cua toi day"
PERSONAL = (NAME, PHONE, WORDS)
DOOR = Recipient(NAME, PHONE, Address(WORDS, None, None, Unit("30001", "Xã Mẫu"), Unit("87", "Tỉnh Mẫu"), None, "said"), NAME)


def seed(store, clock, peer="lan") -> int:
    """*peer* has written, was answered, booked, complained, asked to be called…; the id of the conversation."""
    store.intake(message(f"{NAME} {PHONE} {WORDS}", peer=peer))
    who = store.conversation("telegram", "bot", peer)
    with store.open_turn() as turn:
        repositories, now = turn.repositories, clock.now()
        for hours, code in ((1, "H00000A"), (48, "H00001B")):
            booking = repositories.appointments.hold(who, start(clock, hours), f"1.00119{hours}", now + HOLD_FOR)
            repositories.appointments.confirm(booking.id, NAME, code)
        repositories.appointments.hold(who, start(clock, 49), "", now + HOLD_FOR)
        repositories.feedback.ask_call_back(who, "dossier", CODE, NAME, PHONE, WORDS, now + timedelta(hours=8))
        repositories.feedback.keep_complaint(Complaint("P00000A", who, WORDS, now))
        repositories.feedback.keep_rating(Rating(who, "1-5", 2, WORDS, now))
        repositories.readiness.keep(Readiness("G00000A", who, "1.001193", None, (1, 2), "v1", now))
        returned = Dossier(CODE, "returned", now, applicant=NAME, phone_last4="5678", reason=WORDS)
        repositories.dossiers.put([replace(returned, returned_on=date(2026, 3, 2))])
        repositories.dossiers.follow(who, CODE)
        repositories.dossiers.record_wrong_try(who, CODE)
        repositories.privacy.tell(who, "appointment")
        repositories.privacy.keep_request(DataRequest("T00000A", who, "see", now, now, now))
        repositories.misses.record(Miss("a-question", WORDS, "declined", local(now).date()))
        draft = Draft(who, "bring", CODE, "1.001193", DOOR, None, "poor", note=WORDS)
        number = repositories.post.keep(draft, "confirmed", hand_back=(WORDS,)).number
        repositories.post.make_manifest(local(now).date())
        repositories.post.record(number, Event("delivered", local(now).date(), 1, receiver=NAME), "EB123456785VN")
        repositories.post.remember(who, DOOR)
        notice = Outgoing(f"{NAME} {WORDS}", kind="notice")
        repositories.notices.queue(who, "reminder", notice, now + timedelta(hours=30))
        turn.commit({"answers": {"name": NAME, "phone": PHONE}}, [Outgoing(f"Chào {NAME}, {PHONE}"), Outgoing(WORDS)])
    return citizen(store, peer)
