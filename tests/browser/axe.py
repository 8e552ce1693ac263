"""axe-core in an open page: what it finds to mend."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

RUN = """async ([context, only, part]) => {
    const options = { resultTypes: ['violations'], ...(only && { runOnly: { type: 'tag', values: only } }) };
    const { violations } = await axe.run(context ?? document, options);
    return violations.flatMap(({ id, nodes }) => nodes
        .filter(({ html, target }) => html.includes(part) || String(target).includes(part))
        .map(({ html }) => `${id}: ${html.slice(0, 160)}`)); }"""


def violations(page, context: str | None = None, *, only: list[str] | None = None, part: str = "") -> list[str]:
    """Each rule that is broken within `context`, with the element that breaks it.

    only    tags of the rules
    part    only elements in whose markup or path this text stands
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(RUN, [context, only, part])
