"""Mark the pages of a clean notebook and save the points: the second pass of `nbgrader autograde`.

MarkCode        runs what students wrote, if any of it is graded, and marks the code exercises from outside
MarkPages       marks every page from its answers and leaves the points where nbgrader reads them
CapOutput       shortens what student code printed
SaveGrades      puts the points, and each page's faults as a comment, into the gradebook
"""

from __future__ import annotations

from logging import WARNING
from pathlib import Path
from shutil import copytree, ignore_patterns
from tempfile import TemporaryDirectory
from typing import Any, cast

from jupyter_client.manager import KernelManager
from nbconvert.exporters.exporter import ResourcesDict
from nbformat.notebooknode import NotebookNode
from nbgrader.api import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    SubmittedNotebook,
)
from nbgrader.coursedir import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    CourseDirectory,
)
from nbgrader.preprocessors import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    Execute,
    NbGraderPreprocessor,
    SaveAutoGrades,
)
from traitlets import Bool, Instance, Integer, Unicode

from .. import pages
from ..kernels.sandbox import short_place
from ..marking.code import GRADING, CodeMarks, blank_marks
from ..marking.oracle import MOST_SECONDS, Step, sandbox_note, try_code
from ..marking.variants import mark_for
from ..render.outputs import code_outputs, grade_outputs, page_outputs, score_output
from ..settings import CourseSettings
from ..submissions.answers import from_data
from ..submissions.ids import code_slug_of, grade_id, is_ours, page_id, slug_of
from ..submissions.notebook import cells
from .handover import HandedOn, Resources

UNKNOWN = "UnknownPage"
NOT_RUN = "This cell was not run."


class MarkCode(Execute):
    """Run what a student wrote, in a kernel that has no say in the marks, and mark the code exercises from outside."""

    seed = Unicode(GRADING, help="Cases are drawn from this text; students see those of another.").tag(config=True)
    megabytes = Integer(4096, help="Memory of a kernel, where the system can limit it.").tag(config=True)
    sandboxed = Bool(True, help="Whether student code runs inside bubblewrap where that works.").tag(config=True)
    announced = False  # whether the log knows of the sandbox

    def preprocess(self, nb: NotebookNode, resources: Any = None, km: KernelManager | None = None) -> HandedOn:
        """Run the cells that are not ours if any of them is graded or belongs to a code exercise that was begun."""
        written = _begun(nb)
        steps: list[tuple[int, Step]] = []
        if written or any(map(_graded_code, nb.cells)):
            self.tell()
            steps = self.tried(nb, written, resources["metadata"]["path"])
        for index, step in steps:
            if step.exercise is None:
                nb.cells[index].outputs = step.ran.outputs + ([_not_run(step.stopped)] if step.stopped else [])
        marks = {step.exercise.slug: step.marks for _, step in steps if step.exercise and step.marks}
        for slug, cell in _code_grades(nb):
            self.leave(slug, cell, marks)
        return nb, resources

    def tried(self, nb: NotebookNode, written: dict[str, int], path: str) -> list[tuple[int, Step]]:
        """What ran and what was tried, in a copy of the folder of the submission."""
        with TemporaryDirectory(dir=short_place(), ignore_cleanup_errors=True) as folder:
            own = Path(folder) / "work"
            copytree(path, own, symlinks=True, ignore=ignore_patterns("*.ipynb"))
            limit = MOST_SECONDS if self.timeout is None else self.timeout
            return try_code(
                cells(nb), written, folder=own, course=self.root(), seed=self.seed,
                seconds=limit, megabytes=self.megabytes, sandboxed=self.sandboxed,
            )  # fmt: skip

    def leave(self, slug: str, cell: NotebookNode, marked: dict[str, CodeMarks]) -> None:
        """Put the marks where nbgrader reads them."""
        exercise, most = pages.find_exercise(slug), float(cell.metadata["nbgrader"]["points"])
        if exercise is None:
            message = f"There is no code exercise “{slug}” in the workbook any more; grade it by hand."
            self.log.error(message)
            cell.outputs = [_error(UNKNOWN, message), score_output(0.0)]
            return
        marks = marked.get(slug) or blank_marks(exercise)
        cell.outputs = code_outputs(marks, marks.scaled(most), most)

    def root(self) -> str:
        """The course folder."""
        directory: CourseDirectory | None = getattr(self.parent, "coursedir", None)
        return str(Path(directory.root).resolve()) if directory else ""

    def tell(self) -> None:
        """Say once in the log how student code runs."""
        if not MarkCode.announced:
            MarkCode.announced = True
            self.log.log(*(sandbox_note() if self.sandboxed else (WARNING, "student code runs without a sandbox")))

    def __call__(self, nb: NotebookNode, resources: Resources) -> HandedOn:
        """Even when it is switched off (--no-execute) this step sees to it that what did not run earns nothing."""
        if self.enabled:
            step = cast(Any, super())  # nbconvert leaves the types open
            return step.__call__(nb, resources)
        for cell in [*filter(_graded_code, nb.cells), *(cell for _, cell in _code_grades(nb))]:
            cell.outputs = [_not_run(NOT_RUN)]
        return nb, resources


def _begun(nb: NotebookNode) -> dict[str, int]:
    """The code exercises that were begun, by what the first pass noted: slug → index of the cell."""
    notes = [cell.metadata.get("workbook", {}) for cell in nb.cells]
    begun = {note["exercise"]: index for index, note in enumerate(notes) if note.get("begun")}
    return {slug: index for slug, index in begun.items() if pages.find_exercise(slug)}


def _not_run(message: str) -> NotebookNode:
    return _error("NotRun", message)


def _error(name: str, message: str) -> NotebookNode:
    """An output that says why there is no result."""
    return NotebookNode(output_type="error", ename=name, evalue=message, traceback=[message])


def _code_grades(nb: NotebookNode) -> list[tuple[str, NotebookNode]]:
    """The grade cells of code exercises, each with its slug."""
    names = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in nb.cells}
    slugs = filter(None, map(code_slug_of, names))
    return [(slug, names[grade_id(slug)]) for slug in slugs if grade_id(slug) in names]


def _graded_code(cell: NotebookNode) -> bool:
    stamps = cell.metadata.get("nbgrader", {})
    asked = bool(stamps.get("grade")) and not stamps.get("solution")
    return cell.cell_type == "code" and asked and not is_ours(stamps.get("grade_id"))


class MarkPages(NbGraderPreprocessor):
    """Mark every page from its answers, and leave the result where nbgrader reads it."""

    settings = Instance(CourseSettings, (), help="What workbook.toml says.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> HandedOn:
        """Give page cells their coloured page, grade cells their points."""
        self.about = resources["nbgrader"]
        cell = {node.metadata["nbgrader"]["grade_id"]: node for node in nb.cells if "nbgrader" in node.metadata}
        for name, node in cell.items():
            slug = slug_of(name)
            if slug and name == page_id(slug):
                self.mark(slug, node, cell.get(grade_id(slug)))
        return nb, resources

    def mark(self, slug: str, page: NotebookNode, grade: NotebookNode | None) -> None:
        answers = from_data(slug, page.metadata.get("workbook", {}))
        student, settings = self.about["student"], self.settings.of(self.about["assignment"])
        try:
            marks, faults = mark_for(student, answers, settings)  # by the numbers of this student, whatever was shown
        except pages.UnknownPage as unknown:
            self._unknown(page, grade, str(unknown))
            return
        for fault in faults[len(answers.faults) :]:
            self.log.warning("%s, %s, %s: %s", student, self.about["notebook"], slug, fault)
            page.metadata["workbook"]["remarks"] = [fault]  # for the instructor: it says what would be right
        page.outputs = page_outputs(marks, faults)
        if grade is not None:
            most = float(grade.metadata["nbgrader"]["points"])
            grade.outputs = grade_outputs(marks, marks.scaled(most), most)

    def _unknown(self, page: NotebookNode, grade: NotebookNode | None, message: str) -> None:
        message += " It is in the gradebook but no longer in the workbook; grade it by hand."
        self.log.error(message)
        page.metadata["workbook"]["faults"] = [*page.metadata["workbook"].get("faults", ()), message]
        if grade is not None:
            grade.outputs = [_error(UNKNOWN, message), score_output(0.0)]


class CapOutput(NbGraderPreprocessor):
    """Shorten what student code printed. nbgrader counts lines; one line can have fifty million characters."""

    max_characters = Integer(100_000, help="Characters kept of each output of a cell.").tag(config=True)

    def preprocess_cell(self, cell: NotebookNode, resources: Resources, index: int) -> HandedOn:
        """Shorten streams and drop other outputs that are too long."""
        if cell.cell_type == "code" and not is_ours(cell.metadata.get("nbgrader", {}).get("grade_id")):
            for output in cell.outputs:
                self.cap(output)
        return cell, resources

    def cap(self, output: NotebookNode) -> None:
        most = self.max_characters
        if output.output_type == "stream" and len(output.text) > most:
            output.text = output.text[:most] + "\n... Output truncated ..."
        elif output.output_type == "error":
            output.traceback = [line[:most] for line in output.traceback]
        for mime, data in output.get("data", {}).items():
            if isinstance(data, str) and len(data) > 10 * most:
                output.data[mime] = "... Output truncated ..."


class SaveGrades(SaveAutoGrades):
    """Save the grades as nbgrader does, in one transaction, and each page's faults as a comment on its cell.

    What a grader wrote by hand, points or comments, stays.
    """

    notebook_id: str  # which nbgrader sets, and says no types
    assignment_id: str
    student_id: str

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Save all cells, then commit once: a commit waits for the disk."""
        about = cast(Resources, resources)["nbgrader"]  # nbconvert leaves the type open
        self.notebook_id, self.assignment_id = about["notebook"], about["assignment"]
        self.student_id = about["student"]
        with Gradebook(about["db_url"]) as book:
            submitted = book.find_submission_notebook(self.notebook_id, self.assignment_id, self.student_id)
            # all cells at once, not one by one
            cells = book.db.query(BaseCell).filter_by(notebook_id=submitted.notebook_id).all()
            self.gradebook = _GradesOfOne(submitted, cells)
            for index, cell in enumerate(nb.cells):
                self.preprocess_cell(cell, resources, index)
            book.db.commit()
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_score(cell, resources)
        if any(output.get("ename") == UNKNOWN for output in cell.get("outputs", ())):
            grade: Any = self.gradebook.find_grade(cell.metadata["nbgrader"]["grade_id"])  # a row, not its columns
            grade.needs_manual_grade = True

    def _add_comment(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_comment(cell, resources)
        notes = cell.metadata.get("workbook", {})
        faults: list[str] = [*notes.get("faults", ()), *notes.get("remarks", ())]
        if faults:
            name = cell.metadata["nbgrader"]["grade_id"]
            comment: Any = self.gradebook.find_comment(name, self.notebook_id, self.assignment_id, self.student_id)
            comment.auto_comment = " ".join(f"{fault[:1].upper()}{fault[1:]}." for fault in faults)


class _GradesOfOne:
    """What SaveAutoGrades asks of a gradebook, answered from one notebook's grades and comments, not a query each."""

    def __init__(self, submitted: SubmittedNotebook, cells: list[BaseCell]) -> None:
        self.cells = cells  # SQLAlchemy forgets what nobody holds
        self.grades = {grade.cell.name: grade for grade in submitted.grades}
        self.comments = {comment.cell.name: comment for comment in submitted.comments}
        self.db = self

    def find_grade(self, name: str, *where: str) -> Grade:
        return self.grades[name]

    def find_comment(self, name: str, *where: str) -> Comment:
        return self.comments[name]

    def commit(self) -> None:
        """Nothing: the whole notebook is committed once."""
