"""The kept catalogue: used when nothing has changed, never believed otherwise, and never in the way."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.catalog import cache as caches
from bot.catalog import reader
from bot.catalog.cache import CatalogCache
from bot.catalog.reader import catalog_dir, load_catalog, read_sources, sources_in
from bot.errors import CatalogError
from bot.settings import load_settings
from tests.catalog.test_reader import GOOD, another, changed, put
from tests.tree import ROOT


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "catalogue"
    made.mkdir()
    (made / "fields.yaml").write_text("mau: Giấy mẫu\n", "utf-8")
    put(made, "mau/giay", GOOD)
    return made


@pytest.fixture
def cache(tmp_path):
    return CatalogCache(tmp_path / "cache/motcua")


@pytest.fixture
def readings(monkeypatch):
    """How often the files were read in earnest."""
    count: list[int] = []
    monkeypatch.setattr(reader, "read_sources", lambda *given: count.append(1) or read_sources(*given))
    return count


def kept_file(cache: CatalogCache) -> Path:
    [file] = cache._folder.iterdir()
    return file


def test_a_second_start_reads_no_file_and_knows_the_same(folder, cache, readings):
    first = load_catalog(folder, cache)
    second = load_catalog(folder, cache)
    assert len(readings) == 1
    assert second == first == load_catalog(folder)
    assert second.get("1.999999", second.procedures[0].checked_on) == first.procedures[0]


def test_the_whole_catalogue_comes_back_as_it_was(cache, readings):
    """Every kind of record and field that the real one holds."""
    plain = load_catalog()
    load_catalog(cache=cache)
    readings.clear()
    kept = load_catalog(cache=cache)
    assert not readings
    assert kept == plain
    assert [repr(each) for each in kept] == [repr(each) for each in plain]


@pytest.mark.parametrize("change", [
    lambda folder: put(folder, "mau/giay", changed(("label: Xin giấy mẫu", "label: Xin giấy nẫu"))),
    lambda folder: put(folder, "mau/khac", another()),
    lambda folder: (folder / "mau/giay.yaml").rename(folder / "mau/giay_nay.yaml"),
    lambda folder: (folder / "fields.yaml").write_text("mau: Giấy nẫu\n", "utf-8"),
    lambda folder: (folder / "holidays.yaml").write_text("a: b\n", "utf-8"),
], ids=["a byte", "a file more", "another name", "a field's name", "what stands beside"])
def test_whatever_changes_in_the_folder_the_files_are_read(folder, cache, readings, change):
    load_catalog(folder, cache)
    change(folder)
    assert load_catalog(folder, cache) == load_catalog(folder)
    assert len(readings) == 3
    assert load_catalog(folder, cache) == load_catalog(folder)
    assert len(readings) == 4


def test_a_file_changed_within_the_same_instant_and_size_is_seen(folder, cache):
    """The content counts, not what the file system says about it."""
    path = folder / "mau/giay.yaml"
    load_catalog(folder, cache)
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    path.write_text(changed(("amount: 2000", "amount: 9000")), "utf-8")
    os.utime(path, ns=times)
    assert load_catalog(folder, cache).procedures[0].fees.items[0].amount == 9000


def test_what_moves_between_two_files_is_another_content(cache):
    """A name, a content or a length never runs into the next one."""
    keys = {caches.key_of(each) for each in ({"a": b"bc"}, {"ab": b"c"}, {"a": b"b", "c": b""}, {"a": b"", "b": b"c"}, {"abc": b""}, {})}
    assert len(keys) == 6


def test_another_release_reads_for_itself(folder, cache, readings, monkeypatch):
    load_catalog(folder, cache)
    monkeypatch.setattr(caches, "_reader_version", lambda: b"another")
    load_catalog(folder, cache)
    assert len(readings) == 2


def test_the_readers_own_source_is_part_of_the_key(monkeypatch, tmp_path):
    """Every module between the files and the model; one line more in one of them, and it is another reader."""
    named = {Path(str(each)).name for each in caches._reader_sources()}
    assert named >= {"strict_yaml.py", "reader.py", "model.py", "checks.py", "cache.py"}
    copy = tmp_path / "reader.py"
    shutil.copy(ROOT / "bot/catalog/reader.py", copy)
    monkeypatch.setattr(caches, "_reader_sources", lambda: [copy])
    before = caches._reader_version.__wrapped__()
    copy.write_text(copy.read_text("utf-8") + "\n", "utf-8")
    assert caches._reader_version.__wrapped__() != before


def _torn(content: bytes) -> list[bytes]:
    head, _, body = content.partition(b"\n")
    other = json.dumps([[["1.000001"]], "x"]).encode()
    forged = head.split()[0] + b" " + hashlib.sha256(other).hexdigest().encode() + b"\n" + other
    flipped = content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]
    return [b"", head, content[:-1], content[: len(content) // 2], flipped, body, b"\xff" + content[1:], b"[" * 100_000, forged]


@pytest.mark.parametrize("kind", range(9))
def test_a_damaged_cache_is_not_believed_and_is_made_anew(folder, cache, readings, kind):
    first = load_catalog(folder, cache)
    file = kept_file(cache)
    good = file.read_bytes()
    file.write_bytes(_torn(good)[kind])
    assert load_catalog(folder, cache) == first
    assert len(readings) == 2
    assert file.read_bytes() == good


def test_a_catalogue_with_errors_is_refused_every_time_and_never_kept(folder, cache):
    put(folder, "mau/giay", changed(("amount: 2000", "amount: hai ngàn")))
    for _ in range(2):
        with pytest.raises(CatalogError, match=r"mau/giay\.yaml"):
            load_catalog(folder, cache)
    assert not cache._folder.exists()


def test_an_error_that_came_after_keeping_is_refused(folder, cache):
    load_catalog(folder, cache)
    put(folder, "mau/giay", changed(("amount: 2000", "amount: hai ngàn")))
    with pytest.raises(CatalogError):
        load_catalog(folder, cache)


def test_a_place_that_cannot_be_written_costs_only_time(folder, tmp_path):
    (tmp_path / "a file").write_text("", "utf-8")
    nowhere = CatalogCache(tmp_path / "a file/motcua")
    assert load_catalog(folder, nowhere) == load_catalog(folder, nowhere) == load_catalog(folder)


def test_a_full_disk_costs_only_time_and_leaves_nothing(folder, cache, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(caches.os, "replace", full)
    assert load_catalog(folder, cache) == load_catalog(folder)
    assert not list(cache._folder.iterdir())


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o702])
def test_a_folder_that_others_may_write_is_neither_believed_nor_used(folder, cache, readings, mode):
    load_catalog(folder, cache)
    before = kept_file(cache).stat().st_mtime_ns
    cache._folder.chmod(mode)
    put(folder, "mau/khac", another())
    load_catalog(folder, cache)
    load_catalog(folder, cache)
    assert len(readings) == 3
    assert kept_file(cache).stat().st_mtime_ns == before


def test_a_folder_of_another_user_is_not_believed(folder, cache, readings, monkeypatch):
    load_catalog(folder, cache)
    me = os.geteuid()
    monkeypatch.setattr(caches.os, "geteuid", lambda: me + 1)
    load_catalog(folder, cache)
    assert len(readings) == 2


def test_what_is_kept_is_for_our_eyes_alone(folder, cache):
    load_catalog(folder, cache)
    assert cache._folder.stat().st_mode & 0o077 == 0
    assert kept_file(cache).stat().st_mode & 0o077 == 0


def test_every_content_takes_the_place_of_the_one_before_and_every_folder_has_its_own(folder, cache, tmp_path):
    for number in range(3):
        put(folder, "mau/giay", changed(("amount: 2000", f"amount: {number}000")))
        load_catalog(folder, cache)
    assert kept_file(cache)
    shutil.copytree(folder, tmp_path / "second")
    load_catalog(tmp_path / "second", cache)
    assert len(list(cache._folder.iterdir())) == 2


def test_folders_that_come_and_go_leave_no_heap(folder, cache, tmp_path):
    for number in range(caches.MOST_KEPT + 3):
        place = tmp_path / f"copy {number}"
        shutil.copytree(folder, place)
        load_catalog(place, cache)
    assert len(list(cache._folder.iterdir())) == caches.MOST_KEPT
    assert cache.get(place, sources_in(place)) is not None, "the newest are kept"


def test_a_kind_of_field_that_it_cannot_keep_is_refused_by_name():
    with pytest.raises(TypeError, match="dict"):
        caches._codec(dict[str, int])
    with pytest.raises(TypeError, match="cannot keep"):
        caches._codec(str | int)


PROCESS = """
import sys
from pathlib import Path
from bot.catalog.cache import CatalogCache
from bot.catalog.reader import load_catalog, read_sources, sources_in
from tests.catalog.test_reader import changed

folder, cache, me = Path(sys.argv[1]), CatalogCache(Path(sys.argv[2])), sys.argv[3]
found = 0
for turn in range(60):
    part = folder / f"mau/{me}.part"
    part.write_text(changed(("amount: 2000", f"amount: {turn % 2 + 1}000")), "utf-8")
    part.replace(folder / "mau/giay.yaml")
    load_catalog(folder, cache)
    sources = sources_in(folder)
    kept = cache.get(folder, sources)
    if kept is not None:
        found += 1
        [file] = read_sources("x", sources).files
        assert kept.procedures == (file.procedure,), (kept, file.procedure)
print(found)
"""


def test_processes_at_once_never_see_what_is_not_so(folder, cache, tmp_path):
    """Three start over and over while the file changes under them: whoever believes the cache knows what the bytes say."""
    script = tmp_path / "process.py"
    script.write_text(PROCESS, "utf-8")
    command = [sys.executable, script, folder, cache._folder]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen([*command, str(number)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for number in range(3)
    ]
    ended = [(*each.communicate(timeout=120), each.returncode) for each in running]
    assert [status for *_, status in ended] == [0, 0, 0], "\n".join(errors for _, errors, _ in ended)
    assert sum(int(found) for found, *_ in ended) > 0
    assert [each.suffix for each in cache._folder.iterdir()] == [".json"]


def test_a_file_that_is_not_utf8_is_named_with_its_line(folder):
    (folder / "mau/giay.yaml").write_bytes(GOOD.encode().replace("Tờ khai".encode(), b"T\xff khai"))
    with pytest.raises(CatalogError, match=r"mau/giay\.yaml:\d+: is not UTF-8: save the file with that encoding"):
        load_catalog(folder)


def test_the_names_of_the_files_stand_in_their_order():
    names = [name for name in sources_in(catalog_dir()) if "/" in name]
    assert [each.slug for each in load_catalog()] == [name.rpartition("/")[2].removesuffix(".yaml") for name in names]
    assert names == sorted(names, key=lambda name: name.split("/"))


@pytest.mark.parametrize(("environ", "place"), [
    ({"HOME": "/h"}, Path("/h/.cache/motcua")),
    ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, Path("/x/motcua")),
    ({"HOME": "/h", "BOT_CACHE_DIR": "/kept"}, Path("/kept")),
    ({"HOME": "/h", "BOT_CACHE_DIR": "off"}, None),
    ({"HOME": "/h", "XDG_CACHE_HOME": "beside"}, None),
    ({}, None),
])
def test_where_it_is_kept_is_a_setting(environ, place, tmp_path):
    assert load_settings(environ, tmp_path / "none").cache_dir == place
