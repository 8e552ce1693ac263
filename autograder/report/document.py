"""The report as one HTML file that needs nothing else: no script and no style from elsewhere, nothing sent anywhere.

html(findings)                               the whole report
section(findings, "mistakes", link, shown)   one part of it, for a notebook
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .. import pages
from ..marking.pages import mark
from ..render import pages as render
from ..widgets.fonts import face_css
from . import charts, slips
from .findings import Findings, chapter_name, message
from .table import BLANK, FEW_DIGITS, FOLLOWS, SLIPS, SOLVED, STATES, UNREADABLE

TEMPLATES = Path(__file__).parent / "templates"
SHOWN = 100  # students in a table of the report; the notebook has all
IN_CHART = 12
PLACES = 4  # pages that are named beside a mistake

Parts: TypeAlias = dict[str, Any]  # what a template is given, by name
Link: TypeAlias = Callable[[str], str]
"""From a page's slug to where a link to it leads; "" for a page that cannot be shown."""


def html(findings: Findings) -> str:
    """The report as HTML."""
    script = (TEMPLATES / "sort.js").read_text(encoding="utf-8")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    known = {place.slug for page, place in enumerate(findings.verdicts.pages) if findings.known(page)}

    def link(slug: str) -> str:
        return f"#{anchor(slug)}" if slug in known else ""

    given = {name: part for parts in PARTS.values() for name, part in parts(findings, link).items()}
    return _environment().get_template("report.html.j2").render(
        **_common(findings, link, SHOWN),
        **given,
        nameless=slips.NAMELESS,
        drawings=[drawing(findings, page) for page in range(len(findings.verdicts.pages)) if findings.known(page)],
        style=Markup(
            face_css() + render.stylesheet() + render.stylesheet("document") + _css("parts.css", "report.css")
        ),
        script=Markup(script),
        policy=f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; img-src data:; "
               "font-src data:; base-uri 'none'; form-action 'none'",
    )  # fmt: skip


def section(findings: Findings, name: str, link: Link) -> str:
    """A part of the report, one of PARTS, as HTML with its style."""
    part = _environment().get_template(f"{name}.html.j2").render(
        **_common(findings, link, len(findings.verdicts.students)), **PARTS[name](findings, link))  # fmt: skip
    return f'<style>{_css("parts.css")}</style><div class="rp-view">{part}</div>'


def page_section(findings: Findings, page: int, link: Link) -> str:
    """A page as the class sees it, as HTML with its style."""
    part = _environment().get_template("page.html.j2").render(
        **_common(findings, link, 0), each=drawing(findings, page))  # fmt: skip
    return f'<style>{render.stylesheet()}{_css("parts.css")}</style><div class="rp-view">{part}</div>'


def _common(findings: Findings, link: Link, shown: int) -> Parts:
    return {"findings": findings, "verdicts": findings.verdicts, "totals": findings.totals, "link": link,
            "shown": shown}  # fmt: skip


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    filters: dict[str, Callable[..., Any]] = {
        "percent": percent, "number": number, "message": message, "chapter_name": chapter_name, "anchor": anchor,
        "bar": bar, "count": counted, "answer": answer,
    }  # fmt: skip
    cast(Any, made).filters.update(filters)  # jinja2 does not say what a filter is
    return made


def _css(*names: str) -> str:
    return "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)


# -- words and small drawings ------------------------------------------------------------------------------------------


def percent(share: float) -> str:
    """0.381 → 38 %, without rounding anything away that is there or claiming all where some is missing."""
    if 0 < share < 0.005:
        return "< 1 %"
    return f"{min(round(100 * share), 99) if share < 1 else 100} %"


def number(value: float) -> str:
    """12345.5 → 12 345.5, with thin spaces."""
    return f"{round(value, 1):,.10g}".replace(",", "\u202f") if value % 1 else f"{int(value):,}".replace(",", "\u202f")


def counted(value: int, word: str) -> str:
    """(1, "student") → 1 student, (2, "box") → 2 boxes."""
    return f"{number(value)} {word}" + ("" if value == 1 else "es" if word.endswith("x") else "s")


def answer(text: str) -> str:
    """An answer as it is shown: with a minus sign, and not too long."""
    text = text.replace("-", "−")
    return text if len(text) <= 40 else f"{text[:39]}…"


def anchor(slug: str) -> str:
    """The id of a page's drawing in the report."""
    return "page-" + slug.replace("/", "--")


def bar(counts: Iterable[int]) -> Markup:
    """A bar of the verdicts, a piece for each kind that there is."""
    pieces = zip(STATES, charts.widths(counts), strict=True)
    return Markup('<span class="rp-bar">{}</span>').format(Markup("").join(
        Markup('<i class="{}" style="width:{}%" title="{}: {} %"></i>').format(state, width, charts.WORDS[state], width)
        for state, width in pieces if width
    ))  # fmt: skip


# -- what the template is given ----------------------------------------------------------------------------------------


def _chapters(findings: Findings) -> list[Parts]:
    """How far each chapter is, and each of its pages."""
    verdicts = findings.verdicts
    shares = _shares_by_chapter(findings)
    rows_of: list[Parts] = []
    for n, chapter in enumerate(verdicts.chapters):
        here: list[int] = np.flatnonzero(verdicts.chapter_of_page == n).tolist()
        rows = [{**_where_page(findings, page), **_summed(verdicts.by_page[page])} for page in here]
        rows_of.append({"name": chapter, "students": len(shares[n]), "mean": float(np.mean(shares[n] or [0])),
                      "median": float(np.median(shares[n] or [0])), "pages": rows,
                      **_summed(verdicts.by_page[here].sum(axis=0))})  # fmt: skip
    return rows_of


def _summed(counts: np.ndarray) -> Parts:
    whole = max(int(counts.sum()), 1)
    return {
        "counts": counts.tolist(),
        "solved": counts[SOLVED].sum() / whole,
        "slips": int(counts[SLIPS].sum()),
        "follows": int(counts[FOLLOWS]),
        "few_digits": int(counts[FEW_DIGITS]),
        "unreadable": int(counts[UNREADABLE]),
        "blank": counts[BLANK] / whole,
    }


def _shares_by_chapter(findings: Findings) -> list[list[float]]:
    """For each chapter the share of its points that each student earned who handed it in."""
    verdicts = findings.verdicts
    size = len(verdicts.students), len(verdicts.chapters)
    cell = verdicts.student.astype(np.int64) * size[1] + verdicts.chapter_of_page[verdicts.page]
    points, out_of = (np.bincount(cell, weights, minlength=size[0] * size[1]).reshape(size)
                      for weights in (verdicts.points, verdicts.out_of))  # fmt: skip
    there = [[chapter in each.chapters for chapter in verdicts.chapters] for each in findings.everybody]
    share = np.where(out_of > 0, points / np.maximum(out_of, 1e-9), 0.0)
    return [share[np.array(there)[:, n], n].tolist() for n in range(size[1])]


def _where(findings: Findings, box: int) -> Parts:
    return {**_where_page(findings, findings.verdicts.boxes[box].page), "label": findings.label(box)}


def _mistake(findings: Findings, mistake: slips.Mistake) -> Parts:
    """A mistake, with the pages on which it is made most."""
    by_page: dict[int, list[int]] = {}
    times: dict[int, int] = {}
    for box, often in mistake.boxes:
        page, place = findings.verdicts.boxes[box]
        by_page.setdefault(page, []).append(place)
        times[page] = times.get(page, 0) + often
    most = sorted(by_page, key=lambda page: -times[page])
    places: list[Parts] = [{**_where_page(findings, page), "boxes": sorted(by_page[page]), "times": times[page]}
              for page in most[:PLACES]]  # fmt: skip
    return {**mistake._asdict(), "places": places, "more": len(most) - len(places), "on_boxes": len(mistake.boxes)}


def _where_page(findings: Findings, page: int) -> Parts:
    return {"slug": findings.verdicts.pages[page].slug, "title": findings.title(page)}


def _far(findings: Findings, link: Link) -> Parts:
    """How far the class is: chapters, and the charts of it."""
    verdicts = findings.verdicts
    graded = [each for each in findings.everybody if each.out_of]
    helped = {each.standing.student for each in findings.help}
    drawn: dict[str, str] = {}
    if len(verdicts.boxes):
        drawn["progress"] = charts.progress(verdicts)
        drawn["pages"] = charts.pages(verdicts, [link(place.slug) for place in verdicts.pages])
    if len(graded) > 1:
        shares, needy = np.array([(each.share, each.student in helped) for each in graded]).T
        drawn["points"] = charts.points(shares, needy > 0)
    return {"chapters": _chapters(findings), "far_charts": {name: Markup(svg) for name, svg in drawn.items()}}


def _hard(findings: Findings, link: Link) -> Parts:
    """The hardest boxes, and what was given in them."""
    verdicts, hardest = findings.verdicts, findings.hardest
    rows: list[Parts] = [
        {**hard._asdict(), **_where(findings, hard.box), "usual": findings.usual[hard.box]} for hard in hardest
    ]
    boxes = [hard.box for hard in hardest[:IN_CHART]]
    names = [f"{verdicts.pages[verdicts.boxes[box].page].slug}, {verdicts.boxes[box].number}" for box in boxes]
    links = [link(row["slug"]) for row in rows]
    chart = Markup(charts.hardest(names, verdicts.by_box[boxes], links)) if boxes else ""
    return {"hardest": rows, "hardest_chart": chart}


def _mistakes(findings: Findings, link: Link) -> Parts:
    """Mistakes by name, and what follows from them."""
    rows = [_mistake(findings, mistake) for mistake in findings.mistakes]
    common = rows[:IN_CHART]
    drawn = charts.mistakes([row["code"] for row in common], [row["slips"] for row in common],
                            [row["followers"] for row in common],
                            [link(row["places"][0]["slug"]) for row in common]) if common else ""  # fmt: skip
    return {"mistakes": rows, "mistakes_chart": Markup(drawn), "chapters": _chapters(findings)}


def _acting(findings: Findings, link: Link) -> Parts:
    """Pages to look at, hints to mend, and how the class goes on."""
    unfinished: list[Parts] = [
        {**each._asdict(), **_where_page(findings, each.page), "share": (each.begun + each.untouched) / each.students}
        for each in findings.unfinished
    ]
    again: list[Parts] = [
        {**each._asdict(), "share": each.repeated / each.students, "more": max(len(each.pages) - PLACES, 0),
         "places": [_where_page(findings, page) for page in each.pages[:PLACES]]}
        for each in findings.again
    ]  # fmt: skip
    return {"unfinished": unfinished, "again": again, "trend": _trend(findings)}


def _trend(findings: Findings) -> list[Parts]:
    """The runs of each chapter that was marked more than once, with what changed."""
    rows: list[Parts] = []
    for chapter, runs in sorted(findings.runs.items()):
        for before, run in zip([None, *runs], runs, strict=False):
            change = None if before is None else run.share - before.share
            rows.append(
                {**run._asdict(), "when": run.when[:16].replace("T", " "), "chapter": chapter, "change": change}
            )
    return rows if len(rows) > len(findings.runs) else []


def _nothing_more(findings: Findings, link: Link) -> Parts:
    """For a part whose template needs only what every part is given."""
    return {}


PARTS: dict[str, Callable[[Findings, Link], Parts]] = {
    "acting": _acting,
    "far": _far,
    "hardest": _hard,
    "mistakes": _mistakes,
    "help": _nothing_more,
    "pairs": _nothing_more,
}
"""Part of the report → what its template is given."""


# -- pages, as the class sees them -------------------------------------------------------------------------------------


def drawing(findings: Findings, page: int) -> Parts:
    """A page solved, its boxes tinted by how many slipped there, and a row for each box; of code, the rows alone."""
    verdicts = findings.verdicts
    boxes = np.flatnonzero(verdicts.page_of_box == page).tolist()
    rows = [_box(findings, box, findings.usual[box]) for box in boxes]
    return {**_where_page(findings, page), "chapter": verdicts.pages[page].chapter, "rows": rows,
            "html": _drawn(verdicts.pages[page].slug) if findings.page(page) else "", "tints": _tints(rows),
            **_summed(verdicts.by_page[page])}  # fmt: skip


def _box(findings: Findings, box: int, usual: tuple[slips.Given, ...]) -> Parts:
    counts = findings.verdicts.by_box[box]
    tried = int(counts.sum() - counts[BLANK])
    return {"number": findings.verdicts.boxes[box].number, "label": findings.label(box), "tried": tried,
            "share": counts[SLIPS].sum() / max(tried, 1), "usual": usual, **_summed(counts)}  # fmt: skip


def _tints(rows: list[Parts]) -> dict[int, int]:
    """Box → how strongly it is tinted, in per cent, after the share of those who filled it and slipped."""
    return {row["number"]: round(100 * min(0.8, 1.6 * row["share"])) for row in rows if row["share"] > 0.02}


def _drawn(slug: str) -> Markup:
    page = pages.load(slug)
    marks = mark(page, {box.number: box.shown for box in page.sheet().boxes})
    return Markup(render.static(page.sheet(), marks, style=False))
