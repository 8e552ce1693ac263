"""The page that a student gets back: one HTML file that needs nothing from another host and runs no script.

    formula_svg(r"\\frac{\\partial Z}{\\partial W}")     the formula as an inline drawing in the colour of the text

nbgrader's own template loads scripts for its formulas. Ours draws them beforehand, carries its font, and forbids the
browser everything else (a content security policy). What a submission brings along loses all that acts or loads.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, cast

from bs4 import BeautifulSoup
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat.notebooknode import NotebookNode
from nbgrader.converters import (  # pyright: ignore[reportMissingTypeStubs]  # nbgrader comes without types
    GenerateFeedback,
)
from traitlets.config import Config

from ..layout.typeset import unmarked
from ..pages import find, find_exercise
from ..render.pages import stylesheet
from ..submissions.ids import FRAME, is_ours, slug_of
from ..widgets.fonts import face_css
from .engine import one_engine
from .handover import Resources
from .interrupt import heard
from .literal import own_notebooks

TEMPLATES = Path(__file__).parent / "templates"
MAX_FORMULA = 300  # characters; longer ones are shown as they were typed
SCALE = 100  # drawn this big, so that nothing is rounded to a pixel


class FormulaError(ValueError):
    """A formula in prose cannot be drawn; the message says where."""


@lru_cache(maxsize=4096)
def formula_svg(tex: str) -> str:
    """A TeX formula as inline SVG, with the formula itself as its spoken label. FormulaError if it cannot be drawn."""
    from matplotlib.font_manager import FontProperties  # half a second: only where formulas are drawn
    from matplotlib.mathtext import MathTextParser
    from matplotlib.textpath import TextPath

    typed = " ".join(tex.split())
    if not typed or len(typed) > MAX_FORMULA:
        raise FormulaError(f"a formula has 1 to {MAX_FORMULA} characters")
    font = FontProperties(math_fontfamily="stix", size=SCALE)
    try:
        width, height, depth, *_ = MathTextParser("path").parse(f"${typed}$", 72, font)
        path = TextPath((0, 0), f"${typed}$", prop=font)
    except (ValueError, RuntimeError, RecursionError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise FormulaError(f"${typed}$ cannot be drawn: {reason}") from None
    box = f"0 {-(height - depth):.0f} {width:.0f} {height:.0f}"  # matplotlib's height includes the depth
    style = f"width:{width / SCALE:.2f}em;height:{height / SCALE:.2f}em;vertical-align:{-depth / SCALE:.2f}em"
    return (
        f'<svg class="wb-formula" role="img" aria-label="{escape(typed)}" viewBox="{box}" style="{style}">'
        f'<path fill="currentColor" d="{_outline(path)}"/></svg>'
    )


_LETTERS = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}  # matplotlib's path codes as SVG's
_POINTS = {1: 1, 2: 1, 3: 2, 4: 3, 79: 1}


def _outline(path: Any) -> str:  # a path of Matplotlib, which leaves the types of its arrays open
    parts: list[str] = []
    at = 0
    while at < len(path.codes):
        code = int(path.codes[at])
        points = path.vertices[at : at + _POINTS[code]]
        numbers = "" if code == 79 else " ".join(f"{x:.1f} {-y:.1f}" for x, y in points)
        parts.append(_LETTERS[code] + numbers)
        at += _POINTS[code]
    return "".join(parts)


def formula_html(tex: str) -> str:
    """The formula drawn, or, if it cannot be, as it was typed."""
    try:
        return formula_svg(tex)
    except FormulaError:
        return f"<code>{escape(tex)}</code>"


ACTIVE = ("script", "style", "iframe", "frame", "object", "embed", "link", "meta", "base", "form", "video", "audio")
LOADING = ("src", "srcset", "xlink:href", "background", "poster")


def harmless(html: str) -> str:
    """HTML from a submission without what acts or loads: scripts, frames, handlers, pictures from elsewhere."""
    if "<" not in html:
        return html
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup(ACTIVE):
        tag.decompose()
    for tag in soup(True):
        for name in list(tag.attrs):
            loads = name in LOADING or (name == "href" and tag.name != "a")
            if name.startswith("on") or (loads and not str(tag[name]).startswith(("data:", "#"))):
                del tag[name]
            elif name == "href" and not str(tag[name]).lower().startswith(("http:", "https:", "mailto:", "#")):
                del tag[name]
    return str(soup)


class _Renderer(IPythonRenderer):
    """nbconvert's Markdown, with formulas drawn instead of left for a script."""

    def inline_math(self, body: str) -> str:
        return formula_html(body)

    def block_math(self, body: str) -> str:
        return f'<span class="wb-display">{formula_html(body)}</span>'

    def latex_environment(self, name: str, body: str) -> str:
        return f"<code>{escape(body)}</code>"


def template_paths(name: str, folder: Path | str) -> list[str]:
    """Where nbconvert looks for the files of a template: first where ours stand that load nothing from another host."""
    known = HTMLExporter(template_name=name, extra_template_basedirs=[str(folder)]).template_paths
    return [str(TEMPLATES / "without-mathjax"), *known]


@pass_context
def markdown_with_formulas(context: Mapping[str, Any], source: str) -> str:
    """Markdown as harmless HTML, formulas drawn: a filter for nbconvert's templates."""
    attachments = context.get("cell", {}).get("attachments", {})
    renderer = _Renderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    try:
        return harmless(MarkdownWithMath(renderer=renderer).render(source))
    except Exception:  # noqa: BLE001  a missing attachment, or whatever else a student's Markdown holds
        return f"<pre>{escape(source)}</pre>"


class FeedbackExporter(HTMLExporter):
    """Writes the feedback with the template in autograder/nbgrader/templates/workbook."""

    def __init__(self, config: Config | None = None, **kw: Any) -> None:
        super().__init__(config=config, **kw)  # pyright: ignore[reportUnknownMemberType]  # nbconvert leaves it open
        if isinstance(self.parent, GenerateFeedback):
            own_notebooks(self.parent)
            run = cast(Any, self.parent)  # traitlets says only that a parent is configurable
            run.convert_notebooks = heard(run)(one_engine()(run.convert_notebooks))

    @property
    def default_config(self):
        """Our own template; named for this class, so that nbgrader's setting for all of HTML does not win."""
        config = Config(super().default_config)
        config.FeedbackExporter.template_name = "workbook"
        config.FeedbackExporter.template_paths = template_paths("workbook", TEMPLATES)
        return config

    def _init_resources(self, resources: Resources | None) -> ResourcesDict:
        resources = super()._init_resources(resources)  # pyright: ignore[reportUnknownMemberType]  # nbconvert leaves it open
        resources["face_css"] = face_css()
        resources["document_css"] = stylesheet("document")
        resources["is_ours"] = _is_ours  # what it shows was put there by marking
        resources["is_setup"] = _is_setup
        resources["title_of"] = _title
        resources["harmless"] = harmless
        resources["changed"] = _changed
        return resources


def _is_ours(cell: NotebookNode) -> bool:
    return is_ours(_name(cell))


def _is_setup(cell: NotebookNode) -> bool:
    return _name(cell) in FRAME


def _title(cell: NotebookNode) -> str:
    """What a graded cell is called in the list at the top: the title of its page or exercise, or else its id."""
    slug = slug_of(_name(cell))
    page = find(slug) or find_exercise(slug)
    return unmarked(page.title) if page else _name(cell)


def _changed(cell: NotebookNode) -> bool:
    """Whether someone gave other points by hand than the grade cell says."""
    results = [output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result"]
    return results != [repr(float(cell.metadata.nbgrader.get("score") or 0.0))]


def _name(cell: NotebookNode) -> str:
    return cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
