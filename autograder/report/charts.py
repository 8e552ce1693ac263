"""The charts of the report: Matplotlib's SVG in the workbook's look, in light and dark.

    progress(verdicts)       how far each chapter is: a bar a chapter, a colour a verdict
    pages(verdicts, …)       every page a square, the stronger its colour the more of it is solved
    points(everybody)        how the class is spread
    hardest(verdicts, …)     what became of the hardest boxes
    mistakes(…)              the commonest mistakes: slips, and boxes that only follow from them

Each returns SVG for use inside HTML. Colours are names of CSS variables with a light value to fall back on; text stays
text, in the page's own font.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any, TypeAlias

import numpy as np
from matplotlib import figure as matplotlib_figure
from matplotlib import style

from .table import STATES, Verdicts

Axes: TypeAlias = Any  # Matplotlib leaves the types of its keywords open, so every call would be partly unknown
Figure: TypeAlias = Any

COLOURS = {
    "ink": ("--rp-ink", "#1c1d20"),
    "soft": ("--rp-soft", "#63666b"),
    "rule": ("--rp-rule", "#c6cad0"),
    "paper": ("--rp-paper", "#ffffff"),
    "right": ("--rp-right", "#3d8b45"),
    "follows": ("--rp-follows", "#9ccb86"),
    "few_digits": ("--rp-few", "#d9d26a"),
    "mistake": ("--rp-mistake", "#c8452f"),
    "wrong": ("--rp-wrong", "#e59a70"),
    "unreadable": ("--rp-unreadable", "#9a7bb0"),
    "blank": ("--rp-blank", "#e4e6e9"),
    **{f"step{n}": (f"--rp-step{n}", mixed) for n, mixed in enumerate(
        ("#eef1ee", "#d3e4d3", "#b0d0b1", "#87b98a", "#5da062", "#2f7d37"))},
}  # fmt: skip
"""Name → CSS variable, and its value where nobody sets it."""

INK = {name: f"#{n:02x}f1{n:02x}" for n, name in enumerate(COLOURS, start=1)}
"""Name → a colour that stands for it in Matplotlib's drawing, and for nothing else."""

WORDS = {"right": "right", "follows": "follows from a slip", "few_digits": "partly right",
         "mistake": "slip with a name", "wrong": "other slip", "unreadable": "cannot be read or run",
         "blank": "blank"}  # fmt: skip
"""Verdict → what the legend says."""

STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "font.family": "serif",
    "font.serif": ["STIXGeneral"],
    "font.size": 12,
    "text.color": INK["ink"],
    "axes.labelcolor": INK["soft"],
    "axes.edgecolor": INK["rule"],
    "xtick.color": INK["soft"],
    "ytick.color": INK["ink"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "ytick.major.size": 0,
    "xtick.major.size": 3,
    "legend.frameon": False,
}
WIDTH = 8.6  # inches; the page scales it down where it is narrower
BAR = 0.62


def progress(verdicts: Verdicts) -> str:
    """How far each chapter is: shares of all boxes handed in, a colour for each verdict."""
    counts = np.zeros((len(verdicts.chapters), len(STATES)))
    np.add.at(counts, verdicts.chapter_of_page, verdicts.by_page)
    with style.context(["default", STYLE]):
        figure, axes = _figure(len(verdicts.chapters))
        _stacked(axes, counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), verdicts.chapters)
        _percent(axes)
        return _svg(figure, "progress", "How far each chapter is, as shares of all boxes")


def hardest(names: Sequence[str], counts: np.ndarray, links: Sequence[str]) -> str:
    """What became of some boxes: `names` label the bars, `counts` has a row for each, `links` leads to its page."""
    with style.context(["default", STYLE]):
        figure, axes = _figure(len(names), left=2.9)
        _stacked(axes, counts / np.maximum(counts.sum(axis=1, keepdims=True), 1), names, links)
        _percent(axes)
        return _svg(figure, "hardest", "What became of the hardest boxes")


def mistakes(names: Sequence[str], slips: Sequence[int], followers: Sequence[int], links: Sequence[str]) -> str:
    """The commonest mistakes: in how many boxes each was made, and how many boxes only follow from it."""
    with style.context(["default", STYLE]):
        figure, axes = _figure(len(names), left=2.4)
        places = np.arange(len(names))
        axes.barh(places, slips, BAR, color=INK["mistake"], label="first slips")
        axes.barh(places, followers, BAR, left=slips, color=INK["follows"], label="boxes that only follow")
        _names(axes, names, links)
        for place, slip, follower in zip(places, slips, followers, strict=True):
            axes.annotate(f"{slip} + {follower}" if follower else f"{slip}", (slip + follower, place), (5, 0),
                          textcoords="offset points", va="center", color=INK["soft"], fontsize=10.5)  # fmt: skip
        axes.set_xlabel("boxes")
        axes.margins(x=0.16)  # room for the figures
        _legend(axes)
        return _svg(figure, "mistakes", "The commonest mistakes: first slips, and boxes that only follow from them")


def pages(verdicts: Verdicts, links: Sequence[str]) -> str:
    """Every page a square, a row for each chapter: the stronger its colour, the more of its boxes are solved."""
    solved = verdicts.by_page[:, :2].sum(axis=1) / np.maximum(verdicts.by_page.sum(axis=1), 1)
    nth = _place_in_chapter(verdicts)
    with style.context(["default", STYLE]):
        figure, axes = _figure(len(verdicts.chapters), below=0.05, row=0.34)
        for page, share in enumerate(solved):
            step = min(int(share * 6), 5)
            square = axes.barh(verdicts.chapter_of_page[page], 0.86, 0.82, left=nth[page], color=INK[f"step{step}"])[0]
            square.set_url(links[page] or None)
        for step in range(6):
            axes.barh(0, 0, 0, color=INK[f"step{step}"], label=f"{step * 100 // 6}–{(step + 1) * 100 // 6} %")
        axes.set_yticks(range(len(verdicts.chapters)), verdicts.chapters)
        axes.set_xlim(0, max(nth, default=0) + 1)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        axes.set_ylim(len(verdicts.chapters) - 0.5, -0.5)
        _legend(axes)
        title = "Each page of each chapter: the stronger its colour, the more of its boxes are solved"
        return _svg(figure, "pages", title)


def points(shares: np.ndarray, helped: np.ndarray) -> str:
    """How the class is spread: students by their share of the points, those who need help in another colour."""
    with style.context(["default", STYLE]):
        figure, axes = _figure(5)
        edges = np.linspace(0, 1, 21)
        axes.hist([shares[helped], shares[~helped]], edges, stacked=True, rwidth=0.9,
                  color=[INK["wrong"], INK["right"]], label=["need help", "the others"])  # fmt: skip
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.set_ylabel("students")
        axes.set_xlim(0, 1)
        _percent(axes, "points, of those that the chapters handed in can give")
        return _svg(figure, "points", "Students by their share of the points")


# -- parts -------------------------------------------------------------------------------------------------------------


def _figure(rows: int, *, left: float = 1.7, row: float = 0.36, below: float = 0.55) -> tuple[Figure, Axes]:
    """A figure with so many rows of bars, and room at the left for their names."""
    above = 0.36  # for the legend
    height = above + below + row * max(rows, 1)
    figure: Figure = matplotlib_figure.Figure(figsize=(WIDTH, height))
    room = (left / WIDTH, below / height, (WIDTH - left - 0.25) / WIDTH, (height - above - below) / height)
    return figure, figure.add_axes(room)


def _stacked(axes: Axes, shares: np.ndarray, names: Sequence[str], links: Sequence[str] = ()) -> None:
    left = np.zeros(len(shares))
    for n, state in enumerate(STATES):
        axes.barh(np.arange(len(shares)), shares[:, n], BAR, left=left, color=INK[state], label=WORDS[state])
        left += shares[:, n]
    _names(axes, names, links)


def _names(axes: Axes, names: Sequence[str], links: Sequence[str] = ()) -> None:
    axes.set_yticks(range(len(names)), names)
    for label, link in zip(axes.get_yticklabels(), links, strict=False):
        label.set_url(link or None)
    axes.set_ylim(len(names) - 0.5, -0.5)


def _percent(axes: Axes, label: str = "") -> None:
    axes.set_xlim(0, 1)
    axes.set_xticks(np.linspace(0, 1, 5), ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel(label)
    _legend(axes)


def _legend(axes: Axes) -> None:
    axes.figure.legend(loc="upper left", ncols=7, fontsize=10.5, handlelength=0.9, handleheight=0.9, columnspacing=1.2,
                       handletextpad=0.4, borderaxespad=0.1, borderpad=0)  # fmt: skip


def _place_in_chapter(verdicts: Verdicts) -> list[int]:
    """The place of each page among those of its chapter."""
    so_far: dict[int, int] = {}
    places: list[int] = []
    for chapter in verdicts.chapter_of_page.tolist():
        places.append(so_far.get(chapter, 0))
        so_far[chapter] = places[-1] + 1
    return places


def _svg(figure: Figure, name: str, title: str) -> str:
    """The figure as SVG for use inside HTML: no ids that clash, no style of its own, colours by name."""
    written = StringIO()
    figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<defs>\s*</defs>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|="#|url\(#)', lambda at: at[1] + f"{name}-", svg)
    svg = re.sub(rf'(href=")#{name}-(page-)', r"\1#\2", svg)  # links lead out of the figure
    svg = svg.replace(' target="_blank"', "")
    for colour, stands_for in INK.items():
        variable, light = COLOURS[colour]
        svg = svg.replace(stands_for, f"var({variable}, {light})")
    width, height = figure.get_size_inches() * 72
    opening = f'<svg class="rp-chart" role="img" aria-label="{title}" viewBox="0 0 {width:g} {height:g}" ' \
        'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'  # fmt: skip
    return opening + re.sub(r"\s*\n\s*", "\n", svg[svg.index(">") + 1 :])


def widths(numbers: Iterable[int]) -> list[float]:
    """Shares of 100 %, for a bar drawn in HTML."""
    numbers = list(numbers)
    whole = max(sum(numbers), 1)
    return [round(100 * number / whole, 2) for number in numbers]
