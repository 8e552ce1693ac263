"""A computation that somebody has worked out with one slip in it, for the student to find and mend.

    lines = (
        Line("e", "a - y", lambda v: a - y),
        Line("∂C/∂W", "e x^T", lambda v: np.outer(v["e"], x)),
    )
    faults = (
        Fault("e", "a sign", lambda v: y - a, "Line 1 is target minus prediction."),
        Fault("∂C/∂W", "a transpose", lambda v: np.outer(x, v["e"]), "Line 2 has rows and columns exchanged."),
    )
    work = Worked(lines, faults, given.choice("fault", 0, 1))
    step("One line is wrong.", *work.shown()), *work.steps(given, box)

A line is computed from the lines above it. The one with the slip comes out wrong; those below are right for what
stands above them, as in the work of somebody who has not noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from ..layout import APART, Node, column, eq, matrix, number, step, words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .page import Declare, Given

Values: TypeAlias = "Mapping[str, NDArray[Any]]"
"""Name of a line → what it comes out as."""

Compute: TypeAlias = "Callable[[Values], Any]"


class Line(NamedTuple):
    """A line of the work: what it is called, its formula, and how it is computed from the lines above."""

    name: str
    formula: str
    compute: Compute


class Fault(NamedTuple):
    """A slip that may be in the work: in which line, of what kind, what it gives, and what is said of it."""

    line: str
    kind: str
    compute: Compute
    why: str


class Worked:
    """The work with one of the faults in it; `digits` where its numbers are rounded."""

    def __init__(
        self, lines: Sequence[Line], faults: Sequence[Fault], chosen: float, digits: int | None = None
    ) -> None:
        self.lines, self.faults, self.fault, self.digits = lines, faults, faults[int(chosen)], digits
        self.kinds = tuple(dict.fromkeys(fault.kind for fault in faults))
        self.place = [line.name for line in lines].index(self.fault.line)
        self.right = self._values(lambda line, values: line.compute(values))
        self.written = self._values(
            lambda line, values: (self.fault if line.name == self.fault.line else line).compute(values)
        )

    def _values(self, compute: Callable[[Line, Values], Any]) -> dict[str, NDArray[Any]]:
        values: dict[str, NDArray[Any]] = {}
        for line in self.lines:
            values[line.name] = np.asarray(compute(line, values), dtype=float)
        return values

    def shown(self) -> tuple[Node, ...]:
        """The lines as they are written, numbered; each is a formula of its own, which wraps where room is short."""
        return tuple(
            eq(words(f"{n}."), line.name, "=", line.formula, self._sign, self._printed(self.written[line.name]))
            for n, line in enumerate(self.lines, start=1)
        )

    def _looks_alike(self, other: Fault) -> bool:
        """Whether another slip in the same line would give what is written there."""
        if other is self.fault or other.line != self.fault.line:
            return False
        return np.allclose(other.compute(self.right), self.written[other.line], rtol=1e-9, atol=1e-9)

    def _mended(self, place: tuple[int, ...], entry: Any) -> NDArray[Any]:
        """The wrong line with this number in its first wrong place; all of another slip, if the number is from one."""
        right = self.right[self.fault.line]
        near = 10.0 ** (1 - self.digits) if self.digits else 1e-9
        for other in self.faults:
            if other.line == self.fault.line and other is not self.fault and not np.isclose(entry, right[place], near):
                slipped = np.array(other.compute(self.right), dtype=float)
                if slipped.shape == right.shape and np.isclose(entry, slipped[place], near):
                    slipped[place] = entry
                    return slipped
        mended = right.copy()
        mended[place] = entry
        return mended

    @property
    def _sign(self) -> str:
        return "≈" if self.digits else "="

    def _printed(self, values: NDArray[Any]) -> Any:
        digits = self.digits
        if digits is None:
            return _in_brackets(values)

        def rounded(value: float) -> str:
            return number(value, digits + 1)  # one more than is asked: computed on with, it rounds alike

        return _in_brackets(np.vectorize(rounded, otypes=[object])(values))

    def steps(self, given: Given, box: Declare) -> tuple[Node, Node]:
        """Boxes for the line, the kind of slip, the number that should stand there, and the last line, mended."""
        last = self.lines[-1].name
        right, written = self.right[self.fault.line], self.written[self.fault.line]
        differs, spoilt = (np.abs(a - b) > 1e-9 for a, b in ((right, written), (self.right[last], self.written[last])))
        given.require(bool(np.any(differs)) and bool(np.any(spoilt)), "the slip shows in its line and in the last one")
        given.require(not any(map(self._looks_alike, self.faults)), "only one slip gives what is written")
        first = tuple(np.argwhere(differs)[0])
        options = [f"line {n}" for n in range(1, len(self.lines) + 1)]
        others = {"wrong_from_above": self.place + 1, "line_is_right": self.place - 1}
        line = box(
            options[self.place],
            "the wrong line",
            "Compute each line from what stands above it. Which is the first that does not come out?",
            how=self.fault.why,
            options=options,
            slips={code: options[n] for code, n in others.items() if 0 <= n < len(options)},
        )
        kind = box(
            self.fault.kind,
            "what is wrong with it",
            "What gives the number that stands there?",
            how=self.fault.why,
            options=self.kinds,
        )
        entry = box(
            right[first],
            "the right number",
            "What does the formula of that line give?",
            digits=self.digits,
            how="The line computed as its formula says.",
            slips={"slip_kept": written[first]},
        )
        mended = self._mended(first, entry)
        end = self._values(lambda line, values: mended if line.name == self.fault.line else line.compute(values))[last]
        whole = box(
            end,
            last,
            "Compute every line below the wrong one anew.",
            digits=self.digits,
            how="The lines below the wrong one, computed anew.",
            slips={"slip_kept": np.where(spoilt, self.written[last], np.nan)},
        )
        several = any(values.size > 1 for values in self.written.values())
        in_one_row = all(np.ndim(values) == 2 and len(values) == 1 for values in self.written.values())
        way = "from the left" if in_one_row else "row by row from the left"
        where = (
            f"Look at the first wrong number in it, {way}. What should stand there?"
            if several
            else "Which number should it give?"
        )
        return (
            step("Which line is the first that is wrong, and what is wrong with it? " + where,
                eq(line, APART, words("wrong with it:"), kind),
                eq(words("should be"), entry)),
            step("Carry on from there. What should stand in the last line?",
                eq(last, self._sign, _in_brackets(whole))),
        )  # fmt: skip


def _in_brackets(values: Any) -> Any:
    """A number as it is, a vector as a column, a matrix."""
    if np.ndim(values) < 2:
        return column(values) if np.ndim(values) else values if isinstance(values, float) else np.asarray(values).item()
    return matrix(values)
