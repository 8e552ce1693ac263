"""The command `workbook`: make and check the course, mark a class, and tell how far it is."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import WorkbookError
from .site.distribution import ADDRESS

if TYPE_CHECKING:
    from .handout.copies import Done


WORKBOOK = "backprop-workbook"
"""What the workbook's own course is called."""


def build(root: Path) -> int:
    """Make chapters/ and solutions/ from source/."""
    from .course.build import build

    for path in build(root):
        print(path.relative_to(root))
    return 0


def check(root: Path) -> int:
    """Rebuild elsewhere, compare to the byte, and prove that chapters score 0 and solutions full marks."""
    from .course.check import check

    problems = check(root)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(problems)} to mend." if problems else "All is well.")
    return 1 if problems else 0


def pictures(root: Path) -> int:
    """Write pictures/, a contact sheet of all pages for each chapter: light and dark, full and half width."""
    from .course.pictures import draw
    from .settings import load

    for path in draw(root / "pictures", load(root).package):
        print(path.relative_to(root))
    return 0


def demo_class(root: Path, students: int, seed: int, chapters: list[str], into: Path) -> int:
    """Hand in the chapters for a class of simulated students, and print what each should earn."""
    from .classroom.demo import demo_class

    return demo_class(root, students, seed, chapters, into)


def mark(root: Path, **options: Any) -> int:
    """Mark all that was handed in, without a gradebook, and write tables of verdicts, grades and faults."""
    from .classroom.mark import mark_class

    return mark_class(root, **options)


def grades(root: Path, roster: Path, platform: str, marks: Path, out: Path | None, **options: Any) -> int:
    """Write a file of grades that a learning platform's gradebook takes, from the roster that was exported there."""
    from .classroom.upload import upload

    written = upload(root / marks, platform, root / roster, out=root / out if out else None, **options)
    for said in written.lost:
        print(f"left out: {said}")
    path = written.path.relative_to(root) if written.path.is_relative_to(root) else written.path
    print(f"{path}: {written.found} {'student' if written.found == 1 else 'students'}")
    return 0


def paper(root: Path, students: Path | None, out: Path, browser: Path | None, **options: Any) -> int:
    """Print a chapter as sheets of paper, one PDF for each student, and its key as another."""
    from .paper.make import make, summary

    roster = root / students if students else None
    printed = make(root, roster=roster, out=root / out, browser=browser, **options)
    print("\n".join(summary(printed, lambda path: path.relative_to(root) if path.is_relative_to(root) else path)))
    return 0


def enter(root: Path, students: Path | None, into: Path, out: Path, paper: Path, **options: Any) -> int:
    """Type in what was written on paper, box by box, with the verdicts of the notebook; then mark it."""
    from .paper.terminal import enter

    return enter(root, root / students if students else None, root / into, root / out, root / paper, **options)


def new_page(root: Path, page: str, title: str, row: str) -> int:
    """Start a page, chapter/name: a small exercise that works, in a new chapter or behind the pages of an old one."""
    from .course.new_page import start

    written = [path.relative_to(root).as_posix() for path in start(root, page, title, row)]
    print("\n".join(written))
    print(f"""
The page works as it is. Now
  1. make it yours in {written[0]}   (docs/authoring.md tells how)
  2. workbook try-page {page}   vets it over many variants and draws it; as often as you like
  3. workbook build   then open it in {written[1].replace("source/", "chapters/", 1)}
  4. in tests/pages/, compute its keys a second way""")
    return 0


def new_course(root: Path, name: str, page: str, take: list[str]) -> int:
    """Start a course of your own: a folder with a page that works, and chapters of the workbook if you like."""
    from .course.new_course import start

    folder = root / name
    print("\n".join(path.relative_to(root).as_posix() for path in start(folder, page, take)))
    print(f"""
Now
  1. cd {name}
  2. pip install --editable ".[test]"   so that Python finds your pages
  3. workbook build                     then workbook check, pytest
  4. make it yours: README.md there says what is where; docs/authoring.md of the workbook tells how""")
    return 0


def try_page(root: Path, page: str, variants: int) -> int:
    """Vet one page over many variants of its numbers, and draw it."""
    from .course.pictures import draw_page
    from .course.vetting import vet
    from .pages import UnknownPage, find, load
    from .settings import load as settings_of

    course = settings_of(root).package.replace("_", "-")
    try:
        loaded = find(f"{course}/{page}") or load(page)
    except UnknownPage as unknown:
        print(unknown, file=sys.stderr)
        return 2
    if faults := vet(loaded, range(variants)):
        print("\n".join(faults), file=sys.stderr)
        return 1
    print(f"{loaded.slug}: {loaded.points} boxes, {variants} variants, nothing to mend.")
    print(f"Look at {draw_page(root / 'pictures', loaded).relative_to(root)}")
    return 0


def progress(root: Path, chapters: Path, pages: bool) -> int:
    """Say how far each chapter is: its pages blank, begun, right, as their notebooks were last saved."""
    from .marking.progress import chapters_in
    from .render.progress import text
    from .settings import load

    course = load(root)
    standings = chapters_in(root / chapters, course.of)
    if not standings:
        print(f"No chapters in {chapters}. Say where they lie, as in --chapters solutions.", file=sys.stderr)
        return 1
    print("\n".join(text(one, each=pages) for one in standings))
    return 0


def report(root: Path, marks: Path, out: Path | None, no_names: bool) -> int:
    """Tell of a marked class: how far it is, the hardest boxes, the commonest mistakes, who needs help."""
    from .report import write

    for path in write(root / marks, root / out if out else None, names=not no_names, root=root):
        print(path.relative_to(root) if path.is_relative_to(root) else path)
    return 0


def start(root: Path, folder: Path | None, course: str, no_open: bool) -> int:
    """Put the notebooks into a folder of your own, and open them."""
    from .handout.copies import start
    from .handout.opening import open_in_jupyter

    there = root / (folder or course)
    _tell(start(there, _package(course)))
    return 0 if no_open else open_in_jupyter(there)


def update(root: Path, folder: Path | None, course: str) -> int:
    """Bring the notebooks of such a folder up to date; all that you wrote stays in them."""
    from .handout.copies import BEFORE, update

    folder = folder or Path(course)
    done = update(root / folder, package=_package(course))
    _tell(done)
    if any(one.deed == "brought up to date" for one in done):
        print(f"The notebooks as they were lie in {folder / BEFORE}.")
    return 0


def site(root: Path, out: Path, pyodide: str) -> int:
    """Build a static site of the chapters, which runs in any browser with nothing installed."""
    from .handout.places import handed_out
    from .settings import load
    from .site.build import build

    built = build(root / out, handed_out(root), pyodide, load(root).package)
    print(f"The site lies in {out}. Try it: python -m http.server --directory {out}")
    print("A browser will fetch these from elsewhere:" if built.fetched else "It needs nothing from elsewhere.")
    print("".join(f"    {address}\n" for address in built.fetched), end="")
    if not built.compiled:
        print("With Python 3.12 on this computer as well, its pages would come alive some seconds sooner.")
    return 0


def _package(course: str) -> str:
    """The package of a course, by its name."""
    from .authoring.slugs import OURS

    return OURS if course == WORKBOOK else course.replace("-", "_")


def _tell(done: list[Done]) -> None:
    for deed in ("new", "brought up to date", "left alone"):
        for one in done:
            if one.deed == deed:
                print(f"{one.place}: {deed}")
                print("".join(f"    {remark}\n" for remark in one.remarks), end="")
    if kept := sum(one.deed == "kept" for one in done):
        print(f"{kept} files stay as they are.")


class Option(NamedTuple):
    """A word of a command, as argparse takes it: Option("--jobs", type=int, default=2, help="...")."""

    names: tuple[str, ...]
    settings: dict[str, Any]


class Command(NamedTuple):
    """A function that gets the course folder, and each option by its name; it returns the exit status."""

    run: Callable[..., int]
    options: tuple[Option, ...]
    in_course: bool = True  # runs in a course folder only


def option(*names: str, **settings: Any) -> Option:
    return Option(names, settings)


def command(run: Callable[..., int], *options: Option) -> Command:
    return Command(run, options)


FOLDER = option("folder", nargs="?", type=Path, help="(default: the name of the course)")
COURSE = option("--course", default=WORKBOOK, help="a course that is installed here (default: %(default)s)")

COMMANDS: dict[str, Command] = {
    "start": Command(
        start, (FOLDER, COURSE, option("--no-open", action="store_true", help="only copy")), in_course=False
    ),
    "update": Command(update, (FOLDER, COURSE), in_course=False),
    "site": Command(
        site,
        (
            option("--out", type=Path, default=Path("site"), help="the folder (default: %(default)s)"),
            option("--pyodide", default=ADDRESS, metavar="FOLDER", help="a release of Pyodide (default: %(default)s)"),
        ),
        in_course=False,
    ),
    "build": command(build),
    "check": command(check),
    "pictures": command(pictures),
    "progress": command(
        progress,
        option(
            "--chapters",
            type=Path,
            default=Path("chapters"),
            metavar="FOLDER",
            help="where the chapters lie (default: %(default)s)",
        ),
        option("--pages", action="store_true", help="a line for each page that is not right yet"),
    ),
    "demo-class": command(
        demo_class,
        option("--students", type=int, default=30, help="how many (default: %(default)s)"),
        option("--seed", type=int, default=1, help="the same seed makes the same class (default: %(default)s)"),
        option("--chapters", nargs="+", default=[], metavar="CHAPTER", help="only these (default: all)"),
        option("--into", type=Path, default=Path("submitted"), help="the folder (default: %(default)s)"),
    ),
    "mark": command(
        mark,
        option(
            "places",
            nargs="*",
            type=Path,
            metavar="PLACE",
            help="nbgrader's folder of submissions, or a folder or zip from an LMS (default: submitted)",
        ),
        option("--chapter", default="", help="mark only this chapter; from an LMS, take every file to be of it"),
        option("--out", type=Path, default=Path("marks"), help="where the tables go (default: %(default)s)"),
        option(
            "--table",
            choices=("csv", "excel", "parquet"),
            default="csv",
            help="the format; excel is CSV whose letters Excel reads rightly (default: %(default)s)",
        ),
        option("--jobs", type=int, default=0, help="processes (default: one for each core; 1 needs no other process)"),
        option("--dask", action="store_true", help="mark on a Dask cluster of --jobs processes on this computer"),
        option("--scheduler", default="", metavar="tcp://HOST:PORT", help="mark on this Dask cluster"),
        option("--names", default="", metavar="REGEXP", help="how an LMS names files: with groups student and file"),
        option("--level", default="", help="whose: the number of a folder, 1 for the outermost, or file"),
        option("--dry-run", action="store_true", help="only show whom I would mark"),
        option("--yes", action="store_true", help="write grades though there are fewer students than in the last run"),
        option("--again", action="store_true", help="who stands in two places is one student, whose last place counts"),
        option("--into-gradebook", action="store_true", help="write the grades into nbgrader's gradebook as well"),
    ),
    "grades": command(
        grades,
        option("roster", type=Path, help="the file that you exported from the platform's gradebook"),
        option(
            "--for",
            dest="platform",
            required=True,
            choices=("moodle", "canvas", "blackboard", "brightspace"),
            help="the learning platform",
        ),
        option("--marks", type=Path, default=Path("marks"), help="what workbook mark wrote (default: marks)"),
        option("--out", type=Path, help="the file to write (default: marks/upload-<platform>.csv)"),
        option("--chapter", default="", help="only this chapter"),
        option("--column", default="", help="the roster's column for this chapter, if it is not called so"),
        option("--by", default="", metavar="COLUMN", help="the roster's column that holds students as the tables do"),
        option("--scale", action="store_true", help="scale to the points that the platform's column is worth"),
        option("--bom", action="store_true", help="begin the file with the mark by which Excel knows UTF-8"),
        option("--yes", action="store_true", help="leave out students who are not certain, instead of stopping"),
    ),
    "paper": command(
        paper,
        option("--chapter", required=True, help="the chapter, as in 07-backpropagation"),
        option("--students", type=Path, metavar="ROSTER", help="a table of students (default: one set of sheets)"),
        option("--out", type=Path, default=Path("paper"), help="the folder (default: %(default)s)"),
        option("--size", choices=("A4", "Letter"), default="A4", help="the paper (default: %(default)s)"),
        option("--pages", nargs="+", default=[], metavar="N", help="only these pages of the chapter, as in 3 5-8"),
        option("--by", default="", metavar="COLUMN", help="the roster's column of ids"),
        option("--no-text", action="store_true", help="leave out what the chapter says between its pages"),
        option("--browser", type=Path, metavar="PROGRAM", help="the Chrome, Chromium or Edge that prints"),
    ),
    "enter": command(
        enter,
        option("--students", type=Path, metavar="ROSTER", help="a table of students (default: who got sheets)"),
        option("--by", default="", metavar="COLUMN", help="the roster's column of ids"),
        option("--paper", type=Path, default=Path("paper"), help="where workbook paper wrote (default: %(default)s)"),
        option("--into", type=Path, default=Path("submitted"), help="the submissions (default: %(default)s)"),
        option("--out", type=Path, default=Path("marks"), help="where the tables go (default: %(default)s)"),
        option("--no-mark", action="store_true", help="only type in; workbook mark will mark it"),
        option("--into-gradebook", action="store_true", help="write the grades into nbgrader's gradebook as well"),
    ),
    "report": command(
        report,
        option("marks", nargs="?", type=Path, default=Path("marks"), help="what workbook mark wrote (default: marks)"),
        option("--out", type=Path, help="the folder for report.html and report.ipynb (default: beside the tables)"),
        option("--no-names", action="store_true", help="leave the names of students out"),
    ),
    "new-page": command(
        new_page,
        option("page", help="chapter/name, as in recurrence/one-step"),
        option("--title", default="", help="the page's heading (default: its name)"),
        option("--row", default="", help="the row of the curriculum that it teaches (default: a new one)"),
    ),
    "new-course": Command(
        new_course,
        (
            option("name", help="the folder, and the name of the course, as in my-course"),
            option("--page", default="first-steps/one-weight", help="its first page (default: %(default)s)"),
            option("--take", nargs="+", default=[], metavar="CHAPTER", help="chapters of the workbook, in this order"),
        ),
        in_course=False,
    ),
    "try-page": command(
        try_page,
        option("page", help="chapter/name"),
        option("--variants", type=int, default=200, help="how many variants to look at (default: 200)"),
    ),
}

TEACHING = (
    "packaging",
    "nbgrader",
    "nbconvert",
    "nbformat",
    "jinja2",
    "matplotlib",
    "filelock",
    "tqdm",
    "jupyter_client",
    "zmq",
)
"""Packages that only the extras bring: whoever works through pages in a browser has no use for them."""


def main(words: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        try:
            return _run(words)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # whoever reads what we print has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains once more at its end
        return 1


def _run(words: list[str] | None) -> int:
    parser = argparse.ArgumentParser(prog="workbook", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (run, options, _) in COMMANDS.items():
        sub = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        sub.add_argument("--root", type=Path, default=Path.cwd(), help="the course folder (default: this one)")
        for names, settings in options:
            sub.add_argument(*names, **settings)
    arguments = vars(parser.parse_args(words))
    (run, _, in_course), root = COMMANDS[arguments.pop("command")], arguments.pop("root").resolve()
    if in_course and not (root / "source").is_dir():
        print(f"No source/ in {root.name or root}. Run this in the course folder or say --root.", file=sys.stderr)
        return 2
    try:
        return run(root, **arguments)
    except WorkbookError as error:
        print(error, file=sys.stderr)
        return 1
    except ModuleNotFoundError as missing:
        if (package := (missing.name or "").partition(".")[0]) not in TEACHING:
            raise
        print(f"This command needs {package}. Say: pip install 'backprop-workbook[teach]'", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
