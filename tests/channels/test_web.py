"""The web page over HTTP: cookies, tokens, headers, the live end, photos, paper. What a browser makes of it is in ``tests/browser``."""

import hashlib
import json
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest
import zxingcpp
from icalendar import Calendar
from markupsafe import Markup
from PIL import Image

from bot.channels.web.assets import Assets
from bot.channels.web.pages import LAYOUT, STARTERS, blocks, code_in, picture
from bot.channels.web.routes import MOST_A_MINUTE, MOST_SCREENS
from bot.channels.web.screens import Screens
from bot.channels.web.uploads import MOST_PHOTO
from bot.dialogue.messages import Outgoing
from tests.browser.house import CODE, Served, served
from tests.tree import ROOT

WEB = ROOT / "bot/channels/web"
LIVE_LISTS = re.compile(r'<ol class="choices[^"]* live')
TEMPLATES = sorted((WEB / "templates").glob("*.html"))


@pytest.fixture
def site(tmp_path, knowledge) -> Iterator[Served]:
    with served(tmp_path, knowledge) as running:
        yield running


class Citizen:
    """A browser without JavaScript, or (``htmx``) what htmx would send."""

    def __init__(self, site: Served) -> None:
        self.client = httpx.Client(base_url=site.url, timeout=10)
        self.page = self.client.get("/")

    def look(self) -> str:
        self.page = self.client.get("/")
        return self.page.text

    def fields(self, form: str) -> dict[str, str]:
        part = self.page.text.split(f'id="{form}"', 1)[1]
        return {name: re.search(rf'name="{name}" value="([^"]*)"', part)[1] for name in ("token", "key")}

    def post(self, htmx: bool = False, form: str = "say", **said: str) -> httpx.Response:
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post("/messages", data=self.fields(form) | said, headers=headers)

    def say(self, text: str) -> str:
        """One whole turn; the page afterwards."""
        assert self.post(text=text).status_code == 303
        return self.look()

    def send_photo(self, picture: bytes, htmx: bool = False, **fields: str) -> httpx.Response:
        files = {"photo": ("a.jpg", picture, "image/jpeg")}
        headers = {"HX-Request": "true"} if htmx else {}
        return self.client.post("/photos", data=self.fields("photo") | fields, files=files, headers=headers)

    @contextmanager
    def events(self, after: str = "0.0", last_id: str | None = None) -> Iterator[Iterator[tuple[str, str]]]:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        with self.client.stream("GET", "/events", params={"after": after}, headers=headers) as response:
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
            yield _events(response)


def _events(response: httpx.Response) -> Iterator[tuple[str, str]]:
    """(id, html) of each event; signs of life are passed over."""
    name, data = "", []
    for line in response.iter_lines():
        if line.startswith("id: "):
            name = line[4:]
        elif line.startswith("data: "):
            data.append(line[6:])
        elif not line and data:
            yield name, "\n".join(data)
            data = []


@pytest.fixture
def citizen(site) -> Iterator[Citizen]:
    someone = Citizen(site)
    yield someone
    someone.client.close()


@pytest.fixture
def other(site) -> Iterator[Citizen]:
    someone = Citizen(site)
    yield someone
    someone.client.close()


def texts(html: str) -> list[str]:
    """What each bubble says, without its markup."""
    found = re.findall(r'<div class="text">(.*?)</div>', html, re.DOTALL)
    return [" ".join(Markup(each).striptags().split()) for each in found]


def answers(site: Served) -> int:
    return site.house.application.store.status()["oldest_unanswered_seconds"]


# -- the first visit ------------------------------------------------------------------------------------------------------


def test_a_first_visit_gets_a_cookie_that_scripts_cannot_read(citizen):
    cookie = citizen.page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie


def test_looking_stores_nothing(site, citizen):
    citizen.look()
    peers = [name.split(".")[0] for name in citizen.client.cookies.values()]
    assert all(site.house.application.store.conversation("web", "web", peer) is None for peer in peers)


def test_nothing_may_come_from_elsewhere_or_stand_in_the_page(citizen):
    policy = citizen.page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    for header in ("x-content-type-options", "x-frame-options", "referrer-policy", "permissions-policy"):
        assert header in citizen.page.headers
    assert citizen.page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.name)
def test_no_template_holds_script_style_or_an_outside_address(template):
    text = template.read_text("utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|https?://|\|\s*safe", text)
    assert re.findall(r"<script(?! src=)", text) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda each: each.name)
def test_no_template_holds_words_of_its_own(template):
    outside = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", template.read_text("utf-8"), flags=re.DOTALL)
    assert re.findall(r"[^\W\d_]+", outside) == []


def test_every_word_of_the_layout_is_used_and_known():
    used = set(re.findall(r"words\.([a-z_]+)", "\n".join(each.read_text("utf-8") for each in TEMPLATES)))
    used |= set(re.findall(r"words\[['\"]([a-z_]+)['\"]\]", (WEB / "pages.py").read_text("utf-8")))
    assert used == set(LAYOUT) - set(STARTERS)


# -- a turn ---------------------------------------------------------------------------------------------------------------


def test_a_plain_form_waits_for_its_answer_and_comes_back(citizen):
    response = citizen.post(text="lam giay khai sinh cho con can gi")
    assert response.status_code == 303
    assert response.headers["location"].split("#")[0] == "/"
    said = texts(citizen.look())
    assert said[0] == "lam giay khai sinh cho con can gi"
    assert said[1].startswith("Khai sinh cho con")
    assert "0 là trở lại" not in citizen.page.text


def test_htmx_gets_no_page(citizen):
    response = citizen.post(htmx=True, text="phi khai sinh")
    assert (response.status_code, response.content) == (204, b"")


def test_a_choice_is_pressed_by_its_value_and_shown_by_its_label(citizen):
    page = citizen.say("phi khai sinh")
    value, label = re.search(r'name="choice" value="(c\d+\.1)"><b>1</b> <span>([^<]+)', page).groups()
    assert citizen.post(form="choose", choice=value).status_code == 303
    assert texts(citizen.look())[2] == label
    assert value not in citizen.page.text, "of old lists nothing can be pressed"


def test_a_digit_is_an_answer(citizen):
    citizen.say("phi khai sinh")
    page = citizen.say("1")
    assert len(texts(page)) == 4


def test_what_is_typed_is_never_markup(citizen):
    page = citizen.say("<script>alert(1)</script> & <b>khai sinh</b>")
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_a_form_sent_twice_is_one_message(site, citizen):
    fields = citizen.fields("say") | {"text": "phi khai sinh"}
    for _ in range(3):
        assert citizen.client.post("/messages", data=fields).status_code == 303
    assert texts(citizen.look()).count("phi khai sinh") == 1
    assert citizen.client.post("/messages", data=fields | {"text": "dat lich"}).status_code == 303
    assert "dat lich" in texts(citizen.look())


def test_an_answer_that_takes_its_time_is_announced(site, citizen):
    site.house.holding = True
    begun = time.monotonic()
    citizen.post(text="phi khai sinh")
    assert 1.5 < time.monotonic() - begun < 5
    page = citizen.look()
    assert '<noscript><meta http-equiv="refresh"' in page
    assert '<p id="typing" class="typing">' in page
    site.house.holding = False
    time.sleep(0.5)
    page = citizen.look()
    assert "http-equiv" not in page
    assert len(texts(page)) == 2


def test_everybody_has_their_own_conversation(citizen, other):
    citizen.say("phi khai sinh")
    assert texts(other.look()) == []


# -- who may --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cookie", ["", "x", "abc.def", "abc.é", "a" * 5000, "."])
def test_a_cookie_that_is_not_ours_is_a_first_visit(site, cookie):
    with httpx.Client(base_url=site.url) as client:
        page = client.get("/", headers={"Cookie": f"visitor={cookie}".encode()})
        assert page.status_code in (200, 400)
        assert client.get("/events", headers={"Cookie": f"visitor={cookie}".encode()}).status_code in (400, 403)


def test_a_changed_cookie_is_not_the_one_it_was(site, citizen):
    citizen.say("phi khai sinh")
    cookie = citizen.client.cookies["visitor"]
    with httpx.Client(base_url=site.url) as client:
        assert texts(client.get("/", headers={"Cookie": f"visitor={cookie}"}).text)
        assert texts(client.get("/", headers={"Cookie": f"visitor={cookie[:-1]}{'0' if cookie[-1] != '0' else '1'}"}).text) == []


@pytest.mark.parametrize("token", ["", "x", "a.b", None])
def test_a_form_of_somebody_else_is_refused_and_the_words_stay(site, citizen, other, token):
    given = other.fields("say")["token"] if token is None else token
    for htmx in (False, True):
        response = citizen.post(htmx=htmx, text="dat lich", token=given)
        assert response.status_code == 403
        assert "tải lại trang" in response.text
        assert htmx or 'value="dat lich"' in response.text
    assert texts(citizen.look()) == []
    assert citizen.send_photo(b"a slip", token=given).status_code == 403
    assert site.house.pictures == []


def test_fifteen_a_minute_then_a_kind_word(site, citizen, other):
    site.house.holding = True
    for number in range(MOST_A_MINUTE):
        assert citizen.post(htmx=True, text=f"tin {number}", key=str(number)).status_code == 204
    response = citizen.post(text="tin cuối")
    assert response.status_code == 429
    assert "nhắn nhanh quá" in response.text
    assert 'value="tin cuối"' in response.text
    assert other.post(htmx=True, text="tin").status_code == 204
    site.clock.move_to(site.clock.now() + timedelta(seconds=61))
    assert citizen.post(htmx=True, text="tin cuối").status_code == 204


def test_a_form_too_long_is_not_read(citizen):
    assert citizen.post(text="x" * 100_000).status_code == 413


def test_only_so_many_streams_for_one(site, citizen):
    visitor = citizen.client.cookies["visitor"].split(".")[0]
    site.house.screens._open[visitor] = {object() for _ in range(MOST_SCREENS)}
    assert citizen.client.get("/events").status_code == 503
    del site.house.screens._open[visitor]


# -- the live end ---------------------------------------------------------------------------------------------------------


def test_what_is_said_arrives_by_itself(citizen):
    with citizen.events() as events:
        other_client = httpx.Client(base_url=citizen.client.base_url, cookies=dict(citizen.client.cookies))
        other_client.post("/messages", data=citizen.fields("say") | {"text": "phi khai sinh"}, headers={"HX-Request": "true"})
        other_client.close()
        said: list[str] = []
        for _, html in events:
            said += texts(html)
            if len(said) == 2:
                break
    assert said[0] == "phi khai sinh"
    assert said[1].startswith("Khai sinh")


def test_a_lost_signal_is_made_up_for(citizen):
    citizen.say("phi khai sinh")
    with citizen.events() as events:
        first, html = next(events)
    assert len(texts(html)) == 2
    citizen.say("1")
    with citizen.events(last_id=first) as events:
        second, html = next(events)
    assert texts(html)[0] == "1"
    assert len(texts(html)) == 2
    assert first != second


@pytest.mark.parametrize("last_id", ["x", "1", "-1.2", "9" * 40 + ".1", "1.2.3.4", "1.2.x"])
def test_a_mark_that_is_none_is_a_beginning(citizen, last_id):
    citizen.say("phi khai sinh")
    with citizen.events(last_id=last_id) as events:
        assert len(texts(next(events)[1])) == 2


def test_what_another_process_sends_is_seen_within_a_second(site, citizen):
    """A worker beside the server: its screens are not ours, so nothing wakes the stream."""
    citizen.say("phi khai sinh")
    store = site.house.application.store
    site.house.screens.send, kept = Screens().send, site.house.screens.send
    who = store.conversation("web", "web", citizen.client.cookies["visitor"].split(".")[0])
    after = re.search(r"after=([\d.]+)", citizen.look())[1]
    with citizen.events(after=after) as events:
        with store.writing() as repositories:
            repositories.notices.queue(who, "reminder", Outgoing("nhắc hẹn", kind="notice"), site.clock.now())
        begun = time.monotonic()
        assert texts(next(events)[1]) == ["nhắc hẹn"]
        assert time.monotonic() - begun < 3
    site.house.screens.send = kept


def test_a_list_dies_with_the_next_answer_and_outlives_a_notice(site, citizen):
    """An answer without a list asks for words; a reminder asks for nothing."""
    store = site.house.application.store

    def remind(words: str) -> None:
        with store.writing() as repositories:
            repositories.notices.queue(who, words, Outgoing(words, kind="notice"), site.clock.now())
        while words not in citizen.look():
            time.sleep(0.05)

    citizen.say("menu")
    who = store.conversation("web", "web", citizen.client.cookies["visitor"].split(".")[0])
    remind("nhắc hẹn")
    page = citizen.look()
    assert len(LIVE_LISTS.findall(page)) == 1
    assert page.index("nhắc hẹn") > LIVE_LISTS.search(page).start()
    assert 'class="ours notice"' in page
    citizen.say("gặp cán bộ")
    remind("nhắc nữa")
    assert "choices" in citizen.look()
    assert not LIVE_LISTS.search(citizen.page.text), "a phone is asked for, nothing can be pressed"
    citizen.say("menu")
    assert len(LIVE_LISTS.findall(citizen.look())) == 1


def test_what_is_erased_leaves_an_open_page_at_once(citizen):
    """The stream tells the page to begin anew; a page that was closed meanwhile finds nothing either way."""
    citizen.say("phi khai sinh")
    after = re.search(r"after=([\d.]+)", citizen.look())[1]
    for words in ("dữ liệu của tôi", "Xóa hết", "1"):
        citizen.say(words)
    with citizen.events(after=after) as events:
        mark, html = next(events)
    assert html.startswith('<hr class="anew"')
    assert len(texts(html)) == 1, texts(html)
    assert "khai sinh" not in html.lower()
    citizen.say("menu")
    with citizen.events(last_id=mark) as events:
        html = next(events)[1]
    assert "<hr" not in html
    assert len(texts(html)) == 2


def test_a_page_of_an_earlier_release_goes_on_where_it_was(citizen):
    citizen.say("phi khai sinh")
    place, event, _ = re.search(r"after=([\d.]+)", citizen.look())[1].split(".")
    citizen.say("1")
    with citizen.events(after=f"{place}.{event}") as events:
        assert len(texts(next(events)[1])) == 2


# -- the ticket -----------------------------------------------------------------------------------------------------------


def test_a_booked_visit_goes_into_the_phones_calendar(site, citizen, other):
    for words in ("đặt lịch làm giấy khai sinh cho con", "1", "1", "1", "1", "Trần Văn Mẫu", "1"):
        citizen.say(words)
    page = citizen.look()
    [address] = re.findall(r'href="(/tickets/\d+\.ics)"', page)
    entry = citizen.client.get(address)
    assert entry.status_code == 200
    assert entry.headers["content-type"] == "text/calendar; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="lich-hen-H\d\d-\d{3}[A-Z]\.ics"', entry.headers["content-disposition"])
    assert entry.headers["cache-control"] == "no-store"
    [event] = Calendar.from_ical(entry.content).walk("VEVENT")
    assert event.start.utcoffset() == timedelta(hours=7)
    assert event["uid"].partition("@")[0] in page
    assert other.client.get(address).status_code == 404, "another browser's ticket"
    assert httpx.get(f"{site.url}{address}").status_code == 404, "nobody's"
    assert citizen.client.get("/tickets/1.ics").status_code == 404, "a message without a ticket"
    site.house.unreachable = True
    assert citizen.client.get(address).status_code == 503


# -- photos ---------------------------------------------------------------------------------------------------------------


def test_a_photo_is_read_and_thrown_away(site, citizen, monkeypatch):
    def on_disk(*_: object, **__: object) -> None:
        raise AssertionError("a photo was about to be written down")

    monkeypatch.setattr(tempfile, "_TemporaryFileWrapper", on_disk)
    monkeypatch.setattr(tempfile, "TemporaryFile", on_disk)
    picture_of_slip = b"slip" + b"x" * 3_000_000
    assert citizen.send_photo(picture_of_slip).status_code == 303
    assert CODE in texts(citizen.look())[0]
    assert site.house.pictures == [picture_of_slip]


def test_a_photo_too_big_is_not_read(site, citizen):
    assert citizen.send_photo(b"slip" * (MOST_PHOTO // 4 + 30_000), htmx=True).status_code == 204
    assert site.house.pictures == []
    deadline = time.monotonic() + 5
    while len(said := texts(citizen.look())) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(said) == 2, "the citizen hears about it"


def test_no_photo_is_said(site, citizen):
    assert citizen.send_photo(b"").status_code == 400
    assert citizen.client.post("/photos", content=b"x").status_code == 413
    assert citizen.client.post("/photos", content=b"x", headers={"Content-Type": "multipart/form-data"}).status_code == 413
    assert texts(citizen.look()) == []


# -- paper ----------------------------------------------------------------------------------------------------------------


def test_a_checklist_on_paper_bears_its_code(citizen, other):
    citizen.say("lam giay khai sinh cho con can gi")
    for pressed in ("Kiểm xem đủ giấy chưa", "Có đủ hết", "Xong"):
        page = citizen.say(pressed)
    path = re.findall(r"/print/\d+", page)[-1]
    sheet = citizen.client.get(path)
    code = code_in(Markup(sheet.text).striptags())
    assert code
    assert sheet.text.count("<svg") == 1
    assert " style=" not in sheet.text
    assert other.client.get(path).status_code == 404
    assert citizen.client.get("/print/99999").status_code == 404


def test_the_picture_of_a_code_can_be_read():
    drawn = picture("G48217K")
    across = int(re.search(r'width="(\d+)"', drawn)[1])
    scale = int(re.search(r"scale\((\d+)\)", drawn)[1])
    canvas = Image.new("L", (across, across), 255)
    x, y = 0.0, 0.0
    for move, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", re.search(r' d="([^"]+)"', drawn)[1]):
        if move == "M":
            x, y = float(first), float(second)
        elif move == "m":
            x, y = x + float(first), y + float(second or 0)
        else:
            canvas.paste(0, tuple(int(each * scale) for each in (x, y - 0.5, x + float(first), y + 0.5)))
            x += float(first)
    [found] = zxingcpp.read_barcodes(canvas)
    assert (found.text, found.format.name) == ("G48217K", "QRCode")


# -- a shared machine, large letters ----------------------------------------------------------------------------------------


def test_the_end_needs_a_form_of_ours(citizen, other):
    citizen.say("phi khai sinh")
    citizen.client.post("/end", data={"token": other.fields("say")["token"]})
    assert texts(citizen.look())
    assert citizen.client.get("/end").status_code == 200
    citizen.client.post("/end", data={"token": citizen.fields("say")["token"]})
    assert texts(citizen.look()) == []


def test_large_letters_stay(citizen):
    assert citizen.client.post("/size", data={"size": "large"}).status_code == 303
    assert 'class="large"' in citizen.look()
    citizen.client.post("/size", data={"size": "normal"})
    assert 'class="large"' not in citizen.look()


# -- the database away ------------------------------------------------------------------------------------------------------


def test_an_outage_is_said_and_the_words_stay(site, citizen):
    site.house.unreachable = True
    page = citizen.client.get("/")
    assert page.status_code == 503
    assert "mất kết nối" in page.text
    response = citizen.post(htmx=True, text="phi khai sinh")
    assert response.status_code == 503
    assert "mất kết nối" in response.text
    site.house.unreachable = False
    assert citizen.post(text="phi khai sinh").status_code == 303
    assert len(texts(citizen.look())) == 2


def test_a_stream_outlives_an_outage(site, citizen):
    site.house.unreachable = True
    with citizen.events() as events:
        time.sleep(0.3)
        site.house.unreachable = False
        with httpx.Client(base_url=site.url, cookies=dict(citizen.client.cookies)) as client:
            client.post("/messages", data=citizen.fields("say") | {"text": "phi khai sinh"}, headers={"HX-Request": "true"})
        assert texts(next(events)[1])[0] == "phi khai sinh"


# -- files ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("manifest", [WEB / "vendor.json", ROOT / "tests/browser/vendor/vendor.json"], ids=["page", "tests"])
def test_what_others_made_is_what_it_was(manifest):
    folder = manifest.parent / "static" if (manifest.parent / "static").is_dir() else manifest.parent
    listed = set()
    for package in json.loads(manifest.read_text("utf-8")):
        assert package["version"]
        assert package["licence"] in ("0BSD", "MIT", "MPL-2.0")
        assert (folder / package["licence_file"]).is_file()
        for file in package["files"]:
            listed.add(file["file"])
            assert hashlib.sha256((folder / file["file"]).read_bytes()).hexdigest() == file["sha256"], file["file"]
    assert {each.name for each in folder.iterdir() if ".min." in each.name} <= listed


def test_static_files_are_named_by_what_is_in_them_and_kept(citizen):
    for address in Assets().addresses.values():
        response = citizen.client.get(address)
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        assert len(response.content) < 512 or response.headers["content-encoding"] == "gzip"
    assert citizen.client.get("/static/../routes.py").status_code == 404
    assert citizen.client.get("/static/page.css").status_code == 404


# -- how a text is laid out -------------------------------------------------------------------------------------------------


def laid_out(text: str) -> list[tuple[str, list[str]]]:
    return [(block.kind, [f"{item.number or ''}{item.text}{item.under or ''}" for item in block.items]) for block in blocks(text)]


def test_lines_become_paragraphs_and_lists():
    text = "Đem theo:\n1) một\n2) hai:\n   - a\n   - b\n\nThêm:\n- c\n- d\n3) ba"
    assert laid_out(text) == [
        ("p", ["Đem theo:"]), ("ol", ["1một", "2hai:[Markup('a'), Markup('b')]"]), ("p", ["Thêm:"]), ("ul", ["c", "d"]), ("ol", ["3ba"]),
    ]


@pytest.mark.parametrize(("text", "html"), [
    ("Gọi 0298 0000 001.", 'Gọi <a href="tel:02980000001">0298 0000 001</a>.'),
    ("Coi https://dichvucong.gov.vn/a?b=1&c.", 'Coi <a href="https://dichvucong.gov.vn/a?b=1&amp;c">https://dichvucong.gov.vn/a?b=1&amp;c</a>.'),
    ("Số hẹn: H55-150W, <b>", "Số hẹn: <strong>H55-150W</strong>, &lt;b&gt;"),
    ("Hồ sơ H20.14-261102-0007", "Hồ sơ H20.14-261102-0007"),
    ("000.00.14.H20-261012-0003", "000.00.14.H20-261012-0003"),
    ("Mức 100.000 đồng, ngày 02/11/2026", "Mức 100.000 đồng, ngày 02/11/2026"),
])
def test_what_can_be_pressed_is_linked_and_all_else_escaped(text, html):
    [block] = blocks(text)
    assert str(block.items[0].text) == html


def test_a_code_is_one_only_with_its_check_letter():
    assert code_in("Mã kiểm giấy: G18-102B.") == code_in("G18-102B")
    assert code_in("G18-102A hoặc H00-000Z") is None
