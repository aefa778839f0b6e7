"""An export taken over, beside pandas reading the same file: ``python -m tests.benchmarks.dossier_import [--rows N] [--database URL]``.

Each in a fresh process: our import of a made-up XLSX (read, checked, encrypted, stored in durable batches), the same file once more (which
changes nothing), and ``pandas.read_excel`` (only read, nothing checked or kept; ``pip install pandas`` first, it is no dependency; without
it openpyxl alone reads the file). Seconds and peak memory; then both again with a tenth of the rows, to show how memory grows.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook

from tests.conftest import ON_POSTGRES

TITLES = (
    "STT", "Mã hồ sơ", "Mã TTHC", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày có kết quả", "Ngày trả kết quả", "Họ tên người nộp",
    "Số điện thoại", "Số CCCD", "Đơn vị đang xử lý", "Trạng thái",
)
STATUSES = ("Đang xử lý", "Đã trả kết quả", "Chờ bổ sung", "Đã xử lý xong", "Được tiếp nhận")

READ = {
    "ours": "from bot.__main__ import main; main(['dossiers', 'import', sys.argv[1], '--json', '--db', sys.argv[2]])",
    "pandas": "import pandas; print(json.dumps({'rows': len(pandas.read_excel(sys.argv[1], dtype=str))}))",
    "openpyxl": (
        "import openpyxl; book = openpyxl.load_workbook(sys.argv[1], read_only=True); "
        "print(json.dumps({'rows': sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) - 1}))"
    ),
}
ONE = """
import json, resource, sys, time
begun = time.perf_counter()
{read}
seconds, peak = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{"seconds": seconds, "mib": peak / 1024}}))
"""


def write(path: Path, rows: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Hồ sơ")
    sheet.append(TITLES)
    for number in range(rows):
        day, status = date(2026, 1, 5) + timedelta(days=number % 300), STATUSES[number % 5]
        done = f"{day + timedelta(days=6):%d/%m/%Y}" if status in (STATUSES[1], STATUSES[3]) else None
        sheet.append([
            number + 1, f"H20.14-{day:%y%m%d}-{number // 300 + 1:04}", "1.001193", f"{day:%d/%m/%Y}", f"{day + timedelta(days=7):%d/%m/%Y}",
            done, done if status == STATUSES[1] else None, f"Nguyễn Văn {chr(65 + number % 26)} {number}", f"09{number:08}",
            f"079{number:09}", "UBND phường Mẫu", status,
        ])
    book.save(path)


def one(kind: str, file: Path, database: str) -> dict[str, float]:
    environment = os.environ if database.startswith("sqlite") else os.environ | ON_POSTGRES
    command = [sys.executable, "-c", ONE.format(read=READ[kind]), str(file), database]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    told: dict[str, float] = {}
    for line in done.stdout.splitlines():
        told |= {key: value for key, value in json.loads(line).items() if key in ("rows", "added", "changed", "seconds", "mib")}
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--database", help="an empty database of this release; without it a temporary SQLite")
    options = parser.parse_args()
    other = "pandas" if importlib.util.find_spec("pandas") else "openpyxl"
    with tempfile.TemporaryDirectory() as folder:
        for rows in (options.rows // 10, options.rows):
            file = Path(folder, f"{rows}.xlsx")
            write(file, rows)
            database = options.database or f"sqlite:///{Path(folder, f'{rows}.db')}"
            figures = {"first": one("ours", file, database), "again": one("ours", file, database), other: one(other, file, database)}
            base = figures[other]
            for name, figure in figures.items():
                changed = f", {figure['added']:,} added, {figure['changed']:,} changed" if "added" in figure else ""
                print(
                    f"{rows:>9,} rows, {name:8} {figure['seconds']:6.1f} s ({figure['seconds'] / base['seconds']:.2f})  "
                    f"peak {figure['mib']:6.1f} MiB ({figure['mib'] / base['mib']:.2f}){changed}"
                )


if __name__ == "__main__":
    main()
