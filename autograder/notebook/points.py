"""The result of a grade cell: a number to nbgrader, a line of words to a reader.

    worth(2.0, bundle)      2.0, shown as the HTML of the bundle

nbgrader reads the text of a cell's result as its points; a browser shows its HTML instead where there is one. So one
result can be both, and no bare number stands under a page.
"""

from __future__ import annotations

from IPython import get_ipython


class Points(float):
    """Points, a float in every respect, that a notebook shows as HTML."""

    _html: str

    def __new__(cls, points: float, html: str) -> Points:
        """`points`, shown as `html`."""
        made = super().__new__(cls, points)
        made._html = html
        return made

    def _repr_html_(self) -> str:
        return self._html

    def __reduce__(self) -> tuple[type[float], tuple[float]]:
        return float, (float(self),)


def worth(points: float, out_of: float, bundle: dict[str, str]) -> Points:
    """What a grade cell returns: the points, between 0 and `out_of`. Where no HTML is shown its words are printed."""
    if not hasattr(get_ipython(), "kernel"):
        print(bundle["text/plain"])
    return Points(min(max(float(points), 0.0), float(out_of)), bundle["text/html"])
