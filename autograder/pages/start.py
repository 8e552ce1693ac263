"""The start page: a first exercise to try each verdict of a box on."""

from __future__ import annotations

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..engine.expressions import Name
from ..layout import eq, frac, network, step


@page("How boxes work", row="0.1")
def boxes(given, box):
    """A whole number, a fraction, a number with digits, a box that builds on another, and a formula."""
    w, x = given("w", 3), given("x", 4)
    given.require(w != x)
    z = ask.product(box, w, x, "Z", "Which two numbers meet on the edge?", how="The weight times the input.",
        slips={"not_multiplied": w})
    half = box(z / 8, "Z/8", "Divide what you have in the box before.", how="Divide by eight; a fraction is fine.",
        slips={"multiplied_not_divided": z * 8})
    root = box(np.sqrt(z), "√Z", "Which number, times itself, gives your Z?", how="The square root of box 1.", digits=3)
    t = Name("t")
    power = given.choice("power", 2, 3, 4)
    slope = box((t**power).derivative("t"), f"the derivative of t^{power}", "What happens to the power?", names="t",
        how="The power comes down in front and drops by one.",
        slips={"power_kept": power * t**power, "factor_left_out": t ** (power - 1), "not_differentiated": t**power})
    return (
        step("Click the box and type $Z = W·X$. Try a wrong answer too: nothing is lost.",
            network([[x], [z]], [[[w]]], names=[["X"], ["Z"]], title="An input, a weight and an output")),
        step("The next two build on your $Z$. Type a fraction, then three digits.",
            eq(frac("Z", "8"), "=", half),
            eq("√Z", "≈", root)),
        step("Some boxes ask for a formula.", eq(frac("d", "dt"), f"t^{power}", "=", slope)),
    )
