"""Parts of the report for a notebook: each shows itself as a chart and a table, or else as a line of text.

to_act_on(findings)
far(findings), hardest(findings), mistakes(findings), who_needs_help(findings), pairs_alike(findings)
page(findings, "gradients/one-weight")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .. import pages
from ..authoring.slugs import module_name
from .findings import Findings


class View(NamedTuple):
    """Something to look at in a notebook."""

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


def to_act_on(findings: Findings) -> View:
    """Pages that most could not finish, hints that did not help, and how the class goes on from run to run."""
    slugs = [findings.verdicts.pages[each.page].slug for each in findings.unfinished]
    again = [f"{each.code} ({each.repeated} of {each.students})" for each in findings.again[:5]]
    left, repeated = (", ".join(named) or "none" for named in (slugs, again))
    return _part(findings, "acting", f"Left unfinished by most: {left}. Made again after the hint: {repeated}.")


def far(findings: Findings) -> View:
    """How far the class is, chapter by chapter and page by page."""
    totals = findings.totals
    return _part(findings, "far", f"{totals['solved']} of {totals['boxes']} boxes solved, {totals['blank']} blank.")


def hardest(findings: Findings) -> View:
    """The boxes at which most of those who filled them slipped."""
    boxes = (findings.verdicts.boxes[hard.box] for hard in findings.hardest[:5])
    named = ", ".join(f"{findings.verdicts.pages[box.page].slug} box {box.number}" for box in boxes)
    return _part(findings, "hardest", f"The hardest boxes: {named or 'none'}.")


def mistakes(findings: Findings) -> View:
    """The commonest mistakes by name, and what only follows from them."""
    named = ", ".join(f"{each.code} ({each.students})" for each in findings.mistakes[:5])
    return _part(findings, "mistakes", f"The commonest mistakes, and how many made them: {named or 'none'}.")


def who_needs_help(findings: Findings) -> View:
    """Students who need help, and why."""
    named = ", ".join(findings.called[each.standing.student] for each in findings.help)
    return _part(findings, "help", f"Need help: {named or 'nobody stands out'}.")


def pairs_alike(findings: Findings) -> View:
    """Pairs of students with the same wrong answers to different numbers."""
    pairs = findings.pairs or ()
    named = ", ".join(f"{findings.called[pair.first]} and {findings.called[pair.second]}" for pair in pairs)
    return _part(findings, "pairs", f"Alike on numbers that differ: {named or 'nobody'}.")


def page(findings: Findings, slug: str) -> View:
    """One page as the class sees it: its boxes tinted, and what was given in each. UnknownPage if it was not marked."""
    from .document import page_section

    slugs = [place.slug for place in findings.verdicts.pages]
    if slug not in slugs or not findings.known(slugs.index(slug)):
        raise pages.UnknownPage(f"nobody handed in a page “{slug[:60]}” that this course knows")
    number = slugs.index(slug)
    return View(page_section(findings, number, _link(findings)), f"{findings.title(number)} ({slug})")


def _part(findings: Findings, name: str, text: str) -> View:
    from .document import section

    return View(section(findings, name, _link(findings)), text)


def _link(findings: Findings) -> Callable[[str], str]:
    """From a slug to the notebook of its chapter, as seen from the report's; "" where the course is not known."""
    chapters = {place.slug: place.chapter for place in findings.verdicts.pages}

    def link(slug: str) -> str:
        page = pages.find(slug) or pages.find_exercise(slug)
        place = f"{findings.links}/chapters/{chapters[slug]}" if findings.links and page else ""
        return f"{place}/{module_name(page.chapter).replace('_', '-')}.ipynb" if page and place else ""

    return link
