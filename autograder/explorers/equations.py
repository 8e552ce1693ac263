"""Chapter 8: the four equations, lighting up where they act."""

from __future__ import annotations

from ..authoring.explorer import explorer
from .backpropagation import walked
from .checking import checked


@explorer("The four equations at work", beside="equations/deep-gradients")
def stepper(control):
    """A 2–2–1 sigmoid network, forward and then back; the equation that acts lights up.

    Type sizes such as 2-3-2-1, or numbers, for a network of your own.
    """
    walk, problem = walked(control, "x = 2 1; W = 0.5 -1 | 1 0.5; b = -0.5 -1; W = 1 -2; b = 0.5; y = 1", "σ")
    done = control.steps("step", len(walk.operations), walk.telling, spoken="step", play=1200)
    return (*problem, walk.picture(done, equations=True), *walk.working(done))


@explorer("Check by nudging", beside="equations/small-gradients")
def check(control):
    """Nudge a weight and watch the cost. Is the ratio what you typed? Choose a weight here or click on it."""
    return checked(control, "equations/small-gradients")
