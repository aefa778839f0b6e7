"""The errands of a citizen in a browser: small and large, with and without JavaScript, and when the signal goes."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.visit import Visit

TICKET = re.compile(r"H\d\d-\d{3}[A-Z]")
READY = re.compile(r"G\d\d-\d{3}[A-Z]")

WAYS = [("phone", True), ("desk", True), ("phone", False), ("desk", False)]


@pytest.fixture(params=WAYS, ids=["phone", "desk", "phone without JavaScript", "desk without JavaScript"])
def visit(request, browser, site):
    size, scripted = request.param
    with Visit(browser, site, size, scripted) as open_page:
        yield open_page
        open_page.check()


def test_ask_tick_book_cancel(visit):
    answer = visit.say("lam giay khai sinh cho con can gi")
    assert "Khai sinh cho con" in answer
    assert "Theo Quyết định" in answer
    assert "Bấm số để chọn" not in answer, "the buttons say it"
    visit.press("Kiểm xem đủ giấy chưa")
    assert "đã có" in visit.say("1 2")
    assert "Còn thiếu" in visit.press("Xong")
    assert READY.search(visit.last)
    visit.press("Đặt lịch")
    visit.press("xã Mẫu Một")
    visit.press("23/11")
    visit.press("Sáng")
    assert "Em giữ" in visit.press("8 giờ")
    assert "Đúng chưa" in visit.say("Nguyễn Thị Mẫu")
    assert TICKET.search(visit.press("Đúng, đặt luôn"))
    assert TICKET.search(visit.say("hủy lịch"))
    visit.say("1")
    while "Đã hủy" not in visit.last:
        visit.press("Hủy")


def test_status_by_a_press_then_words(visit):
    visit.page.locator("#starters button", has_text="Coi hồ sơ").click()
    expect(visit.page.locator("article.ours")).to_have_count(1)
    assert "4 số cuối" in visit.say("h20.14 261102 7")
    assert "đang được xử lý" in visit.say("6789")
    assert "dữ liệu mẫu" in visit.last


def test_my_data(visit):
    assert "Xóa hết" in visit.say("Dữ liệu của tôi")
    assert visit.press("Coi đang giữ những gì")


def test_what_was_said_is_there_after_a_reload(visit):
    visit.say("phi khai sinh")
    visit.press("Giấy tờ")
    said = visit.said
    visit.page.reload()
    assert visit.said == said
    assert visit.page.locator(".choices.live").count() == 1
    assert "Khai sinh" in visit.press("Phí")


def test_large_letters(visit):
    ordinary = visit.page.locator("#text").bounding_box()
    visit.say("phi khai sinh")
    visit.page.locator(".tools button").click()
    expect(visit.page.locator("html.large")).to_have_count(1)
    assert visit.page.locator("article").count() == 2
    assert visit.page.locator("#text").bounding_box()["height"] > 1.2 * ordinary["height"]
    visit.page.locator(".tools button").click()
    expect(visit.page.locator("html.large")).to_have_count(0)


def test_a_shared_machine_forgets_the_last_one(visit):
    visit.say("phi khai sinh")
    visit.page.locator(".tools a").click()
    visit.page.get_by_role("button", name="Xóa màn hình").click()
    expect(visit.page.locator("#starters")).to_be_visible()
    assert visit.page.locator("article").count() == 0
    visit.page.go_back()
    visit.page.goto(visit.site.url)
    assert visit.page.locator("article").count() == 0


def test_a_checklist_on_paper(visit):
    visit.say("lam giay khai sinh cho con can gi")
    visit.press("Kiểm xem đủ giấy chưa")
    visit.press("Có đủ hết")
    visit.press("Xong")
    code = READY.search(visit.last)[0]
    visit.page.locator("article.ours a", has_text="In tin này").last.click()
    expect(visit.page.locator("figcaption b")).to_have_text(code)
    expect(visit.page.locator("figure svg")).to_be_visible()
    visit.page.get_by_role("link", name="Trở lại").click()
    expect(visit.page.locator("#text")).to_be_visible()


def test_a_photo_of_the_slip(visit, tmp_path):
    visit.page.set_default_timeout(10_000)
    chosen = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"a slip"}
    if not visit.scripted:
        visit.page.locator("summary").click()
    visit.page.locator("#picture").set_input_files(chosen)
    if not visit.scripted:
        visit.page.locator("#photo button").click()
    expect(visit.page.locator("article.ours")).to_have_count(1)
    assert "H20.14-261102-0007" in visit.page.locator("article.mine .text").inner_text()
    assert visit.site.house.pictures == [b"a slip"]


def test_a_large_photo_is_made_smaller_before_it_is_sent(browser, site):
    taken = BytesIO()
    Image.effect_noise((4000, 3000), 90).save(taken, "JPEG", quality=90)
    with Visit(browser, site) as visit:
        visit.page.locator("#picture").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": taken.getvalue()})
        expect(visit.page.locator("article.ours")).to_have_count(1)
        [sent] = site.house.pictures
        assert len(sent) < len(taken.getvalue()) / 2
        assert Image.open(BytesIO(sent)).size == (2400, 1800)
        visit.check()


# -- the signal -----------------------------------------------------------------------------------------------------------


def test_a_lost_signal_loses_nothing(browser, site):
    with Visit(browser, site) as visit:
        visit.say("phi khai sinh")
        visit.context.set_offline(True)
        expect(visit.page.locator("#note")).to_contain_text("Mất tín hiệu")
        visit.page.fill("#text", "dat lich")
        visit.page.press("#text", "Enter")
        expect(visit.page.locator("#note")).to_contain_text("Tin chưa gửi được")
        assert visit.page.input_value("#text") == "dat lich"
        visit.context.set_offline(False)
        answers = visit.page.locator("article.ours").count()
        visit.page.press("#text", "Enter")
        expect(visit.page.locator("article.ours").nth(answers)).to_be_visible()
        assert visit.page.input_value("#text") == ""
        assert [each for each in visit.said if each == "dat lich"] == ["dat lich"]
        visit.check()


def test_what_came_while_the_signal_was_gone_comes_once(browser, site):
    with Visit(browser, site) as visit:
        site.house.holding = True
        visit.page.fill("#text", "phi khai sinh")
        visit.page.press("#text", "Enter")
        expect(visit.page.locator("article.mine")).to_have_count(1)
        expect(visit.page.locator("#typing")).to_be_visible()
        visit.context.set_offline(True)
        expect(visit.page.locator("#note")).to_contain_text("Mất tín hiệu")
        site.house.holding = False
        visit.page.wait_for_timeout(500)
        visit.context.set_offline(False)
        expect(visit.page.locator("article.ours")).to_have_count(1)
        expect(visit.page.locator("#note")).to_be_empty()
        expect(visit.page.locator("#typing")).to_be_hidden()
        said = visit.said
        visit.page.reload()
        assert visit.said == said
        visit.check()


def test_a_second_window_hears_the_same(browser, site):
    with Visit(browser, site) as visit:
        other = visit.context.new_page()
        other.goto(site.url)
        visit.say("phi khai sinh")
        expect(other.locator("article")).to_have_count(2)
        assert other.locator("article .text").all_inner_texts() == visit.said
        visit.check()


def test_an_old_list_cannot_be_pressed_and_the_keyboard_keeps_its_place(browser, site):
    with Visit(browser, site, "desk") as visit:
        visit.say("phi khai sinh")
        visit.page.locator(".choices.live button").first.focus()
        visit.page.keyboard.press("Enter")
        expect(visit.page.locator("article.ours")).to_have_count(2)
        assert visit.page.evaluate("document.activeElement.getAttribute('aria-disabled')") == "true"
        visit.page.keyboard.press("Tab")
        newest = visit.page.locator("article.ours").last.get_attribute("id")
        assert visit.page.evaluate("document.activeElement.closest('article').id") == newest
        assert visit.page.locator(".choices:not(.live) button:not([aria-disabled])").count() == 0
        visit.check()


def test_a_list_is_dead_once_words_are_asked_for(browser, site):
    with Visit(browser, site) as visit:
        visit.say("menu")
        assert visit.page.locator(".choices.live").count() == 1
        visit.say("gặp cán bộ")
        assert visit.page.locator(".choices.live").count() == 0
        assert visit.page.locator(".choices button:not([aria-disabled])").count() == 0
        visit.check()


def test_what_is_erased_is_gone_from_every_open_window(browser, site):
    with Visit(browser, site) as visit:
        other = visit.context.new_page()
        other.goto(site.url)
        visit.say("phi khai sinh")
        expect(other.locator("article")).to_have_count(2)
        visit.say("dữ liệu của tôi")
        visit.press("Xóa hết")
        visit.page.locator(".choices.live button").first.click()
        for page in (visit.page, other):
            expect(page.locator("article")).to_have_count(1)
            expect(page.locator("article.ours")).to_contain_text("Đã xóa")
            expect(page.locator("#log")).not_to_contain_text("hai sinh")
            expect(page.locator("#log hr")).to_have_count(0)
        assert "Khai sinh" in visit.say("phi khai sinh"), "the page goes on"
        expect(other.locator("article")).to_have_count(3)
        visit.check()


def test_a_booked_visit_can_be_kept_in_the_phones_calendar(browser, site):
    with Visit(browser, site) as visit:
        visit.say("đặt lịch làm giấy khai sinh cho con")
        for _ in range(4):
            visit.say("1")
        visit.say("Trần Văn Mẫu")
        visit.say("1")
        with visit.page.expect_download() as download:
            visit.page.get_by_text("Ghi vào lịch điện thoại").click()
        assert re.fullmatch(r"lich-hen-H\d\d-\d{3}[A-Z]\.ics", download.value.suggested_filename)
        visit.check()


def test_too_fast_is_said_kindly_and_the_words_stay(browser, site):
    with Visit(browser, site) as visit:
        site.house.holding = True
        for number in range(15):
            visit.page.fill("#text", f"tin {number}")
            visit.page.press("#text", "Enter")
            expect(visit.page.locator("article.mine")).to_have_count(number + 1)
            expect(visit.page.locator("#text")).to_have_value("")
        visit.page.fill("#text", "tin cuối")
        visit.page.press("#text", "Enter")
        expect(visit.page.locator("#note")).to_contain_text("nhắn nhanh quá")
        assert visit.page.input_value("#text") == "tin cuối"
        visit.check()
