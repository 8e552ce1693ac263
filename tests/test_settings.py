"""workbook.toml: what may stand in it, and what is said of what may not."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from autograder.settings import SETTINGS, SettingError, Settings, load

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture
def course(tmp_path):
    """A function: the settings of a course of two chapters with this workbook.toml."""
    for chapter in ("01-gradients", "02-matrices"):
        (tmp_path / "source" / chapter).mkdir(parents=True)

    def written(text: str):
        (tmp_path / "workbook.toml").write_text(text, encoding="utf-8")
        return load(tmp_path)

    return written


def test_without_a_file_all_is_as_by_default(tmp_path):
    """A course needs no workbook.toml."""
    assert load(tmp_path).of("01-gradients") == Settings()


def test_the_repository_has_the_defaults():
    """The course as it is cloned gives everybody the same numbers and tells everything at once."""
    assert load(REPOSITORY).course == Settings() and load(REPOSITORY).chapters == {}


def test_a_chapter_may_differ(course):
    """What a chapter does not say it takes from the course."""
    said = course('show_how = "never"\n[chapters.01-gradients]\nfeedback = "counts"\n')
    assert (said.of("01-gradients").feedback, said.of("01-gradients").show_how) == ("counts", "never")
    assert said.of("02-matrices").feedback == "at once"


@pytest.mark.parametrize("written", ["2026-11-01T23:59:00+01:00", '"2026-11-01T23:59:00+01:00"', '"2026-11-01T22:59Z"'])
def test_a_moment_is_a_date_of_toml_or_a_text(course, written):
    """Both say the same."""
    said = course(f'feedback = "recorded"\nfeedback_until = {written}').course
    assert said.feedback_until == datetime(2026, 11, 1, 22, 59, tzinfo=UTC)


WRONG = {
    'show_how = "maybe"': "show_how is 'maybe'; it must be one of practice, always, never",
    "show_how = 3": "show_how is 3; it must be one of",
    'show_hwo = "never"': "there is no setting 'show_hwo'; did you mean show_how",
    "colour = 1": "there is no setting 'colour'; choose from show_how",
    "show_how = never": 'cannot be read.*texts need quotes, as in show_how = "practice"',
    'variants = "student"': 'needs a salt: add a line such as salt = "autumn 2026"',
    'variants = "student"\nsalt = ""': "salt is ''; it must be a text of 1 to 100",
    'salt = "a\\nb"': "salt is",
    "salt = 2026": "salt is 2026; it must be a text",
    'feedback = "recorded"': "needs an end: add a line such as feedback_until = 2026",
    'feedback_until = "soon"': "feedback_until is 'soon'; it must be a date, a time and a time zone, as in 2026",
    "feedback_until = 2026-11-01": "must be a date, a time and a time zone",
    "feedback_until = 2026-11-01T23:59:00": "has no time zone; add its distance from UTC",
    'feedback_until = "2026-11-01T23:59:00"': "has no time zone",
    "feedback_until = 3": "feedback_until is 3",
    '[chapters.01-gradient]\nfeedback = "counts"': "no chapter '01-gradient'; did you mean 01-gradients",
    '[chapters.01-gradients]\nsalt = "x"': "salt holds for the whole course; move it above",
    '[chapters.01-gradients]\nfeedback = "later"': r"in \[chapters.01-gradients\], feedback is 'later'",
    '[chapters.01-gradients]\nfeedback = "recorded"': r"in \[chapters.01-gradients\].*needs an end",
    'install = "x; rm -rf"': "install is 'x; rm -rf'; it must be a name on PyPI or an address",
    'install = "--pre"': "must be a name on PyPI or an address",
    'install = "$(x)"': "must be a name on PyPI or an address",
    "install = 3": "must be a name on PyPI or an address",
    'published = "https://example.org/x"': "must be the address of the folder on GitHub",
    'published = "https://github.com/a/b"': "must be the address of the folder on GitHub, as in .*/blob/main/chapters",
    "published = true": "must be the address of the folder on GitHub",
    '[chapters.01-gradients]\ninstall = "x"': "install holds for the whole course",
    "chapters = 3": "a table for each chapter",
    "[chapters]\nfeedback = 3": "a table for each chapter",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=range(len(WRONG)))
def test_a_wrong_setting_is_named_with_what_to_write(course, text, said):
    """Each message begins with the file and ends with the next step."""
    with pytest.raises(SettingError, match=f"^workbook.toml:? .*{said}"):
        course(text)


@pytest.mark.parametrize("address", ["/blob/main/chapters", "/tree/main/chapters", "/blob/main/chapters/"])
def test_an_address_on_github_is_read_as_a_browser_shows_it(course, address):
    """A folder's page says tree, a file's says blob, and some copy a slash with it."""
    said = course(f'published = "https://github.com/a/b{address}"').course
    assert said.published == "https://github.com/a/b/blob/main/chapters"


def test_where_the_workbook_comes_from_is_not_passed_to_notebooks(course):
    """It stands in the cell that says how to install it, not among the settings of its pages."""
    said = course('install = "git+https://github.com/a/b"\npublished = "https://github.com/a/b/blob/x"').course
    assert said.install == "git+https://github.com/a/b" and said.written() == {}


def test_a_file_in_another_encoding_is_said(course, tmp_path):
    """An editor that saves Latin-1 is told so."""
    (tmp_path / "workbook.toml").write_bytes('salt = "Zoë"'.encode("latin-1"))
    with pytest.raises(SettingError, match="UTF-8"):
        load(tmp_path)


def test_a_notebook_is_told_only_what_is_not_as_by_default():
    """Moments are told as text, so that the notebook holds plain words."""
    said = Settings().but(feedback="recorded", feedback_until="2026-11-01T23:59:00+01:00").written()
    assert said == {"feedback": "recorded", "feedback_until": "2026-11-01T23:59:00+01:00"}
    assert Settings().written() == {}
    assert Settings().but(**said).written() == said


def test_the_instructors_table_is_the_programs():
    """docs/instructors.md lists each setting with its values, its default and its meaning, as the program has them."""
    text = (REPOSITORY / "docs" / "instructors.md").read_text(encoding="utf-8")
    for name, setting in SETTINGS.items():
        default = f'`"{setting.default}"`' if setting.default else "none"
        kinds = ", ".join(f"`{kind}`" if kind.startswith('"') else kind for kind in setting.kinds.split(", "))
        assert f"| `{name}` | {kinds} | {default} | {setting.meaning} |" in text, name


def test_the_instructors_example_can_be_copied(tmp_path):
    """What docs/instructors.md shows as workbook.toml is read, for the chapters that there are."""
    text = (REPOSITORY / "docs" / "instructors.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    (tmp_path / "workbook.toml").write_text(example, encoding="utf-8")
    (tmp_path / "source").symlink_to(REPOSITORY / "source")
    assert load(tmp_path).of("02-jacobians").feedback == "recorded"
