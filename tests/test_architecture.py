"""Imports point inward, words stay in the texts, and each outside thing has one door."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.tree import ROOT, project_files

EVERYONE = {"strict_yaml", "clock", "errors", "short_codes"}
"""What every package may import."""

DOMAIN = {
    "catalog", "calendar", "offices", "appointments", "dossiers", "postal", "readiness", "guidance", "feedback", "privacy", "misses",
    "visits",
}
ANYTHING = {"*"}

MAY_IMPORT: dict[str, set[str]] = {
    "strict_yaml": set(), "clock": set(), "errors": set(), "short_codes": set(),
    "settings": set(),
    "catalog": set(),
    "calendar": {"catalog"},
    "offices": {"calendar", "catalog", "postal"},
    "appointments": {"offices", "calendar", "catalog"},
    "dossiers": {"calendar", "catalog"},
    "postal": {"dossiers", "calendar", "catalog"},
    "readiness": {"catalog", "calendar"},
    "guidance": {"catalog", "calendar"},
    "feedback": {"catalog", "calendar"},
    "privacy": {"catalog", "calendar"},
    "misses": {"privacy", "catalog", "calendar"},
    "visits": set(),
    "search": {"catalog"},
    "understanding": {"search", "calendar", "dossiers", "catalog"},
    "dialogue": set(),
    "texts": set(),
    "flows": {"dialogue", "understanding", "search", "notices.hours", "notices.outbox", *DOMAIN},
    "notices": {"dialogue.messages", *DOMAIN},
    "pictures": {"dialogue.messages", "dossiers"},
    "channels": {"dialogue.messages", "notices", "pictures.model"},
    "gateways": DOMAIN,
    "desk": {"notices", *DOMAIN},
    "store": {"dialogue", "notices", "desk", *DOMAIN},
    "logs": set(), "together": set(),
    "works": ANYTHING, "bootstrap": ANYTHING, "server": ANYTHING, "commands": ANYTHING, "__main__": ANYTHING, "sample": ANYTHING,
}
"""A package, and what of ours it may import besides EVERYONE: a package, or one module of it."""

NO_EVERYONE = {"strict_yaml", "clock", "errors", "short_codes"}
"""The innermost ones import nothing at all of ours."""

ONLY_IMPORTERS = {
    ("yaml",): ("bot/strict_yaml.py",),
    ("rapidfuzz",): ("bot/search/",),
    ("sqlalchemy", "alembic", "psycopg", "psycopg2", "asyncpg", "aiosqlite", "sqlite3"): ("bot/store/",),
    ("httpx", "requests", "aiohttp", "urllib3", "urllib.request", "http.client"): ("bot/channels/", "bot/gateways/"),
    ("telegram",): ("bot/channels/telegram",),
    ("openpyxl",): ("bot/gateways/settlement/", "bot/catalog/importers/workbook.py", "bot/desk/sheets.py", "bot/desk/tables.py"),
}
"""Outside libraries with one door: who may import them."""

CLOCK = "bot/clock.py"
MAY_MEASURE = {"bot/commands/asking.py", "bot/channels/terminal.py"}
"""Who may ask how long something took."""
MEASURES = {"perf_counter", "perf_counter_ns", "process_time", "process_time_ns"}
READS_OF_TIME = {"time", "time_ns", "monotonic", "monotonic_ns", "localtime", "gmtime", "ctime", "asctime", "strftime"}
READS_OF_DATE = {"now", "utcnow", "today"}

SHARED_BY_CHANNELS = ("errands", "pace", "webhooks")
"""Rooms of bot/channels that are no channel."""

FORBIDDEN_NAMES = {"utils.py", "util.py", "helpers.py", "helper.py", "manager.py", "managers.py", "misc.py"}

CURRENCY = "đồng"
"""The one Vietnamese word that messages to an operator need: the unit of the catalogue's amounts."""
SENTENCES_EXCEPTED = {
    ("bot/catalog/checks.py", "h[đd]nd\nh[ộo]i đồng nhân dân"), ("bot/catalog/checks.py", "Ví dụ (không có thật): "),
}
"""(file, constant) that holds Vietnamese words and cannot well live elsewhere: what a check looks for in the data."""

MACHINE_PATH = re.compile(
    r"(?<![\w./:~}>-])/(?:" + "|".join(["work", "root", "mnt", "Users", "home/" + r"\w+"]) + r")(?:/|(?=[\s\"'`),;:]|$))", re.MULTILINE
)
TEXT_SUFFIXES = {
    "", ".py", ".md", ".yaml", ".yml", ".toml", ".tsv", ".csv", ".jsonl", ".json", ".txt", ".ini", ".cfg", ".mako", ".html", ".css", ".js",
}


def sources() -> list[Path]:
    return sorted((ROOT / "bot").rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[str]:
    """Every module that *path* imports, in full; ``from x import y`` gives both ``x`` and ``x.y`` where y may be a module."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno} imports relatively: write the whole name"
            assert node.module is not None
            if node.module == "bot":
                yield from (f"bot.{alias.name}" for alias in node.names)
            elif node.module in ("urllib", "http"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def package_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "bot").with_suffix("").parts
    return parts[0] if len(parts) > 1 or parts[0] != "__init__" else "__init__"


def test_every_package_has_a_row_in_the_import_table():
    packages = {package_of(path) for path in sources()} - {"__init__"}
    assert sorted(packages - MAY_IMPORT.keys()) == []


def test_imports_point_inward():
    wrong = []
    for path in sources():
        package = package_of(path)
        allowed = MAY_IMPORT.get(package, set())
        for module in sorted(set(imports(path))):
            first, _, rest = module.partition(".")
            inside = rest.split(".")[0]
            if first != "bot" or not inside or inside == package or allowed == ANYTHING:
                continue
            if inside in EVERYONE and package not in NO_EVERYONE:
                continue
            if not any(rest == each or rest.startswith(f"{each}.") for each in allowed):
                wrong.append(f"{name_of(path)} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_channels_never_import_one_another():
    wrong = []
    for path in sources():
        if package_of(path) != "channels":
            continue
        mine = path.relative_to(ROOT / "bot/channels").with_suffix("").parts[0]
        for module in imports(path):
            other = module.removeprefix("bot.channels.").split(".")[0] if module.startswith("bot.channels.") else mine
            if other not in (mine, *SHARED_BY_CHANNELS):
                wrong.append(f"{name_of(path)} imports {module}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("libraries", ONLY_IMPORTERS, ids=lambda each: each[0])
def test_an_outside_library_has_one_door(libraries):
    doors = ONLY_IMPORTERS[libraries]
    wrong = [
        f"{name_of(path)} imports {module}"
        for path in sources() if not name_of(path).startswith(doors)
        for module in sorted(set(imports(path))) if any(module == each or module.startswith(f"{each}.") for each in libraries)
    ]
    assert not wrong, "\n".join(wrong)


def readings(path: Path) -> Iterator[tuple[int, str]]:
    """Where *path* asks what time it is: (line, how), whatever name the module or class was imported under."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module in ("datetime", "time"):
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                if node.module == "time" and alias.name in READS_OF_TIME | MEASURES:
                    yield node.lineno, f"time.{alias.name}"
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Attribute):
            continue
        whole = ast.unparse(node.value)
        head, _, tail = whole.partition(".")
        real = ".".join(filter(None, (modules.get(head, head), tail)))
        if node.attr in READS_OF_DATE and real in ("datetime.datetime", "datetime.date"):
            yield node.lineno, f"{real}.{node.attr}"
        elif node.attr in READS_OF_TIME | MEASURES and real == "time":
            yield node.lineno, f"time.{node.attr}"
        elif node.attr in ("now", "current_timestamp", "localtimestamp") and real.split(".")[-1] == "func":
            yield node.lineno, f"{whole}.{node.attr}"


def test_only_the_clock_reads_the_time():
    wrong = [
        f"{name_of(path)}:{line} reads {how}"
        for path in sources() if name_of(path) != CLOCK
        for line, how in readings(path)
        if not (name_of(path) in MAY_MEASURE and how.removeprefix("time.") in MEASURES)
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_command_line_prints():
    wrong = [
        f"{name_of(path)}:{node.lineno} prints"
        for path in sources() if package_of(path) not in ("commands", "__main__")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not wrong, "\n".join(wrong)


def constants(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every string of the code, an f-string with its gaps as ``{}``; docstrings (of names too) are none.

    Of a regular expression only what could be read as words: its alternatives and groups are parted by lines.
    """
    patterns = {
        id(node.args[0]) for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).startswith("re.")
    }
    spoken_of = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node) if part is not node}
    for node in ast.walk(tree):
        if id(node) in spoken_of or id(node) in inside:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        elif isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        else:
            continue
        yield node.lineno, re.sub(r"[|()]", "\n", text) if id(node) in patterns else text


def is_sentence(text: str) -> bool:
    """Three words or more on a line, a Vietnamese letter among them; escapes (``\\s``) part words like blanks do."""
    lines = [re.findall(r"[^\W\d_]+", re.sub(r"\\.", " ", line)) for line in text.splitlines()]
    return any(len(words) >= 3 and any(is_vietnamese(word) for word in words if word.casefold() != CURRENCY) for words in lines)


def is_vietnamese(word: str) -> bool:
    return any(char in "đĐ" or unicodedata.combining(char) for char in unicodedata.normalize("NFD", word))


def test_no_sentence_of_a_citizen_stands_in_the_code():
    wrong = [
        f"{name_of(path)}:{line} holds a sentence: {text!r}"
        for path in sources() for line, text in constants(tree_of(path))
        if is_sentence(text) and (name_of(path), text) not in SENTENCES_EXCEPTED
    ]
    assert not wrong, "\n".join(wrong)


def test_the_finder_of_sentences_knows_what_one_is():
    assert is_sentence("Anh/chị chọn giờ")
    assert is_sentence(r"hội\s+đồng\s+nhân")
    assert not is_sentence("is not a whole number of đồng")
    assert not is_sentence("Việt Nam")
    assert not is_sentence("plain English words")
    code = ast.parse('"""Lời mở đầu của tệp."""\nX = f"mất {a} phí rồi"\n"""Chú thích của X."""')
    assert [text for _, text in constants(code)] == ["mất {} phí rồi"]


def test_no_file_is_named_after_nothing():
    wrong = [str(path) for path in project_files() if path.name in FORBIDDEN_NAMES]
    assert not wrong, "\n".join(wrong)


def test_no_file_names_a_path_of_one_machine():
    wrong = []
    for path in project_files():
        if path.suffix not in TEXT_SUFFIXES:
            continue
        text = (ROOT / path).read_text("utf-8", errors="replace")
        wrong += [f"{path}:{text.count(chr(10), 0, found.start()) + 1} names {found[0]}" for found in MACHINE_PATH.finditer(text)]
    assert not wrong, "\n".join(wrong)
