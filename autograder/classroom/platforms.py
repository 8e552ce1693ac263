"""How learning platforms name what they pack: which part of a folder's or a file's name is the student.

Moodle             source of mod_assign: "Ada Doe_17_assignsubmission_file/cost.ipynb", or all in one name; groups too
Canvas             source of its content zipper: "doeada_LATE_17_998_cost-1.ipynb", "anon_x7Q_998_cost.ipynb"
Blackboard         its help: "Chapter 6_a_doe_attempt_2030-01-02-10-00-00_cost.ipynb", beside it a receipt .txt
Brightspace        archives seen: "17-99 - Ada Doe - Jan 2, 2030 304 PM/cost.ipynb", or all in one name
Sakai              scripts that read it: "Doe, Ada(adoe)/Submission attachment(s)/cost.ipynb"
ILIAS              source of an exercise plugin: "Doe_Ada_adoe_1234/cost.ipynb", in teams below "Team 5"
Gradescope         scripts that read it: "submission_17/cost.ipynb"; submission_metadata.yml says who that is
Google Classroom   a copy for each student is called "Ada Doe - cost.ipynb"
GitHub Classroom   help of `gh classroom`: "cost-submissions/cost-adoe", or any clones with a common beginning
Teams              names of its libraries: "Submitted files/Ada Doe/Homework/Version 2/cost.ipynb"
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple


class Owner(NamedTuple):
    """Whose something is, as its name says."""

    student: str
    number: str = ""  # what the platform calls them, where it tells two of one name apart
    file: str = ""  # what is left of a file's name
    turn: str = ""  # which attempt: later ones sort behind earlier ones
    platform: str = ""  # "" where a person chose the name
    late: bool = False


class Naming(NamedTuple):
    """How a platform names a folder or a file."""

    platform: str
    of_file: bool
    pattern: re.Pattern[str]


def _naming(platform: str, of_file: bool, pattern: str) -> Naming:
    return Naming(platform, of_file, re.compile(pattern, re.DOTALL))


NAMINGS = (
    _naming("Moodle", False, r"(?P<student>.+?)(?:_(?P<number>\d+))?_assignsubmission_[a-z]+_?"),
    _naming("Moodle", True, r"(?P<student>.+?)(?:_(?P<number>\d+))?_assignsubmission_[a-z]+_(?P<file>.+)"),
    _naming("Blackboard", True, r"(?P<head>.+)_attempt_(?P<turn>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)"),
    _naming("Canvas", True, r"(?P<late>LATE_)?(?P<student>anon_[^_]+)_(?:\d+_(?P<file>.+)|(?:text|link)\.html)"),
    _naming(
        "Canvas", True, r"(?P<student>.+?)(?P<late>_LATE)?_(?P<number>\d+)_(?:\d+_(?P<file>.+)|(?:text|link)\.html)"
    ),
    _naming("Brightspace", False, r"(?P<number>\d+-\d+) - (?P<student>.+?)(?: - (?P<turn>.+))?"),
    _naming("Brightspace", True, r"(?P<number>\d+-\d+) - (?P<student>.+?) - (?P<turn>.*?) - (?P<file>.+)"),
    _naming("Sakai", False, r"(?P<full>[^(),]+,[^()]*)\((?P<student>[^()]+)\)"),
    _naming("Sakai", True, r"(?P<full>[^(),]+,[^()]*)\((?P<student>[^()]+)\)_[^_]*\(s\)_(?P<file>.+)"),
    _naming("ILIAS", False, r"(?P<full>[^_\d]+_[^_\d]+)_(?P<student>[^_]+)_(?P<number>\d+)"),
    _naming("Gradescope", False, r"submission_(?P<student>\d+)"),
    _naming("Google Classroom", True, r"(?P<student>.+?) - (?P<file>.+\.ipynb)"),
)
"""Tried in this order. `head` is a column's name and a user name, of which only the class tells where they part."""
LOOSE = frozenset(("Canvas", "ILIAS", "Google Classroom"))  # people give such names too: the student must look like one

FEEDBACK = re.compile(r".*_assignfeedback_.*|Feedback Attachment\(s\)", re.IGNORECASE)
"""Parts of a path below which lies what teachers wrote, not students."""

RECEIPTS = re.compile(
    r"index\.html?|grades\.(csv|xlsx?)|submission_metadata\.yml|timestamp\.txt|feedbackText\.html|comments\.txt"
    r"|.*_submissionText\.html|(batch_)?status\.(csv|xlsx?)|checksums\.json|\w+_(info|mapping|statistics)\.(txt|json)"
    r"|README(_\w+)?(\.\w+)?|.*_attempt_\d{4}(-\d\d){5}\.txt|.*\.(html?|txt)",
    re.IGNORECASE,
)
"""Files that a platform adds: lists, receipts, grades, text typed on its page."""

VERSION = re.compile(r"(?:version|attempt|versuch)[ _-]?(\d+)", re.IGNORECASE)  # a folder that counts attempts
WORKING, SUBMITTED = "Working files", "Submitted files"  # of Teams: drafts, and what was handed in
GRADEBOOK = re.compile(r"gradebook_.+?_(?P<column>[^_].*?)_\d{4}(?:-\d\d){5}(?:\.zip)?")  # Blackboard's archive
RECEIPT_NAME = re.compile(r"^Name: .*\((?P<user>[^()\r\n]+)\)\s*$", re.MULTILINE)


def owner_of(name: str, of_file: bool) -> Owner | None:
    """Whose a platform says this folder or file is; None where no platform made the name."""
    for naming in NAMINGS:
        if naming.of_file == of_file and (match := naming.pattern.fullmatch(name)):
            part = match.groupdict()
            student = part.get("student") or part["head"]
            return Owner(
                student.strip(), part.get("number") or "", part.get("file") or "", _turn(part.get("turn") or ""),
                naming.platform, bool(part.get("late")),
            )  # fmt: skip
    return None


_FORMATS = tuple(
    f"{day} {time}" for day in ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y") for time in ("%I%M %p", "%H%M", "%I %p")
)


def _turn(said: str) -> str:
    """When, so that it sorts: Brightspace writes "Jan 2, 2030 304 PM"."""
    plain = re.sub(r"[,.:]", "", said)
    padded = re.sub(r" (\d{3})(?= [AP]M|$)", r" 0\1", plain)
    for form in _FORMATS:
        try:
            return datetime.strptime(padded, form).isoformat()
        except ValueError:
            continue
    return said


# -- what only the whole class tells -----------------------------------------------------------------------------------


class Columns(NamedTuple):
    """Where user names begin in the heads of Blackboard's file names."""

    users: Mapping[str, str]  # head → user, for sure
    prefix: str = ""  # what all heads begin with
    doubtful: str = ""  # why nobody can tell


def columns(heads: Collection[str], place: str, receipts: Collection[str]) -> Columns:
    """Tell the column from the user in heads such as "HW1_a_smith": by receipts, the archive's name, or each other."""
    users = {match["user"] for text in receipts for match in RECEIPT_NAME.finditer(text)}
    sure = {head: user for head in heads for user in users if head.endswith(f"_{user}")}
    seen = sorted({head.removesuffix(f"_{user}") for head, user in sure.items()}, key=len)
    sure |= {
        head: head.removeprefix(f"{column}_") for column in seen for head in heads
        if head not in sure and head.startswith(f"{column}_")
    }  # fmt: skip
    rest = sorted(set(heads) - set(sure))
    if not rest:
        return Columns(sure)
    if (match := GRADEBOOK.fullmatch(place)) and all(head.startswith(f"{match['column']}_") for head in rest):
        return Columns(sure, f"{match['column']}_")
    words = [head.split("_")[:-1] for head in rest]
    common = [first for first, *others in zip(*words, strict=False) if all(other == first for other in others)]
    shared = next((n for n, word in enumerate(common) if word != words[0][n]), len(common))
    prefix = "".join(f"{word}_" for word in common[:shared])
    if not shared and any(words) and len(rest) > 1:
        return Columns(sure, "", f"`{rest[0]}` and `{rest[-1]}` begin differently: mark one assignment at a time")
    if shared > 1 and not any(letter.isdigit() for letter in common[shared - 1]):
        said = f"is the student in `{rest[0]}` called `{rest[0].removeprefix(prefix)}`, or does the name begin earlier?"
        return Columns(sure, prefix, said)
    return Columns(sure, prefix)


def slug(folders: Collection[tuple[str, str]], clones: Collection[str]) -> str:
    """The beginning that GitHub Classroom gives to all clones of an assignment; "" where there is none.

    folders   (the folder's path, its name)
    """
    parents = {path.rpartition("/")[0].rpartition("/")[2] for path, _ in folders}
    names = sorted({name for _, name in folders})
    for parent in parents:
        start = f"{parent.removesuffix('-submissions')}-"
        if parent.endswith("-submissions") and all(name.startswith(start) for name in names):
            return start
    if len(names) > 1 and clones and all(path in clones for path, _ in folders):
        first, last = names[0], names[-1]
        common = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
        return first[: first.rfind("-", 0, common) + 1]
    return ""


def submitters(metadata: str) -> dict[str, list[Owner]]:
    """Folder → whose it is, from Gradescope's submission_metadata.yml; a group's folder belongs to several."""
    owners: dict[str, list[Owner]] = {}
    folder, section = "", ""
    for line in metadata.splitlines():
        if match := re.fullmatch(r"(['\"]?)(submission_\d+[^'\"]*)\1:\s*", line):
            folder, section = match[2], ""
        elif match := re.fullmatch(r"  (:\w+):.*", line):
            section = match[1]
        elif section == ":submitters" and (match := re.fullmatch(r"  *(- +)?:(name|sid|email): *(.*)", line)):
            value = match[3].strip().strip("'\"")
            own = owners.setdefault(folder, [])
            if match[1]:
                own.append(Owner("", platform="Gradescope"))
            if own and match[2] == "name":
                own[-1] = own[-1]._replace(student=value)
            elif own and value and not own[-1].number:
                own[-1] = own[-1]._replace(number=value)
    return {name: [own for own in several if own.student] for name, several in owners.items()}
