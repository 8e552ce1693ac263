"""Chapter 7: forward and back through a network, one operation at a time."""

from __future__ import annotations

from ..authoring.explorer import explorer
from ..layout import Node, say
from .checking import checked
from .stepper import SYMBOLS, Walk
from .typed import Unclear, read

THE_NETWORK = "x = 3 -2; W = 2 -1 | -4 4 | -1 1; b = -1 -2 2; W = 2 1 4 | -2 -1 5; b = -1 5; y = 1 4"
NAMES = {symbol or "none": name for name, symbol in SYMBOLS.items()}


@explorer("Step through the network", beside="backpropagation/first-matrix")
def stepper(control):
    """The network of these pages, forward and then back. On every edge stands upstream × local = downstream.

    Type sizes such as 2-2-1, or other numbers, for a network of your own.
    """
    walk, problem = walked(control, THE_NETWORK)
    done = control.steps("step", len(walk.operations), walk.telling, spoken="step", play=1200)
    return (*problem, walk.picture(done), *walk.working(done))


def walked(control, start: str, activation: str = "none") -> tuple[Walk, tuple[Node, ...]]:
    """The walk through the network that is typed; where it cannot be read, the first one, and a sentence."""
    text = control.text("network", start, spoken="network")
    activation = NAMES[control.choice("activation", tuple(NAMES), activation, spoken="activation")]
    try:
        return Walk(*read(text, activation)), ()
    except Unclear as problem:
        return Walk(*read(start, activation)), (say(str(problem)),)


@explorer("Check by nudging", beside="backpropagation/whole-network")
def check(control):
    """Nudge a weight and watch the cost. Is the ratio what you typed? Choose a weight here or click on it."""
    return checked(control, "backpropagation/whole-network")
