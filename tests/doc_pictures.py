"""The pictures of ``docs/mot-ngay-cua-can-bo.md``, made from what the commands really say: ``python -m tests.doc_pictures``.

The sample office, made-up people, a clock that stands on a Monday morning. Needs Debian's Chromium.
"""

import html
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from bot import __main__ as program
from bot import clock as clocks
from bot.appointments.model import HOLD_FOR, Start
from bot.clock import SetClock, aware
from bot.dialogue.messages import Incoming
from bot.misses.model import Miss
from bot.readiness.model import Readiness
from bot.sample import sample_dir
from bot.sample.dossiers import sample_dossiers
from bot.store import Keys, Store, open_store
from tests.tree import ROOT

PICTURES = ROOT / "docs" / "hinh"
MORNING = aware(datetime(2026, 11, 23, 7, 5))
MOST_BYTES = 60_000
TERMINAL = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #fff; }} pre {{ margin: 0; padding: 14px 16px; background: #1d2530; color: #e8edf2; width: 868px;
font: 15px/1.45 "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; box-sizing: border-box; }}
b {{ color: #8fd18f; font-weight: normal; }}</style><pre>{}</pre>"""
EXPORT = """Mã hồ sơ;Trạng thái;Ngày tiếp nhận;Ngày hẹn trả;Chủ hồ sơ;Số điện thoại
H20.14-261116-0101;Đang xử lý;16/11/2026;24/11/2026;Nguyễn Thị Mẫu;0900000001
H20.14-261109-0102;Đã xử lý xong, chưa trả;09/11/2026;20/11/2026;Trần Văn Thử;0900000002
H20.14-261110-0103;Đang xử lý;10/11/2026;31/02/2026;Lê Thị Ví Dụ;0900000003
"""


def book(store: Store, peer: str, ticket: str, at: datetime, counter: str, procedure: str, name: str) -> int:
    store.intake(Incoming("terminal", "bot", peer, peer, "text", "xin chào", MORNING))
    with store.open_turn() as turn:
        assert turn is not None
        turn.commit({}, [])
    citizen = store.conversation("terminal", "bot", peer)
    assert citizen is not None
    with store.writing() as repositories:
        held = repositories.appointments.hold(citizen, Start("xa_mau_mot", counter, 1, at, 15), procedure, MORNING + HOLD_FOR)
        assert held is not None
        repositories.appointments.confirm(held.id, name, ticket)
    return citizen


def fill(store: Store) -> None:
    hours = [aware(datetime(2026, 11, 23, hour, minute)) for hour, minute in ((7, 30), (8, 0), (9, 30))]
    lan = book(store, "lan", "H31422E", hours[0], "q1", "1.001193", "Nguyễn Thị Mẫu")
    tam = book(store, "tam", "H84983Y", hours[1], "q1", "1.000894", "Trần Văn Thử")
    book(store, "binh", "H37096X", hours[2], "q5", "1.004222", "Lê Thị Ví Dụ")
    with store.writing() as repositories:
        repositories.readiness.keep(Readiness("G48217K", lan, "1.001193", None, tuple(range(1, 10)), "", MORNING))
        repositories.readiness.keep(Readiness("G00000A", tam, "1.000894", None, (1,), "", MORNING))
        asked = "hỏi giấy cho người ở xa"
        repositories.feedback.ask_call_back(tam, "asked", None, "Trần Văn Thử", "0900000001", asked, MORNING + timedelta(hours=4))
        repositories.misses.record(Miss("a", "xin phép bắn pháo hoa đám cưới", "declined", MORNING.date()))
        repositories.dossiers.put([each for each in sample_dossiers(MORNING.date()) if each.code.startswith("H20.14-2610")][:6])


def said(*arguments: str) -> str:
    """The command as typed and everything that it says."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        program.main(list(arguments))
    typed = " ".join(f'"{each}"' if " " in each else each for each in arguments)
    return f"<b>$ motcua {html.escape(typed)}</b>\n{html.escape(out.getvalue())}"


@contextmanager
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        sys.exit("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield opened
        opened.close()


def take(opened: Browser, name: str, page: str, width: int, most_height: int) -> None:
    """A picture of *page*, as few colours as it can be read in."""
    with opened.new_page(viewport={"width": width, "height": 300}) as window:
        window.set_content(page)
        height = min(most_height, window.evaluate("Math.ceil(document.documentElement.getBoundingClientRect().height)"))
        window.set_viewport_size({"width": width, "height": height})
        shot = Image.open(io.BytesIO(window.screenshot()))
    target = PICTURES / f"{name}.png"
    shot.convert("RGB").quantize(32).save(target, optimize=True)
    assert target.stat().st_size <= MOST_BYTES, f"{target} has {target.stat().st_size} bytes"
    print(f"{target.name}: {target.stat().st_size} bytes, {shot.width} by {shot.height}")


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    clock = SetClock(MORNING)
    clocks.SystemClock = lambda: clock  # type: ignore[assignment, misc, return-value]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ |= {"BOT_DATABASE_URL": "sqlite:///data/bot.db", "BOT_OFFICES_DIR": str(sample_dir())}
        with open_store("sqlite:///data/bot.db", Keys.load("sqlite:///data/bot.db", {}), clock) as store:
            fill(store)
        Path("ho-so.csv").write_text(EXPORT, "utf-8-sig")
        shots = {"1-nhap-ho-so": said("dossiers", "import", "ho-so.csv"), "2-buoi-sang": said("morning")}
        front = Path("buoi-sang/2026-11-23/buoi-sang.html").read_text("utf-8")
        day = Path("buoi-sang/2026-11-23/lich-hen-xa_mau_mot.html").read_text("utf-8")
        at_counter = [said("checkin", "H31-422E", "came"), said("checkin", "H31-422E", "served")]
        wrong = "quầy đòi thêm giấy xác nhận của ấp"
        at_counter.append(said("checkin", "H31-422E", "sent-home", "--reason", "paper", "--words", wrong))
        shots["3-tai-quay"] = "\n".join(at_counter)
        shots["4-goi-lai"] = "\n".join([said("handover", "list"), said("handover", "done", "1")])
        shots["5-sao-luu"] = said("db", "backup", "so-2026-11-23.bak").replace(folder, "/khoa")
        with browser() as opened:
            for name, text in shots.items():
                take(opened, name, TERMINAL.format(text.strip()), 868, 600)
            take(opened, "2-trang-dau", front, 868, 900)
            take(opened, "2-lich-hen", day, 868, 600)


if __name__ == "__main__":
    main()
