"""What things are called, and the chapter they belong to; a chapter's name may have several words."""

from __future__ import annotations

import sys
from importlib import import_module

import pytest

from autograder import explorers, pages
from autograder.authoring import slugs

CHAPTER = '''"""A chapter."""

from autograder.authoring.explorer import explorer
from autograder.authoring.page import page
from autograder.layout import eq, say


@page("One batch", row="9.1")
def one_batch(given, box):
    """Two times a number."""
    x = given("x", 3)
    return eq(box(2 * x, "2x", "How much is twice x?", how="x and x."))


@explorer("Move x", beside="batch-norm/one-batch")
def move_x(control):
    """Move x."""
    return say(f"{control.slider('x', 1, low=0, high=2)}")
'''
CODE = '''"""Code of a chapter."""

from autograder.authoring.exercise import exercise


@exercise("Twice", row="9.1")
def two_times(x):
    """x, a number. Returns a number."""
    return 2 * x
'''


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A package with a chapter of two words, one of its first word, and code exercises of both."""
    folder = tmp_path / "two_words"
    folder.mkdir()
    texts = {"__init__": "", "batch": "", "batch_norm": CHAPTER, "batch_norm_code": CODE, "batch_norm_steps_code": CODE,
             "batch_code": CODE, "alone_here_code": CODE}  # fmt: skip
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: import_module(f"two_words.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == "two_words"]:
        del sys.modules[name]


@pytest.mark.parametrize("module, chapter, slug", [
    ("batch_norm_code", "batch_norm", "batch-norm/two-times-code"),
    ("batch_norm_steps_code", "batch_norm", "batch-norm/two-times-code"),
    ("batch_code", "batch", "batch/two-times-code"),
    ("alone_here_code", "alone_here", "alone-here/two-times-code"),
])  # fmt: skip
def test_code_exercises_belong_to_the_chapter_beside_them(written, module, chapter, slug):
    """The chapter is the longest module name beside theirs that theirs begins with."""
    made = written(module).two_times
    assert (made.chapter, made.slug) == (chapter, slug)


def test_pages_and_explorers_of_a_two_word_chapter(written):
    """Hyphens in the slug, underscores in the module; one is found from the other."""
    module = written("batch_norm")
    assert (module.one_batch.chapter, module.one_batch.slug) == ("batch_norm", "batch-norm/one-batch")
    assert module.one_batch.kicker.startswith("Batch norm")
    assert (module.move_x.chapter, module.move_x.slug) == ("batch_norm", "batch-norm/move-x")


def test_every_slug_leads_to_its_chapter():
    """Of every page, exercise and explorer of the workbook."""
    everything = {**pages.catalogue(), **pages.exercises(), **explorers.catalogue()}
    assert everything
    for slug, one in everything.items():
        assert slugs.chapter_of(slug) == one.chapter in pages.CHAPTERS
