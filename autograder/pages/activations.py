"""Chapter 5: ReLU, sigmoid and tanh with their slopes; softmax, cross-entropy, and what the two give together."""

from __future__ import annotations

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..engine.activations import relu, relu_slope, sigmoid, softmax, softmax_jacobian_from_value, tanh
from ..engine.expressions import Name, exp
from ..layout import APART, Shape, by, column, eq, frac, listed, matrix, row, say, step, table, words
from ..layout.sketches import plot

CLASSES, PLACES = ("cat", "dog", "horse"), ("first", "second", "third")


def one_hot(k: int) -> np.ndarray:
    """A target with its 1 at class k."""
    return np.eye(3)[int(k)]


SHARES = [(a / 10, b / 10, (10 - a - b) / 10) for a in range(1, 9) for b in range(1, 10 - a)
          if 5 not in (a, b, 10 - a - b) and len({a, b, 10 - a - b}) == 3]  # in tenths, no two alike


def shares(given, name: str, *canonical: float) -> np.ndarray:
    """Three probabilities; none is a half, where p(1 − p) and p² are the same."""
    return np.array(given.choice(name, canonical, *SHARES))


def linear(w) -> str:
    """A sum of two inputs with weights, as it is printed: 3x_1 − 2x_2."""
    return f"{w[0]:g}x_1 {'+' if w[1] > 0 else '−'} {abs(w[1]):g}x_2".replace("-", "−")


def added_to(b) -> str:
    """A number that is added, as it is printed: + 1."""
    return f"{'+' if b > 0 else '−'} {abs(b):g}"


# -- 5.6 Why the kink --------------------------------------------------------------------------------------------------


@page("Two layers without a kink", row="5.6")
def two_straight_layers(given, box):
    """Two layers without activation are one: W⁽²⁾W⁽¹⁾, and a bias that has gone through the second."""
    w1 = given("W1", [[2, -1], [1, 3], [-1, 2]], high=3)
    b1 = given("b1", [1, -2, 2], low=1, high=3)
    w2, b2 = given("W2", [[1, 2, -1], [3, -1, 2]], high=3), given("b2", [4, -1], low=1, high=5)
    x = given("x", [2, 3], low=2, high=4)
    sizes = given("sizes", [5, 20, 4], low=3, high=20)
    given.require(sizes[1] > max(sizes[0], sizes[2]) and np.all(w2 @ b1 != 0) and np.all(w2 @ w1 != 0))
    u = box(w1 @ x + b1, "u", "Which row meets the vector, and what is added?", how="The first layer: W⁽¹⁾x + b⁽¹⁾.",
        slips={"bias_left_out": w1 @ x})
    a = box(w2 @ u + b2, "a", "Which row meets u, and what is added?", how="The second layer: W⁽²⁾u + b⁽²⁾.",
        slips={"bias_left_out": w2 @ u})
    m = box(w2 @ w1, "W^{(2)} W^{(1)}", "Which row of the second meets which column of the first?",
        how="A row of W⁽²⁾ times a column of W⁽¹⁾.", slips={"term_left_out": w2[:, :2] @ w1[:2]})
    c = box(w2 @ b1 + b2, "the new bias", "Multiply W⁽²⁾(W⁽¹⁾x + b⁽¹⁾) + b⁽²⁾ out. Which terms hold no x?",
        how="The first bias goes through the second layer; the second is added.",
        slips={"bias_left_out": b2, "term_left_out": w2 @ b1, "not_multiplied": b1[:2] + b2},
        words={"bias_left_out": "The bias of the first layer goes through the second. What does it become?",
            "term_left_out": "The bias of the second layer is missing.",
            "not_multiplied": "The bias of the first layer is multiplied too. By what?"})
    one = box(m @ x + c, "a, in one layer", "The new matrix times x, plus the new bias?",
        how="One layer with the new matrix and the new bias.", slips={"bias_left_out": m @ x})
    n, k, o = sizes
    counts = box([(n + 1) * k + (k + 1) * o, (n + 1) * o], "how many parameters", "Weights and biases, layer by layer?",
        how="A weight for each pair of nodes and a bias for each node.",
        slips={"biases_not_counted": [n * k + k * o, n * o]})
    return (
        step("Two layers without activations, one after the other.",
            eq("u", "=", matrix(w1, "W^{(1)}"), column(x, "x"), "+", column(b1, "b^{(1)}"), "=", column(u)),
            eq("a", "=", matrix(w2, "W^{(2)}"), "u", "+", column(b2, "b^{(2)}"), "=", column(a))),
        step("Put the first into the second and multiply out: $a = W^{(2)}(W^{(1)}x + b^{(1)}) + b^{(2)}$ is one "
            "layer. What are its matrix and its bias?",
            eq("W^{(2)} W^{(1)}", "=", matrix(m), APART, words("bias"), "=", column(c)),
            eq("(W^{(2)} W^{(1)}) x", "+", words("bias"), "=", column(one))),
        step(f"So a network without activations with ${n:g}$ inputs, ${k:g}$ hidden nodes and ${o:g}$ outputs can do "
            "no more than a single layer. How many parameters does each of the two have?",
            eq(words("two layers:"), counts[0], APART, words("one layer:"), counts[1])),
        say("However many layers you stack, without a kink between them they are one."),
    )


CORNERS = ((0, 0), (1, 0), (0, 1), (1, 1))


@page("What one line cannot do", row="5.6")
def xor_by_hand(given, box):
    """No neuron without a kink gives XOR; two ReLU nodes do, and their weights can be found by hand."""
    w, b = given("w", [3, -2], low=2, high=6, distinct=abs), given("b", 1, low=1, high=4)
    k, m, t = given("k", 2, low=2, high=5), given("m", 3, low=2, high=5), given("t", 6, low=6, high=60, step=6)
    given.require(k != m and w[0] + w[1] != 0 and 2 * b + w[0] + w[1] != 0)
    line = [w[0] * x1 + w[1] * x2 + b for x1, x2 in CORNERS]
    values = box(line, "the line", "Which weights count for this input? And the bias?",
        how="The weights of the inputs that are 1, plus the bias.", slips={"bias_left_out": np.array(line) - b})
    pairs = box([values[0] + values[3], values[1] + values[2]], "the sums", "Which two are added?",
        how="The first and the last, and the two between.", slips={"term_left_out": [values[3], values[2]]})
    wanted = box([0, 2 * t], "the sums of XOR", "Which two targets are added?",
        how="0 and 0; and twice the target between.", slips={"term_left_out": [np.nan, t]})
    z = np.array([[0, -m], [k, 0], [2 * k, m]])
    hidden = box(relu(z), "a", "What is the sum, and on which side of 0?", only=[(0, 1), (1, 0), (1, 1), (2, 0), (2,
        1)],
        how="The sum of the inputs put into both nodes.", slips={"activation_left_out": z, "old_value": [[0, 0], [1,
        0], [2, 1]]},
        words={"old_value": "That would fit factors of 1. Which factor does this node have?"})
    v1 = box(t / hidden[1, 0], "v_1",
        "Only the first hidden value is not 0 there. Which factor makes the target of it?",
        how="The target over the first hidden value.", slips={"upside_down": hidden[1, 0] / t,
        "multiplied_not_divided": t * k},
        words={"upside_down": "You have it upside down: which factor makes the target of the hidden value?"})
    v2 = box(-hidden[2, 0] * v1 / hidden[2, 1], "v_2",
        "Both hidden values count there, and the outcome is 0. So what is v₂?",
        how="Minus the first product, over the second hidden value.",
        slips={"sign_lost": hidden[2, 0] * v1 / hidden[2, 1], "value_for_slope": -hidden[2, 0] * v1},
        words={"value_for_slope": "That is what the second product must be. Divide by the hidden value."})
    return (
        step(f"XOR: the outcome should be 0 where both inputs are equal, and ${t:g}$ where they differ. Try a neuron "
            f"without a kink, ${linear(w)} {added_to(b)}$. What does it give for each of the four inputs?",
            table(["x_1, x_2", *[f"{x1}, {x2}" for x1, x2 in CORNERS]], (words("line"), *values),
                (words("XOR"), "0", f"{t:g}", f"{t:g}", "0"))),
        step("Add the outer two outcomes, and the inner two. Do the same for XOR.",
            table(["", words("outer two"), words("inner two")], (words("line"), *pairs), (words("XOR"), *wanted))),
        say("Whatever its weights: for a line both sums are $w_1 + w_2 + 2b$. They cannot differ, and for XOR they "
            "must. So no such neuron does it, nor does a stack of them."),
        step(f"Now two hidden nodes with ReLU: $a_1 = ReLU({k:g}(x_1 + x_2))$ and $a_2 = ReLU({m:g}(x_1 + x_2) − "
            f"{m:g})$. What are they where one input is 1, and where both are?",
            table(["x_1 + x_2", "a_1", "a_2"], ("0", *hidden[0]), ("1", *hidden[1]), ("2", *hidden[2]))),
        step(f"The outcome is $v_1 a_1 + v_2 a_2$. It should be ${t:g}$ where one input is 1; that gives $v_1$. It "
            "should be 0 where both are; that gives $v_2$.",
            eq("v_1", "=", v1, APART, "v_2", "=", v2)),
        say("The kink of $a_2$ bends the line back down. That is what activations are for."),
    )


# -- 5.1 and 5.2 ReLU --------------------------------------------------------------------------------------------------


@page("ReLU and its kink", row="5.1")
def relu_and_its_kink(given, box):
    """Value and slope on both sides of zero, and at zero."""
    z, below = given("z", [3, 0.5], step=0.5, low=0.5, high=6), given("below", 2, step=0.5, low=0.5, high=6)
    h = given("h", 0.5, low=0.1, high=0.9)
    given.require(z[0] > z[1] and below not in z)
    points = np.array([z[0], z[1], 0.0, -below])
    value = box(relu(points), "ReLU(z)", "Which is larger, z or 0?", how="z where it is positive, otherwise 0.",
        slips={"activation_left_out": points, "sign_flipped_only": np.abs(points),
            "slope_for_value": relu_slope(points)})
    slope = box(relu_slope(points), "ReLU′(z)", "On which side of the kink is z? And what was agreed for 0?",
        how="1 where z is positive, otherwise 0; so also at 0, by agreement.",
        slips={"value_for_slope": relu(points), "other_side_of_kink": [0, 0, 0, 1], "relu_open_at_zero": [1, 1, 1, 0]})
    right = box((relu(h) - relu(0)) / h, "the ratio to the right", "Which change stands on top, and which below?",
        how="h over h.", slips={"change_not_ratio": h})
    left = box((relu(0) - relu(-h)) / h, "the ratio to the left", "What is ReLU on both ends of this step?",
        how="Nothing changes to the left, so the ratio is 0.", slips={"other_side_of_kink": 1.0})
    return (
        step("ReLU is two straight lines that meet at a kink. Write the value and the slope at four places. At the "
            "kink there is no slope; this workbook agrees on $ReLU′(0) = 0$.",
            plot({"ReLU": (lambda z: max(0.0, z), "accent", 3)}, -0.6, 3.1, 46, "ReLU: flat, then rising"),
            table(["z", "ReLU(z)", "ReLU′(z)"], *[(points[i], value[i], slope[i]) for i in range(4)])),
        step(f"Why an agreement? Nudge away from 0 by $h = {h:g}$, to the right and to the left.",
            eq(frac("ReLU(h) − ReLU(0)", "h"), "=", right, APART, frac("ReLU(0) − ReLU(−h)", "h"), "=", left)),
        say("One slope from each side: at the kink there is no derivative, so a slope is chosen."),
    )


@page("A mask for the way back", row="5.2")
def relu_mask(given, box):
    """ReLU forward, its slopes as a mask of ones and zeros, and what the mask does to a gradient."""
    u, up = given("u", [7, -22, -3], low=2), given("up", [2, 5, -4], low=2, high=9)
    given.require(np.any(u > 0) and np.any(u < 0))
    a = box(relu(u), "ReLU(u)", "On which side of zero is this entry?", how="u where it is positive, otherwise 0.",
        slips={"activation_left_out": u, "sign_flipped_only": np.abs(u), "slope_for_value": relu_slope(u)})
    mask = box(relu_slope(u), "the mask", "Nudge this entry of u: does what comes out move?",
        how="1 where u is positive, 0 where it is negative.",
        slips={"other_side_of_kink": 1 - relu_slope(u), "value_for_slope": relu(u)})
    down = box(up * mask, "∂C/∂u", "What does the mask do to the gradient that arrives?",
        how="Upstream times the mask, entry by entry.",
        slips={"upstream_for_downstream": up, "activation_for_slope": up * relu(u), "local_for_downstream": mask})
    given.apart(up * relu_slope(u), up, up * relu(u), relu_slope(u))
    return (
        step("A vector goes through ReLU.", eq("u", "=", column(u), APART, "ReLU(u)", "=", column(a))),
        step("Where ReLU lets a value through, its slope is 1; where it gives 0, the slope is 0. Write the slopes: the "
            "**mask**.",
            eq("ReLU′(u)", "=", column(mask))),
        step("On the way back a gradient arrives. The mask decides which entries pass.",
            eq(by("u", "C"), "=", column(up, "upstream"), "⊙", words("mask"), "=", column(down))),
    )


# -- 5.1 Sigmoid and tanh ----------------------------------------------------------------------------------------------


@page("The sigmoid squeezes", row="5.1")
def sigmoid_values(given, box):
    """Exact values at logarithms, then two values that add up to one."""
    k = given("k", [3, 4], low=2, high=9, distinct=True)
    z = given("z", 2, step=0.5, low=0.5, high=3)
    e = np.array([1 / k[0], k[1], 1.0])
    power = box(e, "e^{−z}", "Which power of e is this, with the minus? Remember that e undoes ln.", digits=3,
        how="e and ln cancel; a minus in the exponent turns the number upside down.", slips={"exponent_sign": 1 / e})
    value = box(1 / (1 + np.asarray(power)), "σ(z)", "One over what?", digits=3, how="1 over 1 plus the power.",
        slips={"exponent_sign": np.asarray(power) / (1 + np.asarray(power))})
    two = box([sigmoid(z), sigmoid(-z)], "σ(z) and σ(−z)", "Which power stands below, and what is added to it?",
        digits=3, how="1 over 1 plus e to the minus z.",
        slips={"exponent_sign": [sigmoid(-z), sigmoid(z)], "activation_left_out": [z, -z]})
    total = box(1.0, "σ(z) + σ(−z)", "What do the two numbers you have just found make together?",
        how="The two always add up to 1.")
    return (
        step("The sigmoid $σ(z) = 1/(1 + e^{−z})$ squeezes the whole number line into the range from 0 to 1. "
            "At the logarithm of a whole number its value is a fraction.",
            plot({"σ": (sigmoid, "accent", 4)}, -0.2, 1.2, 90, "The graph of the sigmoid, from 0 up to 1"),
            table(["z", "e^{−z}", "σ(z)"],
                (f"ln({k[0]:g})", power[0], value[0]),
                (f"−ln({k[1]:g})", power[1], value[1]),
                ("0", power[2], value[2]))),
        step("At other places the decimals go on.",
            eq(f"σ({z:g})", "=", two[0], APART, f"σ(−{z:g})", "=", two[1]),
            eq(f"σ({z:g}) + σ(−{z:g})", "=", total)),
    )


@page("Slope from the value alone", row="5.1")
def slope_from_value(given, box):
    """σ′ = a(1 − a) and tanh′ = 1 − a², without ever seeing z."""
    s = given("a", [0.8, 0.4, 0.1], low=0.1, high=0.9, distinct=True)
    t = given("t", [0.6, -0.8, 0.2], low=0.1, high=0.9, distinct=abs)
    given.require(0.5 not in s, "at a half, a and 1 − a are the same")
    first = box(s * (1 - s), "σ′", "What is left up to 1, and what do you do with it?", digits=3,
        how="a times 1 minus a.",
        slips={"slope_of_slope": sigmoid(s) * (1 - sigmoid(s)), "not_multiplied": 1 - s, "tanh_for_sigmoid": 1 - s**2})
    second = box(1 - t**2, "tanh′", "Which power of the value is taken from 1?", digits=3, how="1 minus a squared.",
        slips={"slope_of_slope": 1 - tanh(t) ** 2, "value_not_squared": 1 - t, "sigmoid_for_tanh": t * (1 - t),
            "square_added": 1 + t**2})
    given.apart(first, sigmoid(s) * (1 - sigmoid(s)), 1 - s)
    given.apart(second, t * (1 - t), 1 - tanh(t) ** 2)
    steepest = box([0.25, 1.0], "the largest slope", "For which value a is the product, or the difference, largest?",
        how="The sigmoid is steepest at a = 1/2, tanh at a = 0.", slips={"value_for_slope": [0.5, 0.0]})
    return (
        step("The value of each curve tells its slope: $σ′ = a(1 − a)$ for $a = σ(z)$, and $tanh′ = 1 − a^2$ for "
            "$a = tanh(z)$. You need not know $z$.",
            table(["a = σ(z)", "σ′(z)"], *[(s[i], first[i]) for i in range(3)]),
            table(["a = tanh(z)", "tanh′(z)"], *[(t[i], second[i]) for i in range(3)])),
        step("How steep is each of them at its steepest point?", eq("σ′:", steepest[0], APART, "tanh′:", steepest[1])),
        say("A sigmoid never hands back more than a quarter of the gradient that reaches it."),
    )


@page("From z to the slope", row="5.1")
def from_z_to_slope(given, box):
    """First the value, then the slope from it: the step where z and a get mixed up."""
    z = given("z", [1, -2], step=0.5, low=0.5, high=2.5, distinct=abs)
    s = box(sigmoid(z), "σ(z)", "Which power stands below the bar?", digits=3, how="1 over 1 plus e to the minus z.",
        slips={"exponent_sign": sigmoid(-z)})
    ds = box(np.asarray(s) * (1 - np.asarray(s)), "σ′(z)", "Is what stands in a(1 − a) the z or the value?", digits=3,
        how="The value times 1 minus the value.",
        slips={"slope_of_slope": sigmoid(sigmoid(z)) * sigmoid(-sigmoid(z)), "tanh_for_sigmoid": 1
            - np.asarray(s) ** 2, "input_for_rule": z * (1 - z)})
    t = box(tanh(z), "tanh(z)", "Which of the two powers is taken from the other?", digits=3,
        how="The difference of the two powers of e over their sum.", slips={"wrong_sign": -tanh(z)})
    dt = box(1 - np.asarray(t) ** 2, "tanh′(z)", "Is what stands in 1 − a² the z or the value?", digits=3,
        how="1 minus the square of the value.",
        slips={"slope_of_slope": 1 - np.tanh(np.asarray(t)) ** 2, "value_not_squared": 1 - np.asarray(t),
            "square_added": 1 + np.asarray(t) ** 2, "input_for_rule": 1 - z**2})
    return (
        step("Now from $z$. First the value, then the slope at that $z$: the rules take the **value** that came out.",
            plot({"σ": (sigmoid, "accent", -1.4), "tanh": (tanh, "ink", -4)}, -1.15, 1.15, 72,
                "The graphs of sigmoid and tanh; tanh runs from −1 to 1"),
            table(["z", "σ(z)", "σ′(z)"], *[(z[i], s[i], ds[i]) for i in range(2)]),
            table(["z", "tanh(z)", "tanh′(z)"], *[(z[i], t[i], dt[i]) for i in range(2)])),
        say("Do not put that value through the sigmoid, or tanh, once more."),
    )


def whole(factor: float) -> float:
    """A factor without the noise of floats, as it is printed in a formula."""
    factor = round(factor, 9)
    return int(factor) if factor == int(factor) else factor


@page("Where the rules come from", row="5.1")
def rules_derived(given, box):
    """The sigmoid's slope as a chain of three factors, then rewritten in its own value."""
    x, v, a = Name("x"), Name("v"), Name("a")
    k = int(given("k", 1, low=1, high=6))
    kx, inside = ("x", "") if k == 1 else (f"{k}x", f"{k}")
    u = exp(-k * x)
    slip = {} if k == 1 else {"wrong_sign": k * u}
    du = box(u.derivative("x"), "du/dx", "Which slope does the exponent bring?", names="x", meanings={"u": u},
        how="The power of e stays; the slope of the exponent comes in front.",
        slips={"inner_slope_left_out": u, **slip})
    dv = box(1.0, "dv/du", "How far does v move when u moves by one?", how="v is u and a constant: slope 1.")
    da = box((1 / v).derivative("v"), "da/dv", "One over v is v to which power?", names="v",
        how="The power −1 comes down and drops by one.",
        slips={"wrong_sign": 1 / v**2, "not_differentiated": 1 / v, "power_kept": -1 / v})
    chain = box(da.substitute({"v": 1 + u}) * dv * du, "da/dx", "Three factors; what does v stand for?", names="x",
        meanings={"u": u, "v": 1 + u, "a": 1 / (1 + u)},
        how="The product of the three, with 1 + u in place of v.",
        slips={"chain_factor_left_out": -1 / (1 + u) ** 2, "wrong_sign": -(k * u / (1 + u) ** 2)})
    rest = box(u / (1 + u), "1 − σ", "What is 1, written over the same bar?", names="x",
        meanings={"u": u, "v": 1 + u, "a": 1 / (1 + u)},
        how="1 + u minus 1, over 1 + u.", slips={"not_taken_from_one": 1 / (1 + u)})
    found = whole(chain.evaluate({"x": 1.0}) / (u / (1 + u) ** 2).evaluate({"x": 1.0}))
    short = box([found * a * (1 - a), k * (1 - a**2)], "the slopes in a", "How is the slope written with the value a?",
        names="a", how="a(1 − a) and 1 − a², each times the inner slope.",
        slips={**({} if k == 1 else {"inner_slope_left_out": [a * (1 - a), 1 - a**2]}),
            "tanh_for_sigmoid": [k * (1 - a**2), k * (1 - a**2)],
            "sigmoid_for_tanh": [k * a * (1 - a), k * a * (1 - a)], "not_multiplied": [k * (1 - a), k * (1 - a)]})
    return (
        step(f"The sigmoid $a = σ({kx})$ in three steps: $u = e^{{−{kx}}}$, $v = 1 + u$, $a = 1/v$. Each has a slope.",
            eq(frac("du", "dx"), "=", du, APART, frac("dv", "du"), "=", dv, APART, frac("da", "dv"), "=", da)),
        step(f"Multiply them, with $1 + e^{{−{kx}}}$ in place of $v$.",
            eq(frac("da", "dx"), "=", frac("da", "dv"), "·", frac("dv", "du"), "·", frac("du", "dx"), "=", chain)),
        step(f"The same without $x$: what is $1 − σ({kx})$, and so what is the slope in terms of the value $a$? And "
            f"for $a = tanh({kx})$?",
            eq(f"1 − σ({kx})", "=", rest),
            eq(words("sigmoid:"), frac("da", "dx"), "=", short[0], APART, words("tanh:"), frac("da", "dx"), "=",
                short[1])),
        say("Why $1 − a^2$ for $a = tanh(x)$: it is $2σ(2x) − 1$, so $σ(2x) = (1 + a)/2$, and the slope of $a$ is "
            "$4σ(2x)(1 − σ(2x)) = (1 + a)(1 − a)$."),
    )


@page("A gradient meets three activations", row=("5.1", "5.2"))
def through_activations(given, box):
    """Upstream times the slope that belongs to each activation."""
    a = np.array([given("r", 3, low=2), given("s", 0.8, low=0.1), given("t", -0.6, low=0.1, high=0.9)])
    up = given("up", [4, -5, 10, 6], low=2, distinct=abs)
    given.require(a[1] != 0.5, "at a half, a and 1 − a are the same")
    value = np.array([a[0], a[1], a[2], 0.0])
    true = np.array([1.0, a[1] * (1 - a[1]), 1 - a[2] ** 2, 0.0])
    slope = box(true, "the slope", "Which rule belongs to this activation, and what did it give?", digits=3,
        how="ReLU: 1 or 0. Sigmoid: a(1 − a). tanh: 1 − a².",
        slips={"value_for_slope": value, "tanh_for_sigmoid": [1.0, 1 - a[1] ** 2, true[2], 0.0],
            "sigmoid_for_tanh": [1.0, true[1], a[2] * (1 - a[2]), 0.0],
            "square_added": [1.0, true[1], 1 + a[2] ** 2, 0.0],
            "value_not_squared": [1.0, true[1], 1 - a[2], 0.0],
            "other_side_of_kink": [0.0, true[1], true[2], 1.0]})
    down = box(up * slope, "downstream", "Upstream times which number?", digits=3, how="Upstream times the slope.",
        slips={"upstream_for_downstream": up, "activation_for_slope": up * value, "local_for_downstream": true})
    given.apart(up * true, up, up * value, true)
    names = ("ReLU", "σ", "tanh", "ReLU")
    return (
        step("Four nodes with the values that came out of them, and the gradients that arrive. Send each gradient back "
            "through its node.",
            table(["node", "value", "upstream", "slope", "downstream"],
                *[(names[i], value[i], up[i], slope[i], down[i]) for i in range(4)])),
        say("On the way back an activation multiplies by its slope, and does nothing else."),
    )


# -- 5.3 Softmax -------------------------------------------------------------------------------------------------------


@page("Softmax shares out", row="5.3")
def softmax_shares(given, box):
    """Exponentials over their sum, with numbers that stay exact."""
    e = given("e", [1, 2, 5], low=1, high=9, distinct=True)
    power = box(e, "e^z", "Which power of e is this? Remember that e undoes ln.", how="e and ln cancel.",
        slips={"exponent_sign": 1 / e})
    total = box(np.sum(power), "the sum", "Which three numbers are added?", how="The sum of the three powers.",
        slips={"term_left_out": e[0] + e[1]})
    p = box(np.asarray(power) / total, "p", "Which share of the sum is this power?", digits=3,
        how="Each power over the sum.",
        slips={"not_normalised": e, "exponential_left_out": np.log(e) / np.sum(np.log(e))})
    whole = box(1.0, "the sum of p", "How much is there to share?", how="Shares of a whole add up to 1.")
    ratio = ask.ratio(box, p[2], p[1], "p_3/p_2", "The sum cancels. What is left?",
        how="The ratio of the two powers.", slips={"subtracted_powers": e[2] - e[1]})
    given.require(e[2] - e[1] not in (e[2] / e[1], e[1] / e[2]) and 4 * e[2] % e[1] == 0)
    names = [f"ln({value:g})" if value != 1 else "0" for value in e]
    return (
        step("Softmax turns any numbers into probabilities: take $e^z$ of each, and divide by the sum.",
            table(["z", "e^z", "p"], *[(names[i], power[i], p[i]) for i in range(3)]),
            eq("Σ e^z", "=", total)),
        step("What do the probabilities add up to?", eq("p_1 + p_2 + p_3", "=", whole)),
        step("How many times as likely as the second is the third?", eq(frac("p_3", "p_2"), "=", ratio)),
    )


@page("Only differences count", row="5.3")
def only_differences(given, box):
    """Softmax of z and of z less its largest entry: the powers change, the shares do not."""
    z = given("z", [2, 1, -1], high=4, distinct=True)
    given.require(np.sum(z) != 0 and np.sum(z == 0) <= 1 and 1 not in np.abs(np.exp(z) - z))
    top = float(np.max(z))
    e = box(np.exp(z), "e^z", "Which key gives a power of e?", digits=3, how="e to the power z.",
        slips={"exponent_sign": np.exp(-z)})
    p = box(np.asarray(e) / np.sum(np.asarray(e)), "p", "Over which sum?", digits=3,
        how="Each power over the sum of all three.",
        slips={"exponential_left_out": z / np.sum(z), "not_normalised": np.exp(z)})
    lower = box(z - top, "z − max z", "How far below the largest is each?", how="Each z minus the largest one.",
        slips={"wrong_sign": top - z})
    f = box(np.exp(np.asarray(lower)), "e^{z − max z}", "Which exponents are these?", digits=3,
        how="e to the power of the difference.", slips={"exponent_sign": np.exp(top - z)})
    again = box(np.asarray(f) / np.sum(np.asarray(f)), "p", "Over which sum, this time?", digits=3,
        how="Each power over the sum of these three.", slips={"not_normalised": np.exp(z - top)})
    return (
        step("Softmax of three numbers, with a calculator.",
            table(["z", "e^z", "p"], *[(z[i], e[i], p[i]) for i in range(3)])),
        step("Large $z$ would make $e^z$ overflow. So computers take the largest $z$ away from each first. Does that "
            "change the shares?",
            table(["z − max z", "e^{z − max z}", "p"], *[(lower[i], f[i], again[i]) for i in range(3)])),
    )


SHARE = ("smaller", "the same", "larger")


@page("Softmax of a thousand", row=("5.3", "5.7"))
def softmax_of_a_thousand(given, box):
    """Numbers whose exponentials no computer holds, and the same shares from their differences."""
    top = given("top", 1000, low=1000, high=3000, step=100)
    below, shift = given("below", [2, 5], low=1, high=6, distinct=True), given("shift", 7, low=2, high=9)
    given.require(below[0] < below[1])
    z = np.array([top, top - below[0], top - below[1]])
    lower = box(z - top, "z − max z", "How far below the largest is each?", how="Each z minus the largest one.",
        slips={"wrong_sign": top - z})
    f = box(np.exp(lower), "e^{z − max z}", "Which exponents are these?", digits=3,
        how="e to the power of the difference.",
        slips={"exponent_sign": np.exp(top - z)})
    total = box(np.sum(f), "the sum", "What do the three add up to?", digits=3, how="The sum of the three powers.",
        slips={"term_left_out": f[1] + f[2]})
    p = box(np.asarray(f) / total, "p", "Over which sum?", digits=3, how="Each power over the sum.",
        slips={"not_normalised": f})
    moved = box(SHARE[1], "the share, moved", "Which of the differences have changed?", options=SHARE,
        how="No difference has changed, so nothing has.", slips={"added_not_multiplied": SHARE[2]},
        words={"added_not_multiplied": "The power grows, and so does the sum. Look at the differences."})
    cost = box(-np.log(p[0]), "C", "Which share does the cost take the logarithm of?", digits=3,
        how="Minus the logarithm of the first share.",
        slips={"wrong_sign": np.log(p[0]), "logarithm_to_base_ten": -np.log10(p[0]), "logarithm_left_out": p[0]})
    given.require(abs(np.log(np.sum(np.exp(z - top)))) > 0.01)
    return (
        step(f"Three outputs are $z = {listed(z)}$. The power $e^{{{top:g}}}$ is more than a computer can hold. Take "
            "the largest $z$ away from each first, and go on with that.",
            table(["z", "z − max z", "e^{z − max z}", "p"], *[(z[i], lower[i], f[i], p[i]) for i in range(3)]),
            eq(words("sum of the powers"), "≈", total)),
        step(f"Add {shift:g} to all three $z$. Is the first share now smaller, the same, or larger?", eq("p_1",
            words("is"), moved)),
        step("The first class is the true one. What is the cross-entropy $C = −ln(p_1)$?", eq("C", "≈", cost)),
        say("Softmax knows nothing of the size of its inputs, only of their differences. A program that takes the "
            "largest away first never meets a power above $e^0 = 1$."),
    )


@page("The Jacobian of softmax", row="5.3")
def softmax_jacobian(given, box):
    """diag(p) − ppᵀ, entry by entry."""
    p = shares(given, "p", 0.6, 0.3, 0.1)
    outer = box(np.outer(p, p), "p p^T", "Which entry of the column meets which entry of the row?",
        only=[(0, 0), (0, 1), (0, 2)],
        how="The entry of the row's p times the entry of the column's.", slips={"added_not_multiplied": p[:, None] + p})
    jacobian = box(np.diag(p) - np.asarray(outer), "∂p/∂z", "What stands in this place of diag(p)?",
        how="The entry of diag(p) minus the entry of the outer product.",
        slips={"outer_product_left_out": np.diag(p), "wrong_sign": np.outer(p, p) - np.diag(p),
            "diagonal_left_out": -np.outer(p, p)})
    sums = box(np.asarray(jacobian).sum(axis=0), "the sums of the columns",
        "What do the three numbers of a column come to?",
        how="Each column adds up to 0.",
        slips={"diagonal_left_out": -p, "term_left_out": np.asarray(jacobian)[:2].sum(axis=0)})
    return (
        step("Raise one $z$, and all the probabilities move. The Jacobian of softmax is $∂p/∂z = diag(p) − p p^T$. "
            "First complete the outer product.",
            eq(column(p, "p"), row(p, "p^T"), "=", matrix(outer))),
        step("Now the difference.",
            eq(by("z", "p"), "=", matrix(np.diag(p), "diag(p)"), "−", "p p^T"),
            eq("=", matrix(jacobian))),
        step("What one probability gains when a $z$ rises, the others lose. Check it: add up each column.",
            eq(words("sums of the columns:"), row(sums))),
    )


@page("One entry at a time", row="5.3")
def jacobian_entries(given, box):
    """The Jacobian in letters, on the diagonal and beside it."""
    q, r = Name("q"), Name("r")
    grid = np.array([[q * (1 - q), -q * r], [-q * r, r * (1 - r)]])
    letters = box(grid, "∂(q, r)/∂z", "Is this entry on the diagonal?", names="q r",
        how="q(1 − q) on the diagonal, minus the product beside it.",
        slips={"outer_product_left_out": [[q, 0 * q], [0 * q, r]], "wrong_sign": -grid,
            "diagonal_left_out": [[-q * q, -q * r], [-q * r, -r * r]]})
    two = box([q * (1 - q), -q * (1 - q)], "∂q/∂z_1 and ∂r/∂z_1", "With only two classes, what is r?", names="q",
        meanings={"r": 1 - q}, how="r is 1 − q, so r loses what q gains.",
        slips={"wrong_sign": [-q * (1 - q), q * (1 - q)], "diagonal_left_out": [-q * q, q * q]})
    v = shares(given, "v", 0.2, 0.7, 0.1)
    i, j = given.choice("entry", (1, 2), (2, 1), (1, 3), (3, 2), (2, 3))
    full = np.diag(v) - np.outer(v, v)
    numbers = box([full[i - 1, i - 1], full[i - 1, j - 1], full[j - 1, i - 1]], "entries in numbers",
        "On the diagonal or beside it? Which two probabilities?",
        how="p(1 − p) on the diagonal, minus the product beside it.",
        slips={"wrong_sign": [-full[i - 1, i - 1], v[i - 1] * v[j - 1], v[i - 1] * v[j - 1]],
            "outer_product_left_out": [v[i - 1], 0.0, 0.0]})
    return (
        step("Three classes with the probabilities $q$, $r$ and what is left. The first two rows and columns of the "
            "Jacobian, in letters:",
            eq(matrix(letters))),
        step("Only two classes now, with $q$ and $r = 1 − q$. Write both with $q$ alone.",
            eq(by("z_1", "q"), "=", two[0], APART, by("z_1", "r"), "=", two[1])),
        step(f"And numbers, in a vector $p = ({v[0]:g}, {v[1]:g}, {v[2]:g})$.",
            eq(by(f"z_{i}", f"p_{i}"), "=", numbers[0], APART, by(f"z_{j}", f"p_{i}"), "=", numbers[1], APART,
                by(f"z_{i}", f"p_{j}"), "=", numbers[2])),
    )


# -- 5.3 Cross-entropy -------------------------------------------------------------------------------------------------


@page("Cross-entropy", row="5.3")
def cross_entropy(given, box):
    """Minus the logarithm of the probability that the true class was given."""
    ps = np.array([shares(given, "p1", 0.7, 0.2, 0.1), shares(given, "p2", 0.3, 0.6, 0.1),
        shares(given, "p3", 0.2, 0.1, 0.7)])
    true = given.choice("true", (0, 1, 1), (1, 2, 0), (2, 2, 1), (0, 1, 2), (2, 0, 0))
    right = np.array([ps[i][k] for i, k in enumerate(true)])
    other = np.array([ps[i][(k + 1) % 3] for i, k in enumerate(true)])
    given.distinct(right)
    given.apart(np.log(right), np.log(right) * 0 - right, np.log10(right), np.log(other))
    cost = box(-np.log(right), "C", "Which probability did the true class get? And its logarithm?", digits=3,
        how="Minus the logarithm of the probability of the true class.",
        slips={"wrong_sign": np.log(right), "logarithm_to_base_ten": -np.log10(right), "logarithm_left_out": right,
            "other_class": -np.log(other)})
    mean = box(np.mean(cost), "the cost of the batch", "Three examples: what is their mean?", digits=3,
        how="The sum of the three over 3.", slips={"summed_not_averaged": np.sum(cost)})
    k = true[0]
    slope = box(-one_hot(k) / ps[0], "∂C/∂p", "Which entries of p does C look at?",
        how="−1/p for the true class, 0 for the others.",
        slips={"wrong_sign": one_hot(k) / ps[0], "every_input_counted": -1 / ps[0],
            "parameter_for_gradient": one_hot(k) * ps[0]})
    return (
        step("Cross-entropy looks at one number only, the probability given to the true class: $C = −Σ_i y_i ln(p_i)$, "
            "where the target $y$ is **one-hot**: 1 for the true class, 0 elsewhere.",
            table(["p", "y", "C"], *[(listed(ps[i]), listed(one_hot(true[i])), cost[i]) for i in range(3)]),
            eq(words("mean:"), mean)),
        step("What is the Jacobian of the first cost with respect to its probabilities? It is a row.",
            eq(by("p", "C"), "=", row(slope))),
    )


@page("The slopes multiply to something simple", row="5.3")
def joint_derivative(given, box):
    """∂C/∂p times ∂p/∂z is p − y."""
    p, k = shares(given, "p", 0.3, 0.6, 0.1), given.choice("true", 0, 1, 2)
    y, full = one_hot(k), softmax_jacobian_from_value(p)
    given.require(abs(p[k]) >= 0.1)
    dp = box(-y / p, "∂C/∂p", "Which entry of p does the cost look at?",
        how="−1/p for the true class, 0 for the others.", slips={"wrong_sign": y / p, "every_input_counted": -1 / p})
    dz = box(full, "∂p/∂z", "On the diagonal or beside it?", only=[(k, 0), (k, 1), (k, 2)],
        how="p(1 − p) on the diagonal, minus the product beside it.",
        slips={"wrong_sign": -full, "outer_product_left_out": np.diag(p)})
    product = box(np.asarray(dp) @ np.asarray(dz), "∂C/∂z", "Which row of the Jacobian does the row in front pick out?",
        how="The row times the matrix: one row of it, times −1/p.",
        slips={"target_minus_prediction": y - p, "entrywise_not_matrix": -y / p * np.diag(full)})
    short = ask.error(box, p, y, "p − y")
    return (
        step(f"Probabilities $p = {listed(p)}$; the true class is the {PLACES[k]}, $y = {listed(y)}$. The chain rule "
            "has two factors. The first is a row:",
            eq(by("p", "C"), "=", row(dp))),
        step("The second is the Jacobian of softmax. One of its rows is left to you.",
            eq(by("z", "p"), "=", matrix(dz))),
        step("Multiply the row by the matrix.",
            eq(by("z", "C"), "=", by("p", "C"), "·", by("z", "p"), "=", row(product))),
        step("Compare it with the error, here written as a row too.", eq("p − y", "=", row(short))),
    )


@page("Prediction minus target", row="5.3")
def prediction_minus_target(given, box):
    """The joint derivative at once, and read backwards."""
    p = shares(given, "p", 0.2, 0.7, 0.1)
    k, other = given.choice("true", 1, 0, 2), given.choice("other", 2, 0, 1)
    q, z = shares(given, "q", 0.6, 0.1, 0.3), given("z", [1, 0, -1], step=0.5, low=0, high=2, distinct=True)
    given.require(other != np.argmax(q))
    error = ask.error(box, p, one_hot(k), "∂C/∂z", slips={"output_for_error": p})
    total = box(np.sum(error), "the sum", "What do the three errors add up to?",
        how="p and y both add up to 1, so it is 0.")
    back = box(one_hot(other), "y", "In which entry is the error negative?", how="Prediction minus error.",
        slips={"wrong_sign": -one_hot(other), "predicted_for_true": one_hot(int(np.argmax(q)))})
    s = box(softmax(z), "p", "Powers of e, over their sum?", digits=3, how="Each power of e over the sum.",
        slips={"not_normalised": np.exp(z)})
    last = ask.error(box, np.asarray(s), one_hot(k), "∂C/∂z", "What is taken away, and where?", digits=3)
    return (
        step("Softmax and cross-entropy together have the shortest derivative in this workbook, $∂C/∂z = p − y$, "
            "from here on a column like $z$.",
            eq(by("z", "C"), "=", column(p, "p"), "−", column(one_hot(k), "y"), "=", column(error))),
        step("What do its entries add up to?", eq(words("sum:"), total)),
        step("Here the target is missing.",
            eq(by("z", "C"), "=", column(q, "p"), "−", column(back, "y"), "=", column(q - one_hot(other)))),
        step(f"All the way from $z = {listed(z)}$; the true class is the {PLACES[k]}.",
            eq("p", "=", column(s), APART, by("z", "C"), "=", column(last))),
    )


# -- 5.4 Classes -------------------------------------------------------------------------------------------------------


@page("One-hot targets", row="5.4")
def one_hot_targets(given, box):
    """From a word to a vector and back."""
    first = given.choice("order", (1, 2, 0), (0, 2, 1), (2, 0, 1), (2, 1, 0), (1, 0, 2))
    targets = np.array([one_hot(k) for k in first])
    hot = [box(targets[i], f"y for {CLASSES[k]}", "At which place does this class stand in the list?",
        how="A 1 at the place of the class, 0 elsewhere.",
        slips={"other_class": np.roll(targets[i], 1),
            **({"number_for_vector": (k + 1) * targets[i]} if k else {})}) for i, k in enumerate(first[:2])]
    asked = given.choice("asked", (2, 0), (1, 2), (0, 1))
    said = [CLASSES[k] for k in asked]
    back = box(said, "the class", "At which place does the 1 stand?", options=CLASSES,
        how="The class at the place of the 1.", slips={"other_class": [CLASSES[(k + 1) % 3] for k in asked]})
    c = int(given("c", 10, low=4, high=12))
    zeros = box([float(c), 1.0, c - 1.0], "entries, ones, zeros",
        "How many classes are there, and how many of them are true?",
        how="One place for each class, a single 1.")
    return (
        step("A class is not a number: a horse is not three cats. So its target is a column with a 1 in its own place, "
            "in the order cat, dog, horse. Write two of them.",
            eq(*[part for k, y in zip(first, hot, strict=False)
                for part in (words(CLASSES[k]), "→", column(y), APART)][:-1])),
        step("And back.", eq(column(one_hot(asked[0])), "→", back[0], APART, column(one_hot(asked[1])), "→", back[1])),
        step(f"With {c} classes, how many entries does a target have? How many are ones, how many zeros?",
            table(["entries", "ones", "zeros"], (zeros[0], zeros[1], zeros[2]))),
    )


@page("The largest wins", row="5.4")
def argmax(given, box):
    """argmax reads the predicted class off the probabilities."""
    canonical = ([0.2, 0.7, 0.1], [0.6, 0.3, 0.1], [0.3, 0.1, 0.6], [0.1, 0.7, 0.2])
    ps = np.array([shares(given, f"p{i + 1}", *p) for i, p in enumerate(canonical)])
    true = given.choice("true", (1, 1, 2, 1), (0, 2, 1, 1), (2, 0, 1, 0), (1, 2, 0, 2))
    won, least = ps.argmax(axis=1), ps.argmin(axis=1)
    given.require(0 < np.sum(won == true) < 4 and np.sum(won == true) != 2)
    given.require(all(w == t or least[i] != t for i, (w, t) in enumerate(zip(won, true, strict=True))))
    predicted = box([CLASSES[k] for k in won], "the predicted class", "Which probability is the largest?",
        options=CLASSES, how="The class with the largest probability.",
        slips={"smallest_for_largest": [CLASSES[k] for k in least], "true_for_predicted": [CLASSES[k] for k in true]})
    right = float(np.sum(won == true))
    agree = [said == CLASSES[k] for said, k in zip(predicted, true, strict=True)]
    hits = box(float(np.sum(agree)), "right predictions", "In how many rows do the two classes agree?",
        how="The rows in which the predicted class is the true one.", slips={"misses_for_hits": 4 - right})
    share = box(hits / 4, "accuracy", "Right ones out of how many?", how="The right ones over all four.",
        slips={"misses_for_hits": (4 - right) / 4, "classes_for_examples": right / 3})
    hot = box(one_hot(true[0]), "y of the first", "Which class was true?", how="A 1 at the place of the true class.",
        slips={"other_class": np.roll(one_hot(true[0]), 1)})
    return (
        step("The prediction is the class with the largest probability: $argmax$ gives its place.",
            table(["cat", "dog", "horse", "predicted", "true"],
                *[(*ps[i], predicted[i], words(CLASSES[true[i]])) for i in range(4)])),
        step("How many predictions are right, and what share of all is that?",
            eq(words("right:"), hits, APART, words("accuracy:"), share)),
        step("argmax has no useful slope: nudge a probability a little, and the winner stays. So training compares "
            "$p$ with the one-hot target. What is the target of the first row?",
            eq("y", "=", column(hot))),
    )


@page("A batch of targets", row="5.4")
def batch_of_targets(given, box):
    """One example a row: m × c."""
    true = given.choice("true", (1, 0, 2, 1), (2, 2, 0, 1), (0, 1, 1, 2), (2, 0, 1, 0), (1, 2, 0, 0))
    hot = box([k + 1.0 for k in true], "the column of the 1", "Which class was true in this row?",
        how="The column of the true class.", slips={"other_class": [(k + 1) % 3 + 1.0 for k in true]})
    m, n, c = (int(v) for v in given("sizes", [50, 8, 3], low=2, high=60))
    given.distinct(m, n, c)
    given.require(m > c > 2)

    def shape_of(key: Shape, name: str, right: tuple[int, int], wrong: int) -> Shape:
        return box(key, f"the shape of {name}", "A row for each what, a column for each what?",
            how="A row for each example.",
            slips={"transposed": Shape(right[::-1]), "inputs_or_classes": Shape((m, wrong))})

    inputs = shape_of(Shape((m, n)), "X", (m, n), c)
    outputs = shape_of(Shape((c, m) if inputs == (n, m) else (m, c)), "P", (m, c), n)  # turned once, turned throughout
    targets = shape_of(Shape(outputs), "Y", (m, c), n)
    errors = shape_of(Shape(outputs), "P − Y", (m, c), n)
    ones = box(float(m), "ones in Y", "How many ones does each row have?", how="One in each row.",
        slips={"classes_for_examples": float(c)})
    told = ", ".join(CLASSES[k] for k in true)
    return (
        step(f"Four examples: {told}. In the matrix $Y$ of their targets examples stand in rows, classes in columns: "
            "cat, dog, horse. In which column does each row have its 1?",
            table(["row of Y", "column of the 1"], *[(str(i + 1), hot[i]) for i in range(4)])),
        step(f"A larger batch has $m = {m}$ examples of $n = {n}$ inputs each, in rows, and $c = {c}$ classes. What "
            "are the shapes?",
            eq("X:", inputs, APART, "P:", outputs),
            eq("Y:", targets, APART, "P − Y:", errors)),
        step("How many ones are there in its $Y$?", eq(ones)),
    )


@page("Errors and cost of a batch", row=("5.3", "5.4"))
def batch_error(given, box):
    """P − Y for three examples in rows, and the mean of their costs."""
    canonical = ([0.7, 0.2, 0.1], [0.3, 0.6, 0.1], [0.6, 0.1, 0.3])
    ps = np.array([shares(given, f"p{i + 1}", *p) for i, p in enumerate(canonical)])
    true = given.choice("true", (0, 2, 0), (1, 1, 2), (2, 0, 1), (0, 1, 2))
    y = np.array([one_hot(k) for k in true])
    picked = ps[np.arange(3), list(true)]
    given.distinct(picked)
    error = ask.error(box, ps, y, "P − Y", "Where does the target of this row stand?", slips={"output_for_error": ps})
    got = box(picked, "the probability of the true class", "Which column has the 1 in this row?",
        how="The entry of P where Y has its 1.", slips={"other_class": ps[np.arange(3), [(k + 1) % 3 for k in true]]})
    cost = box(-np.mean(np.log(np.asarray(got))), "C", "A logarithm for each example, and then?", digits=3,
        how="The mean of minus the logarithms.",
        slips={"summed_not_averaged": -np.sum(np.log(np.asarray(got))), "wrong_sign": np.mean(np.log(np.asarray(got))),
            "logarithm_to_base_ten": -np.mean(np.log10(np.asarray(got))), "logarithm_left_out": np.mean(got)})
    return (
        step("Three examples in rows. Each has a cost of its own, $C_i$, with $∂C_i/∂z = p − y$. (The 1/3 of the mean "
            "comes in later, at the parameters.)",
            eq(matrix(ps, "P"), "−", matrix(y, "Y"), "=", matrix(error))),
        step("The cost $C$ of the batch is the mean of the three cross-entropies $C_i$. Which probability $q_i$ did "
            "each true class get?",
            eq("q", "=", column(got)),
            eq("C", "=", "−", frac(1, 3), "Σ_i ln(q_i)", "=", cost)),
    )
