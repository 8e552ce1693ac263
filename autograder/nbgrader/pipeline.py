"""The steps of nbgrader's converters for this course, and why they stand in this order.

Everything goes in through nbgrader's own options: the exporter of a converter (how a file is read), its lists of
preprocessors (what is done to a notebook), its hook before each submission. Marking takes two passes, as in nbgrader.
The first takes the answers out of the submitted file as data and builds a clean notebook around them: nothing else of
it is trusted. The second marks those data here, in the instructor's process. No student code runs unless the chapter
has code exercises of its own; those run in a kernel that has no part in marking the pages.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import zmq
from jupyter_client.manager import KernelManager
from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbgrader.preprocessors import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    AssignLatePenalties,
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    GetGrades,
    IgnorePattern,
    IncludeHeaderFooter,
    InstantiateTests,
    LimitOutput,
    LockCells,
    OverwriteKernelspec,
    SaveCells,
)
from nbgrader.server_extensions.formgrader.handlers import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    template_path as FORMGRADER,
)
from traitlets.config import Config

from ..settings import load
from .exporter import RepairSubmission, SubmissionExporter
from .feedback import FeedbackExporter, template_paths
from .holdback import HoldBack
from .literal import as_written
from .marks import CapOutput, MarkCode, MarkPages, SaveGrades
from .release import (
    BlankAnswers,
    FillAnswers,
    LinkColab,
    RenderPages,
    RunCode,
    ShowExplorers,
    ShowPages,
    StampPages,
    Tidy,
)


def configure(c: Config, root: Path) -> None:
    """Set nbgrader's options for this course. `root` is the course folder, where workbook.toml stands.

    Each list is a pipeline; the reason for an order stands beside it.
    """
    c.GenerateAssignment.preprocessors = [
        StampPages,  # first: all that follows acts on stamped cells
        LinkColab,
        IncludeHeaderFooter,
        InstantiateTests,
        LockCells,
        ClearSolutions,
        BlankAnswers,  # after ClearSolutions, which leaves an error in every solution cell
        ClearOutput,
        ShowExplorers,  # after ClearOutput
        ShowPages,
        CheckCellMetadata,
        ComputeChecksums,
        SaveCells,  # what the gradebook keeps is what is released, hidden tests included
        ClearHiddenTests,
        ClearMarkScheme,
        ComputeChecksums,  # again, for cells that lost hidden tests
        CheckCellMetadata,
        Tidy,  # last: nothing may change after it
    ]
    c.GenerateSolution.preprocessors = [
        StampPages,
        IncludeHeaderFooter,
        InstantiateTests,
        LockCells,
        ClearOutput,
        ClearHiddenTests,
        ClearMarkScheme,
        FillAnswers,  # before RunCode, which may use what a code exercise defines
        RunCode,
        ShowExplorers,
        RenderPages,  # after RunCode, so that nothing that ran can touch the pages
        Tidy,
    ]
    c.Autograde.exporter_class = SubmissionExporter
    # nbgrader's CheckCellMetadata is in neither list: every stamp comes from the gradebook, and the check takes a third
    # of the time of a run.
    c.Autograde.sanitize_preprocessors = [RepairSubmission, OverwriteKernelspec]
    c.Autograde.autograde_preprocessors = [
        MarkCode,
        MarkPages,  # after MarkCode, so that nothing that ran can touch a score
        ShowExplorers,
        IgnorePattern,
        ClearMetadataPreprocessor,
        LimitOutput,
        CapOutput,
        SaveGrades,
        AssignLatePenalties,
    ]
    c.GenerateFeedback.exporter_class = FeedbackExporter
    c.GenerateFeedback.preprocessors = [
        GetGrades,
        HoldBack,  # after GetGrades, whose points and comments it may hold back
        CSSHTMLHeaderPreprocessor,
    ]
    # Formgrader's pages too: formulas drawn, nothing fetched from another host, no script out of a student's Markdown.
    c.HTMLExporter.filters = {"markdown2html": "autograder.nbgrader.feedback.markdown_with_formulas"}
    c.HTMLExporter.template_paths = template_paths("formgrade", FORMGRADER)
    settings = load(root)
    for step in (c.StampPages, c.LinkColab, c.ShowPages, c.FillAnswers, c.MarkPages, c.HoldBack):
        step.settings = settings
    _find_alembic()
    as_written()
    c.Execute.record_timing = False  # a solution must not hold the time of day
    c.Execute.store_widget_state = False
    if zmq.has("curve") and "transport_encryption" in KernelManager.class_trait_names():
        c.KernelManager.transport_encryption = "auto"  # or a kernel that could encrypt its messages prints a warning


def _find_alembic() -> None:
    """nbgrader makes a gradebook with the program alembic; find it also where the environment is not activated."""
    if not shutil.which("alembic"):
        os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
