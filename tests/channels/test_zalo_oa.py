"""The Official Account over a double of it: what comes in, what goes out, what goes wrong."""

import asyncio
import hashlib
import io
import json
import logging
import re
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import zxingcpp
from PIL import Image
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.__main__ import main
from bot.channels.zalo.official_account import layout
from bot.channels.zalo.official_account.channel import ZaloOAChannel
from bot.channels.zalo.official_account.signature import Verdict, check, moment_of, sign
from bot.channels.zalo.official_account.troubles import TROUBLES
from bot.channels.zalo.official_account.wire import Ignored, read_event
from bot.clock import SetClock, local
from bot.dialogue.messages import Choice, Incoming, Outgoing, Template, Ticket, from_json, is_choice_value, to_json
from bot.errors import SettingsError, StoreUnavailable
from bot.notices.hours import Window
from bot.notices.outbox import NotSent, OutsideWindow, Sent, Unknown
from bot.pictures.model import Slip
from bot.settings import load_settings
from tests.channels.running import Away, running
from tests.channels.zalo_oa import NOW, READY, TEMPLATES, make_channel, notice, row
from tests.doubles.serving import free_port, serving
from tests.doubles.zalo_oa import APP_ID, APP_SECRET, OA_ID, SECRET_KEY, SEED, zalo_oa_double
from tests.tree import ROOT

TICKET = Ticket("H48-217K", "Khai sinh cho con", "Trung tâm xã Mẫu, số 1 đường Mẫu", datetime(2026, 11, 27, 1, 30, tzinfo=UTC), 15)
STAMP = str(int(NOW.timestamp() * 1000))
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(scope="module")
def double():
    with zalo_oa_double() as zalo:
        yield zalo


@pytest.fixture(scope="module")
def bot(double, tmp_path_factory):
    """One bot for most of the tests; each speaks as a citizen of its own."""
    with running(tmp_path_factory.mktemp("zalo-oa"), read_photo=seen, **double.environ()) as up:
        double.use_webhook(f"{up.url}/webhooks/zalo-oa")
        yield up


@pytest.fixture
def user(request):
    return str(10**17 + abs(hash(request.node.name)) % 10**16)


PICTURES = {}


def seen(data):
    """The reader of slips of these tests: tells what was put in for the picture."""
    return PICTURES.get(bytes(data), Slip("nothing"))


def until(true, seconds=10.0):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.01)


def status(bot):
    return httpx.get(f"{bot.url}/status", trust_env=False).json()["channels"]["zalo-oa"]


def settled(double, bot, user):
    """Everything of *user* is taken and answered."""
    double.wait(lambda: double.unconfirmed(user) == 0)
    until(lambda: not bot.application.store.outbox.history.waiting(("zalo-oa", APP_ID, user)))


# -- whose event it is ------------------------------------------------------------------------------------------------------


def body(**more):
    return json.dumps({"app_id": APP_ID, "event_name": "x", "timestamp": STAMP, **more}).encode()


def mac(content, stamp=STAMP, first=APP_ID, secret=SECRET_KEY):
    return "mac=" + hashlib.sha256(first.encode() + content + stamp.encode() + secret.encode()).hexdigest()


def test_either_place_of_the_timestamp_is_taken_and_told_apart():
    content, other = body(), str(int(STAMP) + 5)
    assert check(content, mac(content), "", APP_ID, SECRET_KEY, NOW) == Verdict("body")
    assert check(content, mac(content), other, APP_ID, SECRET_KEY, NOW) == Verdict("body")
    assert check(content, mac(content, other), other, APP_ID, SECRET_KEY, NOW) == Verdict("header")
    assert check(content, mac(content).removeprefix("mac=").upper(), "", APP_ID, SECRET_KEY, NOW) == Verdict("body")


@pytest.mark.parametrize(("given", "refusal"), [
    ("", "no signature"), ("mac=", "no signature"), ("mac=abc", "wrong signature"), ("mac=đ", "wrong signature"),
    (mac(body(), first=OA_ID), "wrong signature"), (mac(body(), secret=APP_SECRET), "wrong signature"),
    (mac(body(), stamp=str(int(STAMP) + 1)), "wrong signature"), (mac(body() + b" "), "wrong signature"),
])
def test_what_is_not_rightly_signed_is_refused(given, refusal):
    assert check(body(), given, "", APP_ID, SECRET_KEY, NOW) == Verdict(None, refusal)


def test_another_apps_event_and_an_old_one_are_refused_even_if_signed():
    foreign = json.dumps({"app_id": "1", "timestamp": STAMP}).encode()
    assert check(foreign, mac(foreign), "", APP_ID, SECRET_KEY, NOW).refusal == "another app"
    content = body()
    for age, refusal in ((2 * HOURS, None), (2.01 * HOURS, "too old"), (-2.01 * HOURS, "too old")):
        assert check(content, mac(content), "", APP_ID, SECRET_KEY, NOW + age).refusal == refusal
    timeless = json.dumps({"app_id": APP_ID, "timestamp": "soon"}).encode()
    assert check(timeless, mac(timeless, "soon"), "", APP_ID, SECRET_KEY, NOW).refusal == "too old"


@pytest.mark.parametrize("content", [b"", b"[]", b"not json", b"{}", b"[" * 100_000, b'{"app_id": 1}', b'{"timestamp": {}}'])
def test_a_body_of_any_shape_is_refused_without_an_error(content):
    assert check(content, mac(content), "", APP_ID, SECRET_KEY, NOW).variant is None
    assert check(content, mac(content), STAMP, APP_ID, SECRET_KEY, NOW).refusal == "another app"


def test_without_a_key_nothing_is_ever_right():
    content = body()
    assert check(content, mac(content, secret=""), "", APP_ID, "", NOW).variant is None


def test_stamps_are_milliseconds_and_nothing_else_is_a_moment():
    assert moment_of(STAMP) == NOW
    assert moment_of(str(int(NOW.timestamp()))) == NOW
    assert [moment_of(each) for each in ("", "-5", "1e12", "9" * 16, "9" * 40, "²")] == [None] * 6


# -- reading an event ---------------------------------------------------------------------------------------------------------


def event(name, **more):
    return {"app_id": APP_ID, "event_name": name, "sender": {"id": "u7"}, "recipient": {"id": OA_ID}, "timestamp": STAMP, **more}


def attached(name, *payloads):
    return event(name, message={"msg_id": "m1", "attachments": [{"type": "x", "payload": each} for each in payloads]})


@pytest.mark.parametrize(("told", "kind", "text", "event_id", "picture"), [
    (event("user_send_text", message={"text": "xin chào", "msg_id": "m1"}), "text", "xin chào", "m1", None),
    (event("user_send_text", message={"text": "#c3.1", "msg_id": "m1"}), "choice", "c3.1", "m1", None),
    (event("user_send_text", message={"text": "#nop_ho_so", "msg_id": "m1"}), "text", "#nop_ho_so", "m1", None),
    (event("user_send_text", message={"text": "c3.1", "msg_id": "m1"}), "text", "c3.1", "m1", None),
    (event("user_send_text", message={"text": "#c3.1 or else", "msg_id": "m1"}), "text", "#c3.1 or else", "m1", None),
    (event("user_send_text", message={"text": "a"}), "text", "a", f"user_send_text:u7:{STAMP}", None),
    (event("user_send_text"), "text", "", f"user_send_text:u7:{STAMP}", None),
    (event("user_send_text", message={"text": "\ud83d", "msg_id": "m1"}), "text", "?", "m1", None),
    (attached("user_send_image", {"url": "http://f6.photo.talk.zdn.vn/x.jpg"}), "photo", "", "m1", "http://f6.photo.talk.zdn.vn/x.jpg"),
    (attached("user_send_image", {}, {"url": "https://b"}), "photo", "", "m1", "https://b"),
    (event("user_send_image", message={"msg_id": "m1", "attachments": 5}), "photo", "", "m1", ""),
    (attached("user_send_sticker", {"id": "5"}), "sticker", "", "m1", None),
    (attached("user_send_audio", {"url": "https://a"}), "voice", "", "m1", None),
    (attached("user_send_location", {"coordinates": {}}), "other", "", "m1", None),
    (attached("user_send_file", {}), "other", "", "m1", None), (attached("user_send_link", {}), "other", "", "m1", None),
    (attached("user_send_video", {}), "other", "", "m1", None), (attached("user_send_business_card", {}), "other", "", "m1", None),
])
def test_an_event_becomes_incoming(told, kind, text, event_id, picture):
    heard = read_event(told, APP_ID, NOW)
    assert heard.incoming == Incoming("zalo-oa", APP_ID, event_id, "u7", kind, text, NOW)
    assert heard.picture == picture


def test_followers_officers_and_forms_become_incoming():
    for name in ("follow", "unfollow"):
        heard = read_event({"event_name": name, "follower": {"id": "u7"}, "timestamp": STAMP}, APP_ID, NOW).incoming
        assert (heard.kind, heard.peer, heard.event_id) == (name, "u7", f"{name}:u7:{STAMP}")
    sender, recipient = {"id": OA_ID, "admin_id": "9"}, {"id": "u7"}
    heard = read_event(event("oa_send_text", sender=sender, recipient=recipient, message={"msg_id": "m"}), APP_ID, NOW).incoming
    assert (heard.kind, heard.peer, heard.text) == ("officer", "u7", "")
    place = {"user_city": "Cần Thơ", "user_ward": "xã Mẫu", "user_address": "số 1"}
    info = {"name": "Trần Văn Mẫu", "phone": "84912345678", "full_address": place}
    heard = read_event(event("user_submit_info", info=info), APP_ID, NOW).incoming
    assert heard.kind == "details"
    assert heard.details == {"name": "Trần Văn Mẫu", "phone": "0912345678", "address": "số 1, xã Mẫu, Cần Thơ"}
    assert heard.text == "Trần Văn Mẫu\n0912345678\nsố 1, xã Mẫu, Cần Thơ"
    older = {"name": "", "phone": "0912345678", "address": "số 1", "ward": "xã Mẫu"}
    assert read_event(event("user_submit_info", info=older), APP_ID, NOW).incoming.details == {
        "phone": "0912345678", "address": "số 1, xã Mẫu",
    }
    assert read_event(event("user_submit_info"), APP_ID, NOW).incoming.details == {}


@pytest.mark.parametrize("told", [
    {}, {"event_name": 5}, {"event_name": "user_send_text"}, {"event_name": "user_send_text", "sender": 7}, {"event_name": "follow"},
    {"event_name": "user_send_text", "sender": {"id": "x" * 300}}, event("oa_send_text"), event("user_seen_message"),
    event("oa_send_text", sender={"id": OA_ID, "admin_id": ""}), event("a_kind_of_2030"), event("anonymous_send_text", sender={}),
    event("oa_send_text", sender={"admin_id": "9"}, recipient={}), event("user_send_text", sender={"id": True}),
])
def test_what_is_not_for_us_is_nothing(told):
    assert isinstance(read_event(told, APP_ID, NOW), Ignored)


def test_an_event_of_the_future_is_one_of_now():
    told = event("user_send_text", message={"text": "a"}, timestamp=str(int(STAMP) + 3_600_000))
    assert read_event(told, APP_ID, NOW).incoming.sent_at == NOW


# -- laying out a message -----------------------------------------------------------------------------------------------------


def choices(count, label="Việc số {}"):
    return tuple(Choice(label.format(number), f"c1.{number}") for number in range(1, count + 1))


def test_up_to_five_choices_are_buttons_and_stand_in_the_text_too():
    [part] = layout.as_zalo(Outgoing("Chọn:", choices(5), tail="Nguồn."))
    assert part["text"] == "Chọn:\n1. Việc số 1\n2. Việc số 2\n3. Việc số 3\n4. Việc số 4\n5. Việc số 5\nNguồn."
    buttons = part["attachment"]["payload"]["buttons"]
    assert buttons[0] == {"title": "1. Việc số 1", "type": "oa.query.hide", "payload": "#c1.1"}
    assert len(buttons) == 5


@pytest.mark.parametrize("given", [choices(6), (*choices(2), Choice("x" * 98, "c1.3"))])
def test_more_choices_or_longer_ones_leave_the_numbered_list(given):
    [part] = layout.as_zalo(Outgoing("Chọn:", given))
    assert "attachment" not in part
    assert f"{len(given)}. {given[-1].label}" in part["text"]


def test_a_text_that_is_too_long_is_cut_at_line_ends_and_its_buttons_come_last():
    parts = layout.as_zalo(Outgoing("\n".join(["dòng " * 30] * 20), choices(2)))
    assert len(parts) == 2
    assert all(len(part["text"]) <= 2000 for part in parts)
    assert ["attachment" in part for part in parts] == [False, True]


def test_a_wish_and_a_template_survive_the_outbox():
    whole = Outgoing("a", wants="phone", template=Template("dossier_ready", {"code": "H"}))
    assert from_json(json.loads(json.dumps(to_json(whole)))) == whole
    without = to_json(Outgoing("a"))
    del without["wants"], without["template"]
    assert from_json(without) == Outgoing("a"), "rows of the release before have none"


def test_what_the_engine_offers_looks_like_a_choice():
    assert is_choice_value("c12.3")
    others = ("c1", "c1.", "c.1", "C1.1", "c1.1 ", "xc1.1", "c1.1\n", "c" + "1" * 10 + ".1", "c١.1")
    assert not any(is_choice_value(each) for each in others)


# -- the window and its ways --------------------------------------------------------------------------------------------------


def test_the_window_is_free_then_billed_then_closed():
    window = Window(free=48 * HOURS, billed=7 * DAYS)
    ages = {0 * HOURS: "free", 47.99 * HOURS: "free", 48 * HOURS: "billed", 6.99 * DAYS: "billed", 7 * DAYS: "closed"}
    assert {age: window.standing(NOW - age, NOW) for age in ages} == ages
    assert window.standing(None, NOW) == "closed"


async def _send(channel: ZaloOAChannel, *rows):
    try:
        return [await channel.send(each) for each in rows]
    finally:
        await channel.close()


def send(double, *rows, **more):
    return asyncio.run(_send(make_channel(double, **more), *rows))


@pytest.fixture
def zalo():
    """A double of one's own, whose citizen u1 is known and may be written to."""
    with zalo_oa_double() as own:
        own.know("u1")
        yield own


@pytest.mark.parametrize(("heard", "billed", "template", "ways"), [
    (HOURS, "template", READY, ["text"]), (3 * DAYS, "template", READY, ["template"]), (3 * DAYS, "template,reply", READY, ["template"]),
    (3 * DAYS, "reply,template", READY, ["text"]), (3 * DAYS, "reply", READY, ["text"]), (3 * DAYS, "", READY, []),
    (8 * DAYS, "template,reply", READY, ["template"]), (8 * DAYS, "reply", READY, []), (None, "template", READY, ["template"]),
    (3 * DAYS, "template", None, []), (3 * DAYS, "template,reply", None, ["text"]), (3 * DAYS, "template", Template("dossier_late"), []),
])
def test_a_notice_goes_the_cheapest_way_that_is_allowed(zalo, heard, billed, template, ways):
    [outcome] = send(zalo, notice(heard=heard, template=template), BOT_ZALO_OA_BILLED=billed)
    assert [each.way for each in zalo.sent("u1")] == ways
    assert isinstance(outcome, Sent if ways else OutsideWindow)
    if ways:
        assert outcome.reference == zalo.sent("u1")[0].message_id
    if ways == ["template"]:
        assert (zalo.sent("u1")[0].text, dict(zalo.sent("u1")[0].values)) == ("312456", dict(READY.fields))


def test_a_reply_that_comes_too_late_costs_nothing_unless_allowed(zalo):
    assert send(zalo, row(heard=3 * DAYS)) == [OutsideWindow()]
    assert zalo.calls == []
    assert isinstance(send(zalo, row(heard=3 * DAYS), BOT_ZALO_OA_BILLED="reply")[0], Sent)


def test_whoever_unfollowed_gets_answers_and_nothing_unasked(zalo):
    asked, unasked = send(zalo, row(unfollowed=True), notice(unfollowed=True))
    assert isinstance(asked, Sent)
    assert unasked == OutsideWindow()


def test_a_window_that_the_platform_finds_closed_leaves_the_template(zalo):
    zalo.close_window("u1")
    assert isinstance(send(zalo, notice())[0], Sent)
    assert [each.way for each in zalo.sent("u1")] == ["template"]
    assert send(zalo, notice(template=None)) == [OutsideWindow()]


@pytest.mark.parametrize("text", ["reply,reply", "zns", "template;reply"])
def test_a_way_that_is_none_is_refused_at_the_start(zalo, text):
    with pytest.raises(SettingsError, match="BOT_ZALO_OA_BILLED"):
        load_settings({**zalo.environ(), "BOT_ZALO_OA_BILLED": text})


# -- every refusal ------------------------------------------------------------------------------------------------------------

ALL_WAIT, ONE_WAITS, LISTED, CALLED = "all wait", "one waits", "listed", "called"
REFUSALS = {
    # code: (what becomes of a reply, whether /status shows it)
    -32: (ALL_WAIT, True), -216: (ALL_WAIT, True), -220: (ALL_WAIT, True), -124: (ALL_WAIT, True),
    -234: (ONE_WAITS, False), -133: (ONE_WAITS, False), -144: (ONE_WAITS, True), -147: (ONE_WAITS, True),
    -230: (CALLED, False), -232: (CALLED, False), -213: (CALLED, False), -227: (CALLED, False), -244: (CALLED, False),
    -108: (CALLED, False), -114: (CALLED, False), -118: (CALLED, False), -119: (CALLED, False), -218: (CALLED, False),
    -211: (CALLED, True), -224: (CALLED, True), -115: (CALLED, True), -137: (CALLED, True), -131: (CALLED, True), -135: (CALLED, True),
    -201: (LISTED, False), -240: (LISTED, True), 404: (LISTED, True),
}
WHAT_THEN = {ALL_WAIT: NotSent, ONE_WAITS: NotSent, LISTED: Unknown, CALLED: OutsideWindow}


def test_every_refusal_of_the_table_is_tried_here():
    assert REFUSALS.keys() == TROUBLES.keys()


@pytest.mark.parametrize("code", REFUSALS)
def test_what_a_refusal_means_for_the_citizen_and_the_operator(zalo, caplog, code):
    """A notice that may go by template is refused by both ways alike; what was meant for others afterwards shows who waits."""
    then, shown = REFUSALS[code]
    zalo.know("u2")
    for way in ("cs", "template"):
        zalo.fail(code, way, times=-1)
    clock = SetClock(NOW)
    channel = make_channel(zalo, clock)

    async def sends():
        first = await channel.send(notice())
        health = channel.health()
        zalo.mend()
        clock.move_to(NOW + timedelta(seconds=1))
        second = await channel.send(row("u2"))
        await channel.close()
        return first, second, health

    with caplog.at_level(logging.INFO):
        first, second, health = asyncio.run(sends())
    assert isinstance(first, WHAT_THEN[then])
    assert zalo.sent("u1") == []
    assert isinstance(second, NotSent if then == ALL_WAIT else Sent)
    to_do = f"{code}: {TROUBLES[code].to_do}"
    assert to_do in [getattr(each, "outcome", None) for each in caplog.records]
    assert (to_do in (health.get("conversation"), health.get("template"))) == shown
    assert (health["state"] == "sick") == shown


def test_a_refusal_that_is_not_documented_is_listed_for_a_person(zalo, caplog):
    zalo.fail(-999)
    assert send(zalo, row()) == [Unknown()]
    assert "-999" in str([getattr(each, "outcome", "") for each in caplog.records])


@pytest.mark.parametrize(("what", "expected"), [
    (500, Unknown), (502, Unknown), (503, Unknown), (401, Sent), (429, NotSent), (400, Unknown), ("dropped", Unknown), ("lost", Unknown),
])
def test_what_a_send_may_come_to(zalo, what, expected):
    zalo.fail(what)
    assert isinstance(send(zalo, row())[0], expected)
    assert len(zalo.sent("u1")) == (1 if what in ("lost", 401) else 0)


def test_a_platform_that_is_not_there_has_certainly_not_got_it(zalo):
    zalo.url = "http://127.0.0.1:9"
    [outcome] = send(zalo, row(), BOT_ZALO_OA_OAUTH_URL="http://127.0.0.1:9")
    assert isinstance(outcome, NotSent)
    assert zalo.sent("u1") == []


@pytest.mark.parametrize(("hour", "morning"), [(23, 24), (2, 23), (12, 24)])
def test_what_is_refused_at_night_waits_for_six_in_the_morning(zalo, hour, morning):
    clock = SetClock(datetime(2026, 11, 23, hour))
    zalo.night()
    [outcome] = send(zalo, notice(heard=None), clock=clock)
    assert isinstance(outcome, NotSent)
    shown = local(outcome.retry_at)
    assert (shown.day, shown.hour) == (morning, 6)
    assert shown.minute < 11


def test_a_days_limit_waits_for_the_next_day_even_before_six(zalo):
    zalo.fail(-144, "template")
    [outcome] = send(zalo, notice(heard=None), clock=SetClock(datetime(2026, 11, 23, 2)))
    assert (local(outcome.retry_at).day, local(outcome.retry_at).hour) == (24, 6)


def test_of_several_parts_a_failed_second_one_is_not_called_unsent(zalo):
    long = "\n".join(["dòng " * 30] * 20)

    async def both():
        channel = make_channel(zalo)
        access = await channel.tokens.access()
        assert access
        done = channel._client.say
        count = 0

        async def first_only(*given):
            nonlocal count
            count += 1
            if count > 1:
                zalo.fail(-32)
            return await done(*given)

        channel._client.say = first_only
        outcome = await channel.send(row(text=long))
        await channel.close()
        return outcome

    assert asyncio.run(both()) == Unknown()
    assert len(zalo.sent("u1")) == 1


def test_while_the_database_is_away_nothing_is_sent_and_nothing_lost(zalo):
    channel = make_channel(zalo)

    def away(*_):
        raise StoreUnavailable("gone")

    channel.tokens._stored.settle = away
    [outcome] = asyncio.run(_send(channel, row()))
    assert isinstance(outcome, NotSent)
    assert zalo.renewals == []


# -- tickets and the form -----------------------------------------------------------------------------------------------------


def test_without_an_address_of_ours_the_tickets_picture_is_uploaded(zalo):
    [outcome] = send(zalo, row(ticket=TICKET))
    assert isinstance(outcome, Sent)
    said, picture = zalo.sent("u1")
    assert outcome.reference == said.message_id
    with Image.open(io.BytesIO(picture.picture)) as opened:
        assert [each.text for each in zxingcpp.read_barcodes(opened.convert("L"))] == ["H48217K"]
    assert picture.text == "H48-217K"


@pytest.mark.parametrize("path", ["upload", "cs"])
def test_a_picture_that_is_refused_leaves_the_words_and_is_not_tried_twice(zalo, path):
    if path == "upload":
        zalo.fail(-201, "upload", times=-1)
        [outcome] = send(zalo, row(ticket=TICKET))
    else:
        [outcome] = send(zalo, row(ticket=TICKET), public_url="http://127.0.0.1:9")
    assert isinstance(outcome, Sent)
    assert [each.way for each in zalo.sent("u1")] == ["text"]
    assert len(zalo.called("upload")) + len(zalo.called("cs")) == 2


def book(double, user):
    for line in ("dat lich lam giay khai sinh cho con", "1", "3", "1", "1", "Trần Văn Mẫu", "1"):
        count = len(double.sent(user))
        double.say(user, line)
        double.wait_sent(user, count + 1)


def test_with_an_address_a_ticket_comes_with_picture_and_calendar_entry(tmp_path):
    with zalo_oa_double() as zalo:
        port = free_port()
        with running(tmp_path, **zalo.environ(), BOT_PUBLIC_URL=f"http://127.0.0.1:{port}") as bot, forwarding(port, bot.url):
            zalo.use_webhook(f"{bot.url}/webhooks/zalo-oa")
            book(zalo, "u1")
            zalo.wait(lambda: zalo.sent("u1")[-1].way == "picture")
            said, picture = zalo.sent("u1")[-2:]
            code = said.text.partition("Số hẹn: ")[2][:8]
            with Image.open(io.BytesIO(picture.picture)) as opened:
                assert [each.text for each in zxingcpp.read_barcodes(opened.convert("L"))] == [code.replace("-", "")]
            link = picture.text.rpartition(" ")[2]
            entry = httpx.get(link, trust_env=False)
            assert (entry.status_code, entry.content[:15]) == (200, b"BEGIN:VCALENDAR")
            assert "Mẫu" not in link


class forwarding:  # noqa: N801
    """The bot's own address is known only once it serves; whoever asks at *port* is handed on."""

    def __init__(self, port, url):
        async def hand_on(request):
            async with httpx.AsyncClient(trust_env=False) as client:
                answer = await client.get(f"{url}{request.url.path}")
            return Response(answer.content, answer.status_code, {"content-type": answer.headers.get("content-type", "")})

        self._serving = serving(Starlette(routes=[Route("/{path:path}", hand_on)]), port)

    def __enter__(self):
        return self._serving.__enter__()

    def __exit__(self, *problem):
        return self._serving.__exit__(*problem)


def test_a_question_for_who_they_are_brings_zalos_own_form(tmp_path, zalo):
    port, wants = free_port(), row(wants="phone")
    ours = f"http://127.0.0.1:{port}"
    with (
        zalo_oa_double() as another, running(tmp_path, **another.environ(), BOT_PUBLIC_URL=ours) as bot, forwarding(port, bot.url),
    ):
        assert isinstance(send(zalo, wants, public_url=ours)[0], Sent)
    said, form = zalo.sent("u1")
    assert (said.way, form.way) == ("text", "form")
    assert dict(form.values) == {"title": "form", "subtitle": "words", "image_url": f"{ours}/zalo-oa/form.png"}


def test_without_an_address_of_ours_there_is_no_picture_and_so_no_form(zalo):
    assert isinstance(send(zalo, row(wants="phone"))[0], Sent)
    assert [each.way for each in zalo.sent("u1")] == ["text"]


# -- the webhook --------------------------------------------------------------------------------------------------------------


def post(bot, content, **headers):
    return httpx.post(f"{bot.url}/webhooks/zalo-oa", content=content, headers=headers, trust_env=False).status_code


def test_the_consoles_probe_is_taken_and_stored_nowhere(bot, double):
    assert double.probe() == 200
    assert post(bot, b"{ }") == 403
    assert post(bot, b"") == 403
    assert status(bot)["events"]["probe"] >= 1


def test_what_is_too_large_is_not_read(bot):
    assert post(bot, b"x" * (1024 * 1024 + 1)) == 413


def test_signed_rubbish_is_told_as_such(bot):
    stamp = str(int(time.time() * 1000))
    content = json.dumps([1]).encode()
    assert post(bot, content, **{"x-zevent-signature": mac(content, stamp), "x-zevent-timestamp": stamp}) == 403
    unknown = json.dumps({"app_id": APP_ID, "timestamp": stamp, "event_name": "a_kind_of_2030"}).encode()
    assert post(bot, unknown, **{"x-zevent-signature": mac(unknown, stamp)}) == 200
    assert status(bot)["unknown_events"]["a_kind_of_2030"] == 1


@pytest.mark.parametrize("signed", ["oa_id", "app_secret", "wrong", "none"])
def test_a_wrong_variant_gets_nowhere_and_is_counted(tmp_path, signed):
    with zalo_oa_double() as zalo, running(tmp_path, **zalo.environ()) as bot:
        zalo.use_webhook(f"{bot.url}/webhooks/zalo-oa")
        zalo.signed = signed
        zalo.say("u1", "menu")
        zalo.wait(lambda: zalo.posted)
        assert zalo.statuses() == [403]
        told = status(bot)
        assert told["signatures"] == {f"refused: {'no signature' if signed == 'none' else 'wrong signature'}": 1}
        assert (told["state"] == "sick") == (signed != "none")
        zalo.signed = "header"
        zalo.say("u1", "menu")
        zalo.wait_sent("u1", 1)
        told = status(bot)
        assert told["signatures"]["timestamp of the header"] == 1
        assert told["state"] == "ok"


def test_a_repeat_a_late_one_and_a_swapped_one_are_heard_once(bot, double, user):
    double.hold()
    double.say(user, "menu")
    double.say(user, "lam giay khai sinh cho con can gi")
    double.release(newest_first=True)
    double.wait_sent(user, 2)
    tries = len(double.posted)
    double.again()
    double.wait(lambda: len(double.posted) > tries)
    assert double.posted[-1].retry == 1
    assert double.posted[-1].status == 200
    settled(double, bot, user)
    assert len(double.sent(user)) == 2


def test_an_event_of_yesterday_is_refused(bot, double, user):
    tries = len(double.posted)
    double.happens(user, {"event_name": "user_send_text", "sender": {"id": user}, "message": {"text": "menu", "msg_id": user}},
                   user, stamp=time.time() - 3 * 3600)
    double.wait(lambda: len(double.posted) > tries)
    assert double.posted[-1].status == 403
    assert double.sent(user) == []


def test_the_webhook_waits_for_the_database_and_each_citizen_is_told_once(tmp_path):
    with zalo_oa_double() as zalo, running(tmp_path, **zalo.environ()) as bot:
        zalo.use_webhook(f"{bot.url}/webhooks/zalo-oa")
        zalo.say("u1", "menu")
        zalo.wait_sent("u1", 1)
        wall = Away(bot.application)
        wall.away = True
        zalo.say("u1", "menu")
        zalo.say("u1", "lam giay khai sinh cho con can gi")
        zalo.wait_sent("u1", 2)
        zalo.wait(lambda: zalo.statuses().count(503) > 2)
        assert zalo.unconfirmed() == 2
        wall.away = False
        zalo.wait_sent("u1", 4, 15)
        assert "mất kết nối" in zalo.texts("u1")[1]
        assert sum("mất kết nối" in text for text in zalo.texts("u1")) == 1
        assert "Khai sinh" in zalo.texts("u1")[3]


# -- conversations ------------------------------------------------------------------------------------------------------------


def test_a_question_is_answered_and_a_button_pressed(bot, double, user):
    double.say(user, "dat lich lam giay khai sinh cho con")
    first = double.wait_sent(user, 1)[0]
    assert first.labels
    assert all(label in first.text.splitlines() for label in first.labels)
    double.press(user, first.labels[0])
    assert "ngày nào" in double.wait_sent(user, 2)[1].text
    assert double.called("cs")[-1]["recipient"] == {"user_id": user}


def test_an_old_or_a_typed_payload_gets_a_useful_screen(bot, double, user):
    double.say(user, "menu")
    double.wait_sent(user, 1)
    double.say(user, "#c99.7")
    double.wait_sent(user, 2)
    assert "Nút đó của tin cũ" in double.texts(user)[1]
    double.say(user, "#nop_ho_so")
    assert double.wait_sent(user, 3)[2].text


@pytest.mark.parametrize("kind", ["sticker", "audio", "location", "file", "link", "video", "business_card"])
def test_silence_is_never_the_answer(bot, double, user, kind):
    double.attach(user, kind, url="https://example.invalid/x")
    assert double.wait_sent(user, 1)[0].text


def test_who_writes_without_an_account_is_counted_and_nobody_answered(bot, double):
    before = len(double.sent())
    double.anonymous("xin chào")
    double.wait(lambda: double.unconfirmed("") == 0)
    assert double.posted[-1].status == 200
    assert status(bot)["events"]["ignored anonymous_send_text"] >= 1
    assert len(double.sent()) == before


def jpeg(colour):
    picture = io.BytesIO()
    Image.new("RGB", (400, 300), colour).save(picture, "JPEG")
    return picture.getvalue()


def test_a_photo_of_the_slip_is_read_and_what_is_written_after_it_stays_after_it(bot, double, user):
    picture = jpeg("red")
    PICTURES[picture] = Slip("code", "000.00.14.H20-261102-0007")
    double.hold()
    double.photo(user, picture)
    double.say(user, "6789")
    double.release()
    double.wait_sent(user, 2)
    first, second = double.texts(user)
    assert "4 số cuối" in first
    assert "Hẹn trả" in second or "hồ sơ" in second.lower()


def test_a_photo_from_anywhere_else_is_not_fetched(bot, double, user):
    double.photo_at(user, "http://127.0.0.1:9/slip.jpg")
    assert "không mở được" in double.wait_sent(user, 1)[0].text


def test_a_picture_that_takes_long_is_taken_at_the_next_try(tmp_path, monkeypatch):
    from bot.channels.zalo.official_account import channel

    monkeypatch.setattr(channel, "ANSWER_WITHIN", 0.2)

    def slowly(data):
        time.sleep(0.5)
        return Slip("code", "000.00.14.H20-261102-0007")

    with zalo_oa_double() as zalo, running(tmp_path, read_photo=slowly, **zalo.environ()) as bot:
        zalo.use_webhook(f"{bot.url}/webhooks/zalo-oa")
        zalo.photo("u1", jpeg("green"))
        assert "H20" in zalo.wait_sent("u1", 1)[0].text
        zalo.wait(lambda: zalo.unconfirmed() == 0)
        assert zalo.statuses()[0] == 503
        assert zalo.statuses()[-1] == 200
        assert len(zalo.sent("u1")) == 1


# -- followers, officers, forms -----------------------------------------------------------------------------------------------


def test_a_new_follower_is_welcomed_and_an_old_one_greeted(bot, double, user):
    double.follow(user)
    assert "Chào anh/chị, đây là" in double.wait_sent(user, 1)[0].text
    double.unfollow(user)
    double.follow(user)
    assert "rất vui gặp lại" in double.wait_sent(user, 2)[1].text
    settled(double, bot, user)
    assert len(double.sent(user)) == 2


def test_an_officer_silences_the_bot_until_it_is_called(bot, double, user):
    double.say(user, "menu")
    double.wait_sent(user, 1)
    double.officer(user, "Chào chị, tôi là cán bộ")
    double.wait(lambda: double.unconfirmed(user) == 0)
    double.say(user, "lam giay khai sinh cho con can gi")
    double.attach(user, "sticker", id="1")
    settled(double, bot, user)
    assert len(double.sent(user)) == 1
    double.say(user, "bot ơi")
    assert "nghe đây" in double.wait_sent(user, 2)[1].text
    double.say(user, "lam giay khai sinh cho con can gi")
    assert "Khai sinh" in double.wait_sent(user, 3)[2].text


def test_our_own_words_told_back_do_not_silence_us(bot, double, user):
    double.say(user, "menu")
    said = double.wait_sent(user, 1)[0]
    double.echo(user, said.message_id)
    double.echo(user, f"x{said.message_id}")
    settled(double, bot, user)
    double.echo(user, said.message_id, admin="7")  # even if the platform called our own sends an admin's
    double.say(user, "menu")
    double.wait_sent(user, 2)


def test_a_form_that_nobody_asked_for_is_thanked_for(bot, double, user):
    double.say(user, "menu")
    double.wait_sent(user, 1)
    double.submit(user, name="Trần Văn Mẫu", phone="84912345678")
    answer = double.wait_sent(user, 2)[1]
    assert "chưa cần thông tin đó" in answer.text
    assert "1. " in answer.text


# -- what nobody may read -------------------------------------------------------------------------------------------------------


def test_no_secret_stands_in_a_log_an_error_or_an_address(tmp_path, caplog):
    with zalo_oa_double() as zalo:
        zalo.say("u1", "menu")
        with caplog.at_level(logging.DEBUG), running(tmp_path, **zalo.environ()) as bot:
            zalo.use_webhook(f"{bot.url}/webhooks/zalo-oa")
            zalo.wait_sent("u1", 1)
            for what in (-201, 500, "dropped", -216):
                zalo.fail(what)
                count = len(zalo.called("cs"))
                zalo.say("u1", "menu")
                zalo.wait(lambda count=count: len(zalo.called("cs")) > count)
            zalo.fail(500, "token")
            zalo.expire()
            zalo.say("u1", "menu")
            zalo.wait(lambda: len(zalo.renewals) >= 3, 20)
            told = json.dumps(status(bot))
        words = caplog.text + told
        secrets = {APP_SECRET, SECRET_KEY, SEED, *zalo.renewals, *zalo._good_access}
        assert len(secrets) >= 5
        assert not [each for each in secrets if each in words]


def test_the_account_does_not_show_its_secrets():
    settings = load_settings({
        "BOT_ZALO_OA_APP_ID": APP_ID, "BOT_ZALO_OA_APP_SECRET": APP_SECRET, "BOT_ZALO_OA_SECRET_KEY": SECRET_KEY,
        "BOT_ZALO_OA_REFRESH_TOKEN": SEED, **TEMPLATES,
    })
    assert not [each for each in (APP_SECRET, SECRET_KEY, SEED) if each in repr(settings)]
    assert set(settings.secrets()) >= {APP_SECRET, SECRET_KEY, SEED}


# -- the operator's tool ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "secret", "status", "says"), [
    (APP_ID, SECRET_KEY, 0, "app_id of the settings, timestamp of the body, BOT_ZALO_OA_SECRET_KEY: the bot takes it"),
    (APP_ID, APP_SECRET, 1, "BOT_ZALO_OA_APP_SECRET: the bot refuses it"),
    (OA_ID, SECRET_KEY, 1, "oa_id of the body, timestamp of the body, BOT_ZALO_OA_SECRET_KEY: the bot refuses it"),
    (APP_ID, "another", 1, "nothing fits"),
])
def test_a_captured_event_can_be_tried(tmp_path, monkeypatch, capsys, first, secret, status, says):
    content = body(oa_id=OA_ID)
    (tmp_path / "event.json").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "BOT_ZALO_OA_APP_ID": APP_ID, "BOT_ZALO_OA_APP_SECRET": APP_SECRET, "BOT_ZALO_OA_SECRET_KEY": SECRET_KEY,
        "BOT_ZALO_OA_REFRESH_TOKEN": SEED,
    }.items():
        monkeypatch.setenv(name, value)
    given = f"mac={sign(first, content, STAMP, secret)}"
    assert main(["webhook", "verify", "zalo-oa", "event.json", "--signature", given]) == status
    out = capsys.readouterr().out
    assert says in out
    assert not [each for each in (APP_SECRET, SECRET_KEY, SEED) if each in out]
    assert main(["webhook", "verify", "zalo-oa", "event.json"]) == 2
    assert main(["webhook", "verify", "zalo-oa", "none.json", "--signature", given]) == 2


# -- the page for the office ------------------------------------------------------------------------------------------------------


def test_the_offices_page_names_every_refusal():
    page = (ROOT / "docs" / "zalo.md").read_text("utf-8")
    assert [code for code in TROUBLES if not re.search(rf"(?<!\d){code}(?!\d)", page)] == []
