"""A chapter as sheets of paper, and its key: HTML that a browser prints.

    student_sheets(places, 0, "A4")                    a sheet for each page, to be filled in by hand
    student_sheets(places, variant, "Letter", "Ada")   with Ada's numbers, and her name at the top
    key(places, [Row("Ada", variant)], "A4")           what stands in the boxes, for the teacher

Each page begins a new sheet. Where a sheet may end inside a page is said in render/paper.css: between two steps, never
within a formula or a drawing. Its code stands beside the title, and at the foot of every sheet that it fills.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import NamedTuple

from ..authoring.page import Sheet
from ..layout import mathematics, prose
from ..layout.vocabulary import Node, boxes_in
from ..marking.pages import Marks, mark
from ..render.pages import Html, solution, static, stylesheet
from ..widgets.fonts import face_css
from .places import Place

SIZES = {"A4": "A4", "Letter": "letter"}
"""What a size of paper is called here, and in CSS."""
MARGIN = "16mm 15mm 18mm"
LEAST, EACH, MOST = 8, 5, 45
"""Millimetres of room to work after a step: at least, more for each box, at most."""
NO_TEXTS: Mapping[int, str] = {}
NO_NAME = "Name " + "_" * 34


class Row(NamedTuple):
    """One line of the key: whose numbers these are."""

    who: str
    variant: int


class OnPaper(Html):
    """A page whose boxes are empty, with room to work between its steps."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet.boxes, self.empty)
        asking = [n for n, node in enumerate(sheet.body) if any(boxes_in(node))]
        self.body, self.last = sheet.body, asking[-1]

    def empty(self, n: int) -> str:
        """A box to write into."""
        width = self.boxes[n - 1].width
        return (
            f'<span class="wb-slot" data-box="{n}" data-state="blank" style="--w:{width}">'
            f'<span class="wb-num">{n}</span><span class="wb-input">&nbsp;</span></span>'
        )

    def page(self) -> str:
        """The whole page. The last step has what is left of the sheet."""
        return "".join(self.part(node) + self.room(node) * (n < self.last) for n, node in enumerate(self.body))

    def room(self, node: Node) -> str:
        """Room to work after a step; what is chosen among words needs none."""
        worked = [n for n in set(boxes_in(node)) if not self.boxes[n - 1].options]
        high = min(LEAST + EACH * len(worked), MOST) if worked else 0
        return f'<div class="wb-room" style="--high:{high}mm"></div>' if high else ""


def student_sheets(
    places: Sequence[Place], variant: int, size: str, who: str = "", texts: Mapping[int, str] = NO_TEXTS
) -> str:
    """The sheets of one student, or of nobody where `who` is "".

    texts   what is said before a page, by its number; 0: after the last, see `texts.texts_of`
    """
    foot = [place.code(variant).text for place in places]
    sheets = (_sheet(place, variant, n, texts.get(place.at, "")) for n, place in enumerate(places))
    last = f'<div class="wb-text wb-last" style="page:s{len(places) - 1}">{texts[0]}</div>' if 0 in texts else ""
    return _document(places, size, who or NO_NAME, foot, "".join(sheets) + last)


def _sheet(place: Place, variant: int, n: int, text: str) -> str:
    sheet = place.page.sheet(variant)
    body = OnPaper(sheet).page().replace("{{uid}}", f"{place.number}-{place.at}")
    rules = f'<p class="wb-rules">{escape(sheet.rules)}</p>'
    page = f'<div class="wb-page wb-static wb-sheet">{_head(place, variant)}{rules}{body}</div>'
    before = f'<div class="wb-text">{text}</div>' if text else ""
    return f'<div class="wb-pile" style="page:s{n}">{before}{page}</div>'


def _head(place: Place, variant: int) -> str:
    kicker = f"{escape(place.page.kicker)} · <b>{place.code(variant).text}</b>"
    title = prose(place.page.title)
    return f'<header class="wb-head"><span class="wb-kicker">{kicker}</span><h2>{title}</h2></header>'


# -- the key -----------------------------------------------------------------------------------------------------------


def key(places: Sequence[Place], rows: Sequence[Row], size: str) -> str:
    """The key: each page filled and how it is done, and where numbers differ, the boxes of each student in a line."""
    variants = list(dict.fromkeys(row.variant for row in rows)) or [0]
    alike = len(variants) == 1
    shown = variants[0] if alike else 0
    parts = (_answers(place, shown, () if alike else rows) for place in places)
    return _document(places, size, "Key", [], "".join(parts))


def _answers(place: Place, variant: int, rows: Iterable[Row]) -> str:
    sheet = place.page.sheet(variant)
    filled = static(sheet, _solved(place, variant), style=False)
    head, own = _head(place, variant), "".join(map(_line(place), rows))
    listed = f'<p class="wb-key-of">The boxes of each student</p><ul class="wb-key">{own}</ul>' if own else ""
    note = '<p class="wb-say">With the canonical numbers:</p>' if own else ""
    body = _without_head(filled)
    return f'<div class="wb-page wb-static wb-answers">{head}{note}{body}{solution(sheet)}{listed}</div>'


def _without_head(filled: str) -> str:
    """A filled page without the frame and the heading that a notebook needs."""
    return filled[filled.index("</header>") + len("</header>") :].removesuffix("</div>")


def _solved(place: Place, variant: int) -> Marks:
    boxes = place.page.sheet(variant).boxes
    return mark(place.page, {box.number: box.shown for box in boxes}, variant)


def _line(place: Place) -> Callable[[Row], str]:
    """Gives the line of a student in the key of this page."""

    def line(row: Row) -> str:
        boxes = place.page.sheet(row.variant).boxes
        values = " ".join(
            f'<span class="wb-value"><b>{box.number}</b> <span class="wb-m">{mathematics(box.shown)}</span></span>'
            for box in boxes
        )
        return f"<li><b>{escape(row.who)}</b> <code>{place.code(row.variant).text}</code> {values}</li>"

    return line


# -- the document ------------------------------------------------------------------------------------------------------


def _document(places: Sequence[Place], size: str, who: str, feet: Sequence[str], body: str) -> str:
    """A whole HTML file, which needs nothing else."""
    title = f"{places[0].chapter.name} · {who if who != NO_NAME else 'sheets'}"
    feet_css = "".join(f"@page s{n} {{ @bottom-right {{ content: {_css(foot)}; }} }}\n" for n, foot in enumerate(feet))
    page = (
        f"@page {{ size: {SIZES[size]}; margin: {MARGIN}; @top-left {{ content: {_css(who)}; }} "
        f"@top-right {{ content: {_css(places[0].chapter.name)}; }} }}\n"
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{face_css()}{stylesheet()}{_own_style()}{page}{feet_css}</style><body>{body}</body></html>\n"
    )


@lru_cache(maxsize=1)
def _own_style() -> str:
    return (Path(__file__).parent / "sheets.css").read_text(encoding="utf-8")


def _css(text: str) -> str:
    """Text as a string of CSS; whatever somebody is called, it ends no string and no style sheet."""
    kept = (letter == " " or (letter.isascii() and letter.isalnum()) for letter in text)
    return '"' + "".join(a if plain else f"\\{ord(a):x} " for a, plain in zip(text, kept, strict=True)) + '"'
