"""A chapter as one HTML file that needs nothing from elsewhere: to be sent, opened without a network, or printed.

    jupyter nbconvert --to workbook chapters/07-backpropagation/backpropagation.ipynb

It is what `--to html` makes, with the formulas of the text drawn, the font inside, and no script.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from traitlets.config import Config

from ..widgets.fonts import face_css
from .feedback import TEMPLATES, markdown_with_formulas, template_paths
from .handover import Resources


class AloneExporter(HTMLExporter):
    """Writes a notebook with the template in autograder/nbgrader/templates/alone."""

    export_from_notebook = "HTML that stands alone (.html)"

    @property
    def default_config(self):
        """Our own template; named for this class, so that a setting for all of HTML does not win."""
        config = Config(super().default_config)
        config.AloneExporter.template_name = "alone"
        config.AloneExporter.template_paths = template_paths("alone", TEMPLATES)
        return config

    @pass_context
    def markdown2html(self, context: Mapping[str, Any], source: str) -> str:
        """Markdown with its formulas drawn."""
        return markdown_with_formulas(context, source)

    def _init_resources(self, resources: Resources | None) -> ResourcesDict:
        resources = super()._init_resources(resources)  # pyright: ignore[reportUnknownMemberType]  # nbconvert leaves it open
        resources["face_css"] = face_css()
        return resources
