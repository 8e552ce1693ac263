"""The report as a page that needs nothing else."""

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from html.parser import HTMLParser

import pytest

from autograder.authoring.mistakes import MESSAGES
from autograder.pages import exercises
from autograder.report import read_class
from autograder.report.document import anchor, bar, counted, html, number, percent
from autograder.report.findings import Findings

from .conftest import rows_of, simulated, written

pytestmark = pytest.mark.xdist_group("report")  # one process makes what they share

HOSTILE = "<img src=x onerror=alert(1)>&\"'"


class Outline(HTMLParser):
    """The tags, ids and links of a document."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.ids, self.links, self.policy = [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [value for name, value in attributes if name in ("href", "xlink:href", "src")]
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]


@pytest.fixture(scope="module")
def report(thirty):
    return html(read_class(thirty))


def test_nothing_comes_from_elsewhere(report):
    """Every link stays in the page; the policy allows the one script that is there, by its hash, and no other."""
    outline = Outline(report)
    assert outline.links and all(link.startswith("#") for link in outline.links)
    assert outline.tags.count("script") == 1
    script = re.search(r"<script>(.*?)</script>", report, re.DOTALL)[1]
    assert f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" in outline.policy
    assert outline.policy.startswith("default-src 'none'") and "://" not in report.replace("http://www.w3.org", "")


def test_every_link_arrives(report):
    """What is linked is there, once."""
    outline = Outline(report)
    targets = [link[1:] for link in outline.links]
    assert set(targets) <= set(outline.ids)
    assert all(outline.ids.count(target) == 1 for target in targets)


def test_the_parts_of_the_report(report, thirty):
    """Chapters, hardest boxes, mistakes by name with their messages, students, pairs, and every page drawn."""
    findings = read_class(thirty)
    for part in ("far", "hardest", "mistakes", "help", "pairs", "pages"):
        assert f'<h2 id="{part}">' in report
    for mistake in findings.mistakes:
        assert f"<code>{mistake.code}</code>" in report and MESSAGES[mistake.code].split("’")[0][:30] in report
    for place in findings.verdicts.pages:
        assert f'<details class="rp rp-page" id="{anchor(place.slug)}">' in report
    for each in findings.help:
        assert findings.called[each.standing.student] in report


def test_what_students_write_is_shown_as_text(tmp_path):
    """A name, an answer and a page that hold HTML run nothing and break nothing."""
    rows = [row for n in range(4) for row in rows_of(f"{HOSTILE}{n}", {"gradients/one-weight": {1: "17", 2: HOSTILE}})]
    rows += [rows[0]._replace(page=HOSTILE, chapter=HOSTILE, mistake=HOSTILE, verdict="mistake")]
    rows = [row._replace(verdict="wrong", read_as=HOSTILE) if row.box == 2 else row for row in rows]
    page = html(Findings(written(tmp_path, rows)))
    assert "img" not in Outline(page).tags and "&lt;img src=x" in page


def test_names_can_be_left_out(thirty):
    """No name, and no answer that only one person gave, stands in a report without names; it counts the same."""
    named, unnamed = (html(read_class(thirty, names)) for names in (True, False))
    assert "pupil-" in named and "pupil-" not in unnamed
    findings = read_class(thirty, names=False)
    assert sorted(findings.called) == [f"student {n:02}" for n in range(1, 31)]
    assert findings.called != sorted(findings.called)  # the numbers do not follow the alphabet
    tiles = re.compile(r"<dd>(.*?)</dd>")
    assert tiles.findall(named) == tiles.findall(unnamed)


def test_an_answer_that_holds_a_name_is_not_told(tmp_path):
    """What one person typed may be a name; without names only what two gave is shown."""
    rows = [row for name, text in (("ada", "17"), ("bob", "17"), ("eve", "ask eve")) for row in rows_of(
        name, {"gradients/one-weight": {1: text}})]  # fmt: skip
    rows = [row._replace(verdict="wrong") if row.text == "ask eve" else row for row in rows]
    verdicts = written(tmp_path, rows)
    assert "ask eve" in html(Findings(verdicts))
    page = html(Findings(verdicts, names=False))
    assert "eve" not in re.sub(r"<style>.*?</style>|<script>.*?</script>", "", page, flags=re.DOTALL).replace(
        "every", "").replace("never", "").replace("several", "")  # fmt: skip
    assert "<code>17</code>" in page


@pytest.mark.parametrize("answers", [
    {}, {"gradients/one-weight": {}}, {"gradients/one-weight": {1: "8", 2: "2", 3: "2"}}, simulated(3)
])  # fmt: skip
def test_a_class_of_one(tmp_path, answers):
    """One student, with nothing, a blank page, a faultless page or slips, makes a report that can be read."""
    verdicts = written(tmp_path, rows_of("ada", answers), absent=(("ada", "01-gradients"),))
    page = html(Findings(verdicts))
    assert "1 student," in page and "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    assert page.count("<div") == page.count("</div>") and page.count("<details") == page.count("</details>")


def test_pages_that_the_course_does_not_know(tmp_path):
    """A page of another course is counted, by its slug, and not linked."""
    rows = [row._replace(page="waves/one", chapter="12-waves") for row in rows_of("ada", simulated(3))]
    page = html(Findings(written(tmp_path, rows)))
    assert "waves/one" in page and anchor("waves/one") not in page


def test_code_exercises_are_told_by_what_they_should_do(tmp_path):
    """A code exercise has its title, its behaviours as boxes, and a place that links lead to; it is not drawn."""
    row = rows_of("ada", {"gradients/one-weight": {1: "17"}})[0]
    rows = [row._replace(page="activations/relu-code", chapter="05-activations", box=n, verdict="mistake",
                         mistake="sign_lost", text="", read_as="", student=name)
            for n in (1, 2) for name in ("ada", "bob")]  # fmt: skip
    page = html(Findings(written(tmp_path, rows)))
    made = exercises()["activations/relu-code"]
    assert escape(made.title) in page and escape(made.behaviours[0].title) in page and "sign_lost" in page
    assert f'id="{anchor(made.slug)}"' in page and 'class="wb-page' not in page


def test_words_and_numbers():
    """Shares are never rounded to all or nothing; large numbers have gaps."""
    assert [percent(share) for share in (0, 0.001, 0.38, 0.999, 1)] == ["0 %", "< 1 %", "38 %", "99 %", "100 %"]
    assert number(1234567) == "1\u202f234\u202f567" and number(1234.5) == "1\u202f234.5" and number(3.0) == "3"
    assert [counted(1, "box"), counted(2, "box"), counted(3, "page")] == ["1 box", "2 boxes", "3 pages"]
    assert re.findall(r"width:([\d.]+)%", bar([1, 0, 0, 0, 0, 0, 3])) == ["25.0", "75.0"]
