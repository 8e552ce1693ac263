"""Keep what the feedback policy does not tell yet out of the files that `nbgrader generate_feedback` writes.

HoldBack   comes after GetGrades, in memory: the gradebook and autograded/ keep everything, for the instructor

While only "counts" are told, pages come back uncoloured, with their points. While answers are only "recorded", points
and comments are left out too. Generate the feedback again when the policy has ended.
"""

from __future__ import annotations

from nbformat.notebooknode import NotebookNode
from nbgrader.preprocessors import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    NbGraderPreprocessor,
)
from traitlets import Instance, List, Unicode

from .. import pages
from ..marking.policy import Policy, policy_of
from ..marking.variants import mark_for
from ..render.outputs import page_outputs
from ..settings import CourseSettings
from ..submissions.answers import from_data
from ..submissions.ids import page_id, slug_of
from .handover import HandedOn, Resources


class HoldBack(NbGraderPreprocessor):
    """Leave in a notebook what students may be told now."""

    settings = Instance(CourseSettings, (), help="What workbook.toml says.").tag(config=True)
    # nbconvert's HTML sets this for every preprocessor, and nbgrader's base class takes no setting of it.
    display_data_priority = List(Unicode(), help="Not used here.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> HandedOn:
        """Render the pages again as the policy tells them, and drop what else would tell more."""
        about = resources["nbgrader"]
        policy = policy_of(self.settings.of(about["assignment"]))
        resources["workbook_told"] = policy.held
        resources["workbook_notice"] = policy.notice
        if not policy.held:
            return nb, resources
        self.log.info("%s, %s: feedback tells %s", about["student"], about["notebook"], policy.notice)
        for cell in nb.cells:
            self.tell(cell, policy, about)
        if policy.held == "recorded":
            about["score"] = about["late_penalty"] = 0.0  # which the template does not print either
        return nb, resources

    def tell(self, cell: NotebookNode, policy: Policy, about: Resources) -> None:
        """One cell: a page as the policy tells it, a graded cell without what its check printed."""
        stamps = cell.metadata.get("nbgrader", {})
        name = stamps.get("grade_id", "")
        slug = slug_of(name)
        if policy.held == "recorded":
            for stamp in ("score", "comment"):
                stamps.pop(stamp, None)
        if slug and name == page_id(slug) and pages.find(slug):
            answers = from_data(slug, cell.metadata.get("workbook", {}))
            marks, _ = mark_for(about["student"], answers, self.settings.of(about["assignment"]))
            cell.outputs = page_outputs(policy.tells(marks, handed_in=True), answers.faults)
        elif cell.cell_type == "code" and stamps.get("grade"):
            cell.outputs = []
