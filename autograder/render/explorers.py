"""Turn an explorer into HTML: its heading, its body for some values, and its still picture.

    heading(explorer)             what never changes
    body(drawn)                   figures as SVG in the document, in the document's colours and font
    still(explorer)               figures as pictures in <img>, which survive where scripts, styles and SVG are stripped
    plain(explorer)               its numbers as text
    bundle(explorer)              the last two as a notebook output

A picture in <img> is light or dark as the notebook around it says, or else as the reader's system does.
"""

from __future__ import annotations

import re
from base64 import b64encode
from html import escape

from ..authoring.explorer import Drawn, Explorer
from ..layout.figures import alone
from ..layout.typeset import prose, unmarked
from ..layout.vocabulary import Node, Part
from .pages import Html, stylesheet

STYLE = ("colours", "mathematics", "figures", "explorer", "frame")
STILL_STYLE = ("colours", "mathematics", "explorer", "frame")
RERUN = "Run this cell to move things."


def heading(explorer: Explorer) -> str:
    """The title and the sentence that says what to try."""
    return (
        f'<header class="wb-head"><span class="wb-kicker">Explore</span><h2>{prose(explorer.title)}</h2></header>'
        f'<p class="wb-about">{prose(explorer.about)}</p>'
    )


def body(drawn: Drawn) -> str:
    """What an explorer has drawn, as HTML."""
    html = Html()
    return "".join(map(html.part, drawn.body))


def still(explorer: Explorer, *, style: bool = True, rerun: bool = True) -> str:
    """The explorer with its canonical values, as a static output."""
    pen = Html(show_figure=picture)
    html = (
        f'<div class="wb-page wb-explorer wb-static" data-explorer="{explorer.slug}">{heading(explorer)}'
        + "".join(map(pen.part, explorer.draw().body))
        + (f'<p class="wb-note wb-rerun">{RERUN}</p>' if rerun else "")
        + "</div>"
    )
    return (f"<style>{needed(stylesheet(*STILL_STYLE), html + 'wb-live')}</style>" if style else "") + html


def bundle(explorer: Explorer) -> dict[str, str]:
    """The still picture as a notebook output."""
    return {"text/html": still(explorer), "text/plain": plain(explorer)}


def plain(explorer: Explorer) -> str:
    """The explorer as text: its title, what its figures show, its numbers and sentences."""
    lines = [f"{unmarked(explorer.title)} ({explorer.slug})"]
    for node in _nodes(explorer.draw().body):
        if node.kind == "figure":
            lines.append(f"  [{unmarked(node.options['title'])}]")
        elif node.kind == "readings":
            lines.append("  " + ", ".join(f"{unmarked(name)} = {value}" for name, value in node.parts))
        elif node.kind == "say":
            lines.append(f"  {unmarked(node.options['text'])}")
    return "\n".join(lines)


def picture(node: Node) -> str:
    """A figure as an <img> that holds all it needs."""
    bare = alone(node, "")
    svg = alone(node, needed(stylesheet("colours", "figures"), bare))
    data = b64encode(svg.encode("utf-8")).decode("ascii")
    width, height = node.options["width"], node.options["height"]
    alt = escape(unmarked(node.options["title"]))
    return f'<img alt="{alt}" width="{width}" height="{height}" src="data:image/svg+xml;base64,{data}">'


_RULE = re.compile(r"\s*([^{}]+)\{((?:[^{}]|\{[^{}]*\})*)\}")


def needed(css: str, html: str) -> str:
    """The rules of a stylesheet that this HTML uses: those with a selector all of whose classes are in it."""
    used = set(re.findall(r"wb-[\w-]+", html))
    kept: list[str] = []
    for selector, rules in _RULE.findall(css):
        if selector.startswith("@"):
            inner = needed(rules, html)
            kept.append(f"{selector}{{{inner}}}" if inner else "")
        elif any(used.issuperset(re.findall(r"\.(wb-[\w-]+)", part)) for part in _parts(selector)):
            kept.append(f"{_tight(selector)}{{{_tight(rules)}}}")
    return "".join(kept)


def _tight(css: str) -> str:
    """Without the blanks that only a reader wants."""
    return re.sub(r"([;,]|: ) *", lambda match: match[1].strip(), css.strip()).rstrip(";")


def _parts(selector: str) -> list[str]:
    """The alternatives of a selector, at commas that stand in no brackets; of :is(a, b) any will do."""
    plain = re.sub(r":is\([^()]*\)", "", selector)
    return re.split(r",(?![^(]*\))", plain)


def _nodes(parts: tuple[Part, ...]) -> list[Node]:
    """Every word of a body, those inside others too."""
    nodes: list[Node] = []
    for part in parts:
        if isinstance(part, Node):
            nodes += [part, *(_nodes(part.parts) if part.kind == "beside" else [])]
    return nodes
