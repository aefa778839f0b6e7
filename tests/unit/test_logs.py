"""Logs: one line an event, and in none of them a secret, a phone, an identity number or a citizen's words."""

import io
import logging
import re
import subprocess
import sys

import httpx
import pytest

from bot.logs import HIDDEN, Line, Redaction, set_up_logs
from tests.channels.running import KEYS, SECRET, on_telegram
from tests.channels.test_server import free_port, started, until_it_answers
from tests.doubles.telegram_api import telegram_double

TOKEN = "123456789:AAcanary-token_of-nobody12345"


@pytest.fixture
def lines():
    """A handler as ``set_up_logs`` makes them, and what it wrote."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(Line())
    handler.addFilter(Redaction(["a-secret-of-ours"]))
    logger = logging.getLogger("tests.of.logs")
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    yield lambda: out.getvalue().splitlines()
    logger.removeHandler(handler)


LOG = logging.getLogger("tests.of.logs.child")


@pytest.mark.parametrize("words", [
    TOKEN, f"POST https://api.telegram.org/bot{TOKEN}/getMe", f"https://api.telegram.org/file/bot{TOKEN}/photos/1.jpg", f"'{TOKEN}'",
    "a-secret-of-ours", "x=a-secret-of-ours,", "0912345678", "0912 345 678", "+84 912 345 678", "84912345678", "(+84)912345678",
    "0298 3 812 345", "079203001234", "0792 0300 1234", "079 203 001 234", "123456789", "123.456.789",
])
def test_what_must_not_stand_in_a_log_does_not(lines, words):
    LOG.info("said: %s.", words)
    LOG.info(f"said: {words}.")
    LOG.info("told", extra={"outcome": words})
    for line in lines():
        assert HIDDEN in line
        assert not [piece for piece in re.findall(r"[\w-]{6,}", words) if piece in line and piece not in ("telegram", "photos")]


@pytest.mark.parametrize("words", [
    "conversation 17 event 4711", "12.3 ms", "127.0.0.1:9000", "2026-11-21T09:00:00", "1.001193", "H20.14-261102",
])
def test_what_may_stand_there_does(lines, words):
    LOG.info("%s", words)
    assert words in lines()[0]


def test_a_trace_is_hidden_as_well_and_stays_on_its_line(lines):
    try:
        raise ValueError(f"https://api.telegram.org/bot{TOKEN}/x and a-secret-of-ours")
    except ValueError:
        LOG.exception("failed for %s", "0912345678")
    [line] = lines()
    assert "trace=" in line
    assert "ValueError" in line
    assert TOKEN not in line
    assert "a-secret-of-ours" not in line


def test_arguments_that_do_not_fit_break_nothing(lines):
    LOG.info("%s and %s", "0912345678")
    [line] = lines()
    assert "0912345678" not in line


def test_a_line_says_its_fields(lines):
    LOG.info("send", extra={"conversation": 3, "flow": "book_visit", "step": "booked", "outcome": "Sent", "ms": 1.5})
    assert lines()[0].endswith('event=send conversation=3 flow=book_visit step=booked outcome=Sent ms=1.5')


def test_set_up_twice_there_is_one_handler_and_libraries_are_quiet():
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    filters = {each: list(each.filters) for each in before}
    libraries = {name: logging.getLogger(name).level for name in ("httpx", "httpcore", "telegram", "httpx2", "httpcore2")}
    try:
        first, second = io.StringIO(), io.StringIO()
        set_up_logs("DEBUG", [TOKEN], first)
        set_up_logs("DEBUG", [TOKEN], second)
        logging.getLogger("bot.works").debug("a %s", TOKEN)
        logging.getLogger("httpx").info("HTTP Request: POST http://127.0.0.1/bot%s/getMe", TOKEN)
        logging.getLogger("httpcore.connection").debug("anything")
        assert first.getvalue() == ""
        assert len(second.getvalue().splitlines()) == 1
        assert TOKEN not in second.getvalue()
    finally:
        for each in [each for each in root.handlers if each not in before]:
            root.removeHandler(each)
        for each, had in filters.items():
            each.filters[:] = had
        root.setLevel(level)
        for name, was in libraries.items():
            logging.getLogger(name).setLevel(was)


WORDS = "chim hoa mi bay ve nui"
CANARIES = ("0912345678", "079203001234", "chim hoa mi", "Hoàng Thị Canary")


def test_a_canary_put_through_every_channel_stands_in_no_log(tmp_path):
    """The whole server at DEBUG: words, a phone, an identity number, a name and the token, with calls that fail besides."""
    said = f"{WORDS} {CANARIES[0]} {CANARIES[1]} {CANARIES[3]}"
    port = free_port()
    with telegram_double() as double:
        environ = on_telegram(double) | KEYS | {"BOT_LOG_LEVEL": "DEBUG"}
        double.fail(409, "getUpdates")
        double.fail(500, "getFile")
        double.fail(400)
        with started(tmp_path, "serve", "--port", str(port), **environ) as process:
            until_it_answers(f"http://127.0.0.1:{port}/healthz")
            double.say(7, said)
            double.photo(7, b"no picture")
            double.press_data(7, said[:40])
            double.happens({"message": {"chat": {"id": 7}, "text": said}})
            double.wait_sent(7, 3, 30)
            double.fail("lost")
            double.say(7, said)
            double.wait_sent(7, 4, 30)
            by_web(f"http://127.0.0.1:{port}", said)
            hook = f"http://127.0.0.1:{port}/webhooks/telegram"
            httpx.post(hook, content=said.encode(), headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}, trust_env=False)
            process.terminate()
            out, err = process.communicate(timeout=30)
    written = out + err
    assert "event=send" in err
    assert "level=DEBUG" in err or "level=INFO" in err
    for canary in (*CANARIES, double.token, SECRET, *KEYS.values()):
        assert canary not in written


def by_web(url, words):
    with httpx.Client(base_url=url, trust_env=False, follow_redirects=True) as browser:
        page = browser.get("/").text
        token = re.search(r'name="token" value="([^"]+)"', page)
        key = re.search(r'name="key" value="([^"]+)"', page)
        answer = browser.post("/messages", data={"token": token[1], "key": key[1] if key else "", "text": words})
        assert answer.status_code == 200


def test_the_terminal_logs_no_words_either(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat"], input=f"{WORDS} {CANARIES[0]}\n", capture_output=True, text=True, timeout=60, check=True,
        env={"BOT_LOG_LEVEL": "DEBUG", "PYTHONUTF8": "1", "PATH": ""},
    )
    assert not [canary for canary in CANARIES if canary in done.stderr]
