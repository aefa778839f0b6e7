"""Dossiers, readiness, guidance, feedback, privacy: what is put in comes out, what may be there once is there once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.dossiers.model import Dossier
from bot.feedback.model import Complaint, Rating
from bot.guidance.model import Told
from bot.misses.model import Miss
from bot.privacy.model import DataRequest
from bot.readiness.model import Readiness
from tests.store.acts import citizen

CODE = "000.00.14.H20-200703-0002"


@pytest.fixture
def lan(store):
    return citizen(store)


@pytest.fixture
def repositories(store, lan):
    with store.writing() as opened:
        yield opened


@pytest.fixture
def dossier(clock):
    return Dossier(
        code=CODE, status="supplement", as_of=clock.now(), status_words="Chờ bổ sung", procedure="1.001193",
        unit="UBND phường Láng", office="lang", received_on=date(2026, 2, 1), due_on=date(2026, 3, 1),
        new_due_on=date(2026, 3, 5), settled_on=None, returned_on=None, reason="thiếu giấy chứng sinh",
        missing=("giấy chứng sinh", "CCCD"), supplement_by=date(2026, 3, 3), applicant="Nguyễn Thị Lan",
        phone_last4="5678", id_last4="6789",
    )


def test_a_dossier_comes_back_as_it_was_put(repositories, dossier):
    bare = Dossier("000.00.14.H20-200703-0003", "received", dossier.as_of)
    assert repositories.dossiers.put([dossier, bare]) == 2
    assert repositories.dossiers.get(CODE) == dossier
    assert repositories.dossiers.get(bare.code) == bare
    assert repositories.dossiers.get("000.00.14.H20-200703-0004") is None
    assert repositories.dossiers.count() == 2


def test_only_dossiers_that_tell_something_new_count_as_changed(repositories, dossier, clock):
    later = clock.now() + timedelta(days=1)
    others = [replace(dossier, code=f"000.00.14.H20-200703-{n:04}") for n in range(1000, 2100)]
    repositories.dossiers.put([dossier, *others])
    assert repositories.dossiers.put([replace(each, as_of=later) for each in (dossier, *others)]) == 0
    assert repositories.dossiers.get(CODE).as_of == later
    assert repositories.dossiers.put([replace(dossier, status="ready"), others[0]]) == 1
    assert repositories.dossiers.get(CODE).status == "ready"
    assert repositories.dossiers.count() == 1101


def test_a_code_twice_in_one_file_counts_by_its_last_line(repositories, dossier):
    assert repositories.dossiers.put([dossier, replace(dossier, status="ready")]) == 1
    assert repositories.dossiers.get(CODE).status == "ready"


def test_wrong_tries_are_counted_by_citizen_and_by_code(store, repositories, clock, lan):
    since = clock.now()
    for code in (CODE, CODE, "other"):
        repositories.dossiers.record_wrong_try(lan, code)
    assert repositories.dossiers.wrong_tries(lan, CODE, since) == (3, 2)
    assert repositories.dossiers.wrong_tries(lan + 1, CODE, since) == (0, 2)
    assert repositories.dossiers.wrong_tries(lan, CODE, since + timedelta(seconds=1)) == (0, 0)


def test_following_is_kept_once_and_forgotten_on_demand(repositories, lan):
    assert repositories.dossiers.follow(lan, CODE)
    assert not repositories.dossiers.follow(lan, CODE)
    assert repositories.dossiers.follow(lan, "other")
    assert repositories.dossiers.followed(lan) == [CODE, "other"]
    assert [each.citizen for each in repositories.dossiers.followers([CODE])] == [lan]
    assert repositories.dossiers.unfollow(lan, CODE) == 1
    assert repositories.dossiers.unfollow(lan) == 1
    assert repositories.dossiers.followed(lan) == []


def test_a_readiness_code_is_given_once(repositories, clock, lan):
    check = Readiness("G00000A", lan, "1.001193", "con ngoài giá thú", (1, 3), "2026-03-01", clock.now())
    assert repositories.readiness.keep(check)
    assert not repositories.readiness.keep(replace(check, ticked=()))
    assert repositories.readiness.get("G00000A") == check
    assert repositories.readiness.get("G00001B") is None


def test_guidance_comes_in_order_and_in_pieces(repositories, clock):
    told = [
        Told(clock.now() + timedelta(seconds=n // 3), "web", "1.001193", "fee", "v1", None if n % 2 else "quyết định 1")
        for n in range(1500)
    ]
    for each in reversed(told[1400:]):
        repositories.guidance.record(each)
    for each in told[:1400]:
        repositories.guidance.record(each)
    everything = list(repositories.guidance.between(clock.now(), clock.now() + timedelta(days=1)))
    assert sorted(everything, key=repr) == sorted(told, key=repr)
    assert [each.at for each in everything] == [each.at for each in told]
    assert len(list(repositories.guidance.between(told[3].at, told[6].at))) == 3
    assert repositories.guidance.asked() == {"1.001193": len(everything)}


def test_a_missed_question_is_kept_once_and_comes_newest_first(repositories):
    old = Miss("b", "xin giấy phép nuôi yến", "declined", date(2026, 3, 1))
    new = [Miss("c", "gpxd", "refused", date(2026, 3, 2)), Miss("a", "gpxd", "refused", date(2026, 3, 2))]
    for each in (old, *new):
        assert repositories.misses.record(each)
    assert not repositories.misses.record(replace(old, words="khác", why="refused"))
    assert repositories.misses.since() == [new[1], new[0], old]
    assert repositories.misses.since(date(2026, 3, 2)) == [new[1], new[0]]
    assert repositories.misses.since(date(2026, 3, 3)) == []


def test_a_wish_to_be_called_is_brought_up_to_date(repositories, clock, lan):
    ask = repositories.feedback.ask_call_back
    first = ask(lan, "dossier", CODE, "Lan", "0912345678", "gọi giúp", clock.now())
    again = ask(lan, "dossier", CODE, None, "0987654321", None, clock.now() + timedelta(days=1))
    assert (again.id, again.name, again.phone, again.words) == (first.id, "Lan", "0987654321", "gọi giúp")
    assert again.promised_by == clock.now() + timedelta(days=1)
    other = ask(lan, "dossier", None, None, "0912345678", None, None)
    assert [each.id for each in repositories.feedback.waiting()] == [first.id, other.id]
    assert repositories.feedback.waiting_of(lan) == [again, other]
    assert repositories.feedback.waiting_of(lan + 1) == []
    assert repositories.feedback.done(first.id)
    assert not repositories.feedback.done(first.id)
    assert ask(lan, "dossier", CODE, "Lan", "0912345678", None, None).id not in (first.id, other.id)


def test_a_complaint_is_kept_word_for_word_under_its_receipt(repositories, clock, lan):
    complaint = Complaint("P00000A", lan, "Tôi chờ 3 tiếng!", clock.now())
    assert repositories.feedback.keep_complaint(complaint)
    assert not repositories.feedback.keep_complaint(replace(complaint, words="khác"))
    assert repositories.feedback.complaints() == [complaint]


def test_consent_is_told_withdrawn_and_told_again(repositories, clock, lan):
    privacy = repositories.privacy
    assert not privacy.told(lan, "appointment")
    privacy.tell(lan, "appointment")
    privacy.tell(lan, "appointment")
    privacy.tell(lan, "post")
    assert privacy.told(lan, "appointment")
    assert privacy.withdraw(lan) == 2
    assert privacy.withdraw(lan) == 0
    assert not privacy.told(lan, "appointment")
    privacy.tell(lan, "appointment")
    assert privacy.told(lan, "appointment")


def test_requests_are_listed_until_they_are_done(repositories, clock, lan):
    request = DataRequest("T00000A", lan, "correct", clock.now(), clock.now() + timedelta(days=2), None)
    assert repositories.privacy.keep_request(request)
    assert not repositories.privacy.keep_request(request)
    at_once = replace(request, code="T00001B", kind="see", done_at=clock.now())
    assert repositories.privacy.keep_request(at_once)
    assert repositories.privacy.requests() == [request]
    assert repositories.privacy.request_done("T00000A")
    assert not repositories.privacy.request_done("T00000A")
    assert repositories.privacy.requests() == []
    assert len(repositories.privacy.requests(open_only=False)) == 2


def test_a_rating_is_kept(repositories, clock, lan):
    repositories.feedback.keep_rating(Rating(lan, "1-5", 4, "nhanh", clock.now()))
    assert repositories.privacy.held(lan)["rating"][0]["score"] == "4"
