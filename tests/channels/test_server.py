"""The server: what each address answers, what a stop finishes, which settings it refuses."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, contextmanager

import httpx
import pytest

from bot import __main__ as program
from bot.clock import SystemClock
from bot.dialogue.messages import Incoming
from bot.errors import SettingsError, StoreUnavailable
from bot.settings import load_settings
from tests.channels.running import KEYS, SECRET, Away, application_in, on_telegram, running, settings_for
from tests.doubles.telegram_api import TOKEN as DOUBLE
from tests.doubles.telegram_api import telegram_double
from tests.tree import ROOT

HEADER = "X-Telegram-Bot-Api-Secret-Token"
TOKEN = "123456:AAcanary-token_of-nobody"
HOOK = {"BOT_TELEGRAM_TOKEN": TOKEN, "BOT_TELEGRAM_MODE": "webhook", "BOT_TELEGRAM_WEBHOOK_SECRET": SECRET,
        "BOT_TELEGRAM_API_URL": "http://127.0.0.1:9/bot"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A webhook's server whose platform is nowhere: nothing that it is sent gets an answer."""
    with running(tmp_path_factory.mktemp("server"), **HOOK) as bot:
        yield bot


def post(server, content, secret=SECRET, **more):
    headers = {HEADER: secret} if secret is not None else {}
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return httpx.post(f"{server.url}/webhooks/telegram", content=body, headers=headers, trust_env=False, **more).status_code


def update(number, text="xin chao", **message):
    said = {"message_id": number, "date": 1_800_000_000, "chat": {"id": 7, "type": "private"},
            "from": {"id": 7, "is_bot": False, "first_name": "A"}, "text": text} | message
    return {"update_id": number, "message": said}


def stored(server):
    """How many events are in the inbox."""
    with closing(sqlite3.connect(server.application.store._database.file)) as opened:
        return opened.execute("SELECT count(*) FROM inbox").fetchone()[0]


def test_liveness_opens_no_database(server, monkeypatch):
    def gone(*_):
        raise StoreUnavailable("gone")

    monkeypatch.setattr(server.application.store, "status", gone)
    assert httpx.get(f"{server.url}/healthz", trust_env=False).status_code == 200
    answer = httpx.get(f"{server.url}/status", trust_env=False)
    assert (answer.status_code, answer.json()["database"]) == (503, "away")
    assert "dead_turns" in answer.json()


def test_status_says_what_the_contract_lists(server):
    answer = httpx.get(f"{server.url}/status", trust_env=False)
    assert answer.status_code == 200
    told = answer.json()
    assert told["database"] == "ok"
    listed = {"oldest_unanswered_seconds", "oldest_unsent_seconds", "dead_turns", "unknown_sends", "catalogue_date", "overdue_entries"}
    assert listed <= set(told)
    assert set(told["channels"]) == {"web", "telegram"}
    assert TOKEN not in answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize("secret", [None, "", SECRET[:-1], SECRET + "x", SECRET.upper(), "ố"], ids=str)
def test_a_secret_that_is_not_ours_is_refused_unparsed(server, secret):
    before = stored(server)
    raw = secret.encode() if secret else secret
    assert post(server, b"this is no JSON", raw) == 403
    assert post(server, update(1), raw) == 403
    assert stored(server) == before


def test_a_flood_of_bad_requests_opens_no_transaction(server, monkeypatch):
    def touched(*_):
        raise AssertionError("the database was asked")

    monkeypatch.setattr(server.application, "accept", touched)
    with httpx.Client(trust_env=False) as client:
        for number in range(50):
            assert client.post(f"{server.url}/webhooks/telegram", json=update(number), headers={HEADER: "wrong"}).status_code == 403


def test_only_post_and_only_so_much(server):
    assert httpx.get(f"{server.url}/webhooks/telegram", trust_env=False).status_code == 405
    assert post(server, b" " * (1024 * 1024 + 1)) == 413
    assert post(server, b"{nonsense") == 400
    assert post(server, b"[" * 100_000) == 400
    assert [post(server, b""), post(server, b" ")] == [400, 400]


def test_a_body_without_a_length_is_capped_as_well(server):
    def pieces():
        for _ in range(20):
            yield b" " * 100_000

    answer = httpx.post(f"{server.url}/webhooks/telegram", content=pieces(), headers={HEADER: SECRET}, trust_env=False)
    assert answer.status_code == 413


@pytest.mark.parametrize("content", [
    {"update_id": 900, "chat_join_request": {}}, {"update_id": 901, "poll": {"nonsense": 1}}, {"update_id": 902}, {}, [], "x", 7,
    {"update_id": 903, "edited_message": update(1)["message"]},
    {"update_id": 904, "message": {"chat": 1}},
    update(905, chat={"id": -5, "type": "group"}),
    update(906, **{"from": {"id": 9, "is_bot": True, "first_name": "B"}}),
    update(907, text=None, new_chat_title="x"),
], ids=lambda each: str(each)[:40])
def test_what_is_not_for_us_is_taken_and_left_alone(server, content):
    before = stored(server)
    assert post(server, content) == 200
    assert stored(server) == before


def test_a_good_update_is_stored_once_before_it_is_answered(server):
    before = stored(server)
    assert post(server, update(2_000)) == 200
    assert stored(server) == before + 1
    assert post(server, update(2_000)) == 200
    assert stored(server) == before + 1


def test_half_a_character_does_no_harm(server):
    before = stored(server)
    assert post(server, json.dumps(update(2_001, "a\ud83d")).encode()) == 200
    assert stored(server) == before + 1


def test_while_the_database_is_away_the_platform_is_to_come_again(tmp_path):
    with telegram_double() as double, running(tmp_path, **on_telegram(double, "webhook")) as bot:
        wall = Away(bot.application)
        wall.away = True
        double.say(7, "only so that the double knows the chat")
        for _ in range(3):
            assert post(bot, update(3_000)) == 503
        double.wait_sent(7, 1)
        wall.away = False
        assert post(bot, update(3_000)) == 200
        double.wait_sent(7, 2)
        told = [each.text for each in double.sent(7)]
        assert ["mất kết nối" in text for text in told] == [True, False], "said once, then answered"


def test_without_telegram_there_is_no_webhook(tmp_path):
    with running(tmp_path) as bot:
        assert post(bot, update(1)) == 404
        assert httpx.get(f"{bot.url}/status", trust_env=False).json()["channels"].keys() == {"web"}


def test_nothing_of_the_desk_is_there_yet(server):
    assert httpx.get(f"{server.url}/desk", trust_env=False).status_code == 404


# -- settings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("environ", "named"), [
    ({"BOT_TELEGRAM_TOKEN": TOKEN, "BOT_TELEGRAM_MODE": "webhook"}, "BOT_TELEGRAM_WEBHOOK_SECRET"),
    ({"BOT_TELEGRAM_TOKEN": TOKEN, "BOT_TELEGRAM_MODE": "push"}, "BOT_TELEGRAM_MODE"),
    ({"BOT_TELEGRAM_TOKEN": "canary"}, "BOT_TELEGRAM_TOKEN"),
    ({"BOT_TELEGRAM_TOKEN": TOKEN, "BOT_TELEGRAM_WEBHOOK_SECRET": "có dấu"}, "BOT_TELEGRAM_WEBHOOK_SECRET"),
    ({"BOT_TELEGRAM_TOKEN": TOKEN, "BOT_TELEGRAM_API_URL": "127.0.0.1:9000"}, "BOT_TELEGRAM_API_URL"),
    ({"BOT_TELEGRAM_TOKEN": TOKEN, "BOT_TELEGRAM_API_URL": "http://127.0.0.1:9000"}, "BOT_TELEGRAM_API_URL"),
    ({"BOT_TELEGRAM_TOKEN": TOKEN, "BOT_TELEGRAM_SPACING": "soon"}, "BOT_TELEGRAM_SPACING"),
    ({"BOT_PUBLIC_URL": "motcua.example"}, "BOT_PUBLIC_URL"),
], ids=lambda each: str(each)[:30])
def test_on_but_incomplete_names_the_variable_and_shows_no_secret(environ, named, tmp_path):
    with pytest.raises(SettingsError, match=named) as refused:
        load_settings(environ, tmp_path / "none")
    assert "canary" not in str(refused.value)


def test_secrets_stand_in_no_repr(tmp_path):
    settings = settings_for(tmp_path, HOOK)
    assert TOKEN not in repr(settings)
    assert SECRET not in repr(settings)
    assert {TOKEN, SECRET} <= set(settings.secrets())


def test_files_lie_beside_the_methods(tmp_path):
    settings = settings_for(tmp_path, HOOK | {"BOT_TELEGRAM_API_URL": "http://127.0.0.1:9000/bot"})
    assert settings.telegram.files_url == "http://127.0.0.1:9000/file/bot"
    assert settings_for(tmp_path, {"BOT_TELEGRAM_TOKEN": TOKEN}).telegram.files_url == "https://api.telegram.org/file/bot"


# -- commands ---------------------------------------------------------------------------------------------------------------


@contextmanager
def started(tmp_path, *arguments, **more):
    """The program as a process of its own; ended at the end."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("BOT_")}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "BOT_DATABASE_URL": f"sqlite:///{tmp_path / 'bot.db'}", **more}
    command = [sys.executable, "-m", "bot", *arguments]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process, number=signal.SIGTERM):
    """(exit status, standard output, standard error) after a polite word."""
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until_it_answers(url, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_and_stops_when_told(tmp_path, number):
    port = free_port()
    with started(tmp_path, "serve", "--port", str(port)) as process:
        told = json.loads(until_it_answers(f"http://127.0.0.1:{port}/status"))
        assert (told["office"], told["booking"]) == ("not set up", "not set up")
        status, out, err = ended(process, number)
    assert (status, out) == (0, "")
    assert f"http://127.0.0.1:{port}" in err
    assert "Traceback" not in err


def test_demo_serves_the_page_with_the_sample_office(tmp_path):
    port = free_port()
    with started(tmp_path, "demo", "--port", str(port), BOT_TELEGRAM_TOKEN=TOKEN) as process:
        assert "<html" in until_it_answers(f"http://127.0.0.1:{port}/")
        told = json.loads(until_it_answers(f"http://127.0.0.1:{port}/status"))
        assert told["booking"] == "ok"
        assert told["channels"].keys() == {"web"}, "a demo never speaks for a real bot"
        status, out, err = ended(process)
    assert (status, err) == (0, "")
    assert f"http://127.0.0.1:{port}" in out
    assert (tmp_path / "data/demo.db").exists()


def test_demo_answers_in_the_terminal_when_lines_are_piped_in(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo"], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        input="lam giay khai sinh cho con can gi\n", capture_output=True, text=True, timeout=60, check=True,
    )
    assert "Khai sinh cho con" in done.stdout


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with started(tmp_path, "serve", "--port", str(taken.getsockname()[1])) as process:
            _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "--port" in err


def test_a_worker_answers_what_a_server_stored(tmp_path):
    """The event was stored by a process that is gone; the worker takes the turn, sends it, and stops when told."""
    with telegram_double() as double:
        environ = on_telegram(double, "webhook")
        with application_in(tmp_path) as application:
            application.accept(telegram_message("xin chao"))
        double.say(7, "only so that the double knows the chat")
        with started(tmp_path, "worker", **environ, **KEYS) as process:
            double.wait_sent(7, 1, 30)
            status, _, err = ended(process)
    assert status == 0
    assert "Traceback" not in err


def telegram_message(text):
    return Incoming("telegram", DOUBLE.partition(":")[0], "1", "7", "text", text, SystemClock().now())


def test_the_webhook_is_registered_shown_and_taken_back(tmp_path, monkeypatch, capsys):
    with telegram_double() as double:
        for name, value in on_telegram(double, "webhook").items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        assert program.main(["webhook", "set", "telegram", "https://motcua.example"]) == 0
        assert capsys.readouterr().out.strip() == "https://motcua.example/webhooks/telegram"
        assert (double.webhook.url, double.webhook.secret) == ("https://motcua.example/webhooks/telegram", SECRET)
        assert program.main(["webhook", "info", "telegram"]) == 0
        assert json.loads(capsys.readouterr().out)["url"] == "https://motcua.example/webhooks/telegram"
        assert program.main(["webhook", "delete", "telegram"]) == 0
        assert double.webhook.url == ""
        double.fail(401, "*")
        assert program.main(["webhook", "info", "telegram"]) == 1
        out = capsys.readouterr()
        assert double.token not in out.out + out.err


def test_a_webhook_needs_a_token_and_a_secret(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("BOT_TELEGRAM_TOKEN", "BOT_TELEGRAM_WEBHOOK_SECRET", "BOT_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    assert program.main(["webhook", "set", "telegram", "https://a.example"]) == 2
    assert "BOT_TELEGRAM_TOKEN" in capsys.readouterr().err
    monkeypatch.setenv("BOT_TELEGRAM_TOKEN", TOKEN)
    assert program.main(["webhook", "set", "telegram", "https://a.example"]) == 2
    assert "BOT_TELEGRAM_WEBHOOK_SECRET" in capsys.readouterr().err
    monkeypatch.setenv("BOT_TELEGRAM_WEBHOOK_SECRET", SECRET)
    assert program.main(["webhook", "set", "telegram"]) == 2
    assert "BOT_PUBLIC_URL" in capsys.readouterr().err
