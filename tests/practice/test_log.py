"""The file that remembers: readable, safe when a process is killed, put aside when it is damaged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from autograder.practice import log as log_module
from autograder.practice.log import FIRST, Entry, Log, NewerLog, entry_of

ROOT = Path(__file__).parents[2]
DAY = date(2026, 3, 2)
ENTRIES = [
    Entry(DAY, "seen slip", "slip upside_down", "gradients/one-weight"),
    Entry(DAY, "slip", "page gradients/one-weight", "gradients/one-weight", ("wrong_sign",), (2, 3), 417, 80),
    Entry(DAY, "right", "slip upside_down", "gradients/one-weight", (), (1,), 5, 31),
]


@pytest.fixture
def path(tmp_path) -> Path:
    """A log with three entries."""
    place = tmp_path / "practice" / "practice.jsonl"
    Log(place).add(*ENTRIES)
    return place


def test_what_is_added_is_read_again(path):
    """Every entry comes back as it was, wherever the file has been moved; each is a line that can be read."""
    moved = path.rename(path.parent.parent / "elsewhere.jsonl")
    assert Log(moved).entries == ENTRIES
    assert all(entry_of(entry.line) == entry for entry in ENTRIES)
    assert moved.read_text(encoding="utf-8").count("\n") == 4


def test_a_deleted_file_begins_anew(path):
    """A student who deletes the file, even while practising, has a new one that begins there."""
    log = Log(path)
    path.unlink()
    log.add(ENTRIES[2])
    assert Log(path).entries == ENTRIES[2:] and not Log(path).note


WRITER = """
import sys
from pathlib import Path
from datetime import date
from autograder.practice.log import Entry, Log
log = Log(Path(sys.argv[1]))
for n in range(10_000):
    log.add(Entry(date(2026, 3, 2), "right", "page a/b", "a/b", boxes=(n,), variant=n))
    print(n, flush=True)
"""


def test_a_killed_process_loses_at_most_its_last_answer(tmp_path):
    """Killed with signal 9 while it writes: what it had said is written is there, and nothing needs putting aside."""
    path = tmp_path / "practice.jsonl"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    said = [int(writer.stdout.readline()) for _ in range(40)]
    os.kill(writer.pid, signal.SIGKILL)
    said += [int(line) for line in writer.communicate()[0].split()]
    log = Log(path)
    variants = [entry.variant for entry in log.entries]
    assert variants == list(range(len(variants))) and len(variants) in (len(said), len(said) + 1)
    assert not log.note and sorted(place.name for place in tmp_path.iterdir()) == ["practice.jsonl"]


@pytest.mark.parametrize("cut", [1, 9, 30])
def test_half_a_line_at_the_end_is_dropped(path, cut):
    """The line that was being written when the power went: the others are there, and more can be added."""
    path.write_bytes(path.read_bytes()[:-cut])
    log = Log(path)
    assert log.entries == ENTRIES[:2] and not log.note
    log.add(ENTRIES[2])
    assert Log(path).entries == ENTRIES


@pytest.mark.parametrize(
    "damage",
    [
        b"\x00\xff\xfe not ours \n",
        b'{"day": "9999-12-31", "event": "right", "card": "page a/b", "page": "a/b"}\n',
        b"{" * 100_000 + b"\n",
    ],
)
def test_a_damaged_file_is_put_aside(path, damage):
    """It keeps its bytes under another name; what can be read goes on, and the student is told."""
    lines = path.read_bytes().splitlines(keepends=True)
    spoilt = b"".join([*lines[:2], damage, *lines[2:]])
    path.write_bytes(spoilt)
    log = Log(path)
    aside = path.with_name("practice-damaged-1.jsonl")
    assert log.entries == ENTRIES and aside.read_bytes() == spoilt
    assert "damaged" in log.note and "practice-damaged-1.jsonl" in log.note and "3 entries" in log.note
    assert Log(path).entries == ENTRIES and not Log(path).note


def test_a_file_of_something_else_is_put_aside(path):
    """Whatever has the name of our file and is not it."""
    path.write_text("my notes\n", encoding="utf-8")
    log = Log(path)
    assert log.entries == [] and path.with_name("practice-damaged-1.jsonl").read_text() == "my notes\n"


def test_a_file_that_is_too_large_is_put_aside(path, monkeypatch):
    """It is not read, and not written over."""
    monkeypatch.setattr(log_module, "MAX_BYTES", 10)
    before = path.read_bytes()
    assert Log(path).entries == [] and path.with_name("practice-damaged-1.jsonl").read_bytes() == before


def test_a_newer_file_is_left_alone(path):
    """A newer workbook wrote it: it is not touched, and the message says what to do."""
    text = path.read_text(encoding="utf-8").replace(": 1,", ": 2,", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NewerLog, match="pip install --upgrade"):
        Log(path)
    assert path.read_text(encoding="utf-8") == text and '"practice of the backprop workbook": 2' in text


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    """Practice goes on without a file, and says so."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    log = Log(tmp_path / "file" / "practice.jsonl")
    log.add(ENTRIES[0])
    assert log.entries == ENTRIES[:1] and "cannot be kept" in log.note and log.path is None


def test_the_file_says_what_it_is():
    """Its first line tells a student who opens it that it is theirs to delete."""
    assert "delete this file" in str(FIRST["about"])
