"""Chapter 10, by hand: shuffled mini-batches, plain steps, momentum, Adam, and data made ready for a network."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ..authoring.page import page
from ..authoring.worked import Fault, Line, Worked
from ..bikes.model import HIDDEN
from ..bikes.table import SEASONS, WEATHER
from ..engine import Adam, GradientDescent, Momentum
from ..engine.expressions import Name
from ..layout import APART, Node, Shape, aligned, by, column, eq, frac, matrix, row, say, step, table, words
from ..layout.diagrams import Point
from ..layout.sketches import Way, descent

# -- 10.5 Bugs in code -------------------------------------------------------------------------------------------------


MENDS = ("y.reshape(-1, 1)", "y.reshape(1, -1)", "y.T")


@page("The minus that makes a table", row="10.5")
def silent_broadcast(given, box):
    """A column minus a flat array is a whole table, without a word from NumPy."""
    a, y = given("a", [3, 5, 4], low=1, high=9, distinct=True), given("y", [2, 7, 8], low=1, high=9, distinct=True)
    given.require(np.all(a != y) and len({*(a - y)}) == 3)
    whole = a[:, None] - y
    given.require(abs(np.mean(whole**2) - np.mean((a - y) ** 2)) >= 1, "the two means differ in more than a decimal")
    size = box(Shape((3, 3)), "the shape of a − y", "A flat array counts as a row. What becomes of a column and a row?",
        how="The column is repeated for each target, the row for each prediction.",
        slips={"broadcast_overlooked": Shape((3, 1))})
    entries = box(whole, "a − y", "Which prediction belongs to this row, which target to this column?",
        how="The prediction of the row minus the target of the column.", only=[(0, 0), (0, 1), (0, 2), (1, 0)],
        slips={"transposed": whole.T, "target_minus_prediction": -whole})
    right = box(np.mean((a - y) ** 2), "the mean that is meant",
        "How many examples are there, and which errors do they have?", digits=3,
        how="Each prediction with its own target, squared; the mean over three.",
        slips={"summed_not_averaged": np.sum((a - y) ** 2), "not_squared": np.mean(a - y)})
    wrong = box(np.mean(whole**2), "the mean that comes out", "How many entries does the table have?", digits=3,
        how="The mean of all nine squares.",
        slips={"broadcast_overlooked": np.mean((a - y) ** 2), "mean_over_entries": np.sum(whole**2) / 3},
        words={"mean_over_entries": "You divided by three. How many entries are in the mean?",
            "broadcast_overlooked": "That is what is meant. The program takes the mean of the whole table."})
    perfect = box(np.mean((y[:, None] - y) ** 2), "the mean for perfect predictions",
        "Put the targets in place of the predictions. Which entries of the table are 0 then?", digits=3,
        how="Only the diagonal is 0; the mean of all nine squares is not.", slips={"broadcast_overlooked": 0},
        words={"broadcast_overlooked": "Only the diagonal is 0 then."})
    mend = box(MENDS[0], "what mends it", "Which of them gives the targets the shape of the predictions?",
        options=MENDS, how="A column of targets, one for each prediction.",
        slips={"transposed": MENDS[1], "not_turned": MENDS[2]},
        words={"transposed": "That makes a row, and the table stays.",
            "not_turned": "A flat array has one direction only: turning it changes nothing."})
    return (
        step("A network returns its predictions as a column, of shape 3×1; the targets lie in a flat array of three. "
            "NumPy takes a flat array as a row, and repeats rows and columns until they fit. What is the shape of "
            "$a − y$, and what stands in it?",
            eq("a", "=", column(a), APART, "y", "=", row(y), APART, words("shape"), "=", size),
            eq("a − y", "=", matrix(entries))),
        step("No error is reported. The cost is the mean of the squares. What was meant, and what comes out?",
            eq(words("meant:"), "≈", right, APART, words("comes out:"), "≈", wrong)),
        step("If every prediction were equal to its target, what would come out?", eq(words("comes out:"), "≈",
            perfect)),
        step("What mends it: y.reshape(-1, 1), y.reshape(1, -1), or y.T?", eq(mend)),
        say("When a cost does not go down although everything seems right, look at the shapes."),
    )


BACKWARD = ("inputs.T @ dvalues", "dvalues.T @ inputs", "dvalues @ inputs.T")


@page("What the message says", row="10.5")
def read_the_message(given, box):
    """Three messages of NumPy, and the shapes behind them."""
    m, n, k = (int(size) for size in given("sizes", [4, 3, 2], low=2, high=9, distinct=True))
    shape = lambda rows, columns: Shape((rows, columns))  # noqa: E731
    first = box(shape(n, k), "the shape that weights should have",
        "Which number must agree, and how many nodes are there?",
        how="A row for each input, a column for each node.",
        slips={"transposed": shape(k, n), "inner_for_outer": shape(n, n)})
    out = box(shape(m, first[1]), "the shape of the product", "Which two numbers are the outer ones?",
        how="A row for each example, a column for each node.",
        slips={"transposed": shape(k, m), "inner_for_outer": shape(n, n)})
    bias = box(shape(1, k), "the shape that biases should have",
        "One bias for each node: in which direction do the nodes lie?",
        how="One row, a column for each node.", slips={"transposed": shape(k, 1)})
    stored = box(shape(n, k), "the shape of the gradient", "A gradient has the shape of what?",
        how="The shape of the weights.", slips={"transposed": shape(k, n)})
    product = box(BACKWARD[0], "the product for the gradient", "Which of them has that shape?", options=BACKWARD,
        how="Inputs turned, n×m, times d-values, m×k.",
        slips={"transposed": BACKWARD[1], "wrong_one_turned": BACKWARD[2]})
    back = box(shape(m, n), "the shape of dvalues @ weights.T", "What do the d-values go back to?",
        how="A row for each example, a column for each "
        "input.", slips={"transposed": shape(n, m), "inner_for_outer": shape(k, k)})
    return (
        step(f"A batch of {m} examples in rows, {n} inputs, {k} nodes: inputs is ${m}×{n}$. The line inputs @ weights "
            f"stops with “{MATMUL.format(k, n)}”. Operand 1 is weights: its first number should have been the last of "
            "inputs. What shape should weights have, and what is then the shape of the product?",
            eq(words("weights:"), first, APART, words("product:"), out)),
        step("The next line adds biases to the product and stops with “" + BROADCAST.format(f"({m},{k}) ({k},1)")
            + "”. What shape should biases have?", eq(words("biases:"), bias)),
        step("On the way back, weights -= 0.1 * dweights stops with “" + BROADCAST.format(
            f"({n},{k}) ({k},{n}) ({n},{k})")
            + "”. The first shape is that of weights, the second that of dweights. What shape should dweights have, "
            "and which product has that shape?",
            eq(words("dweights:"), stored, APART, product)),
        step("What is the shape of the d-values that go on, dvalues @ weights.T?", eq(back)),
        say("Begin at the end of such a message, with the sizes that do not fit, and ask which of them is right."),
    )


MATMUL = (
    "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) "
    "(size {} is different from {})")
BROADCAST = "operands could not be broadcast together with shapes {}"


# -- 10.2 Mini-batches ------------------------------------------------------------------------------------------------


@page("Shuffle, then cut", row="10.2")
def shuffled_batches(given, box):
    """Ten examples in a drawn order, cut into batches of four; targets travel with their inputs."""
    order = np.array(given.choice("order", *ORDERS))
    y = given("y", [5, 2, 8, 1, 9, 4, 7, 3, 6, 12], low=1, high=20, distinct=True)
    size = 4
    second = box(order[4:8], "batch 2", "Where did the first batch end?", how="The next four of the order.",
        slips={"order_not_shuffled": np.arange(5, 9)})
    last = box(order[8:], "batch 3", "Which examples have not been used yet?", how="The two that are left.",
        slips={"order_not_shuffled": [9, 10]})
    targets = box(y[np.asarray(second, dtype=int) - 1], "targets of batch 2", "Which target belongs to which example?",
        how="The target of each example of the batch, in its order.", slips={"targets_not_shuffled": y[4:8]})
    below = box(len(last), "what the mean of batch 3 is divided by", "How many examples are in that batch?",
        how="The number of examples that are really in it.", slips={"rest_forgotten": size})
    days, batch, epochs = given.choice("days", 304, 365, 270, 220), 64, given("epochs", 60, low=10, high=90, step=10)
    full = box(days // batch, "full batches", "How often does 64 fit?", how="The whole part of the quotient.",
        slips={"rest_not_cut": days // batch + 1})
    rest = box(days - batch * full, "days in the last batch", "What do the full batches leave over?",
        how="All days minus those in full batches.", slips={"rest_forgotten": batch})
    steps = box((full + 1) * epochs, "steps", "How many batches are in an epoch, the short one included?",
        how="Batches of an epoch times epochs.",
        slips={"rest_forgotten": full * epochs, "one_epoch_alone": full + 1})
    return (
        step("Ten examples, shuffled into this order, are cut into batches of four. Write the numbers of the examples "
            "in the second and the third batch.",
            table([words("example"), *map(str, range(1, 11))], ("y", *y)),
            eq(words("order:"), row(order)),
            eq(words("batch 2:"), row(second), APART, words("batch 3:"), row(last))),
        step("Inputs and targets are shuffled together. Which targets go with the second batch, in its order? The "
            "gradient of the third batch is a sum divided by what?",
            eq(words("targets:"), row(targets), APART, words("divided by"), below)),
        step(f"Now {days} days in batches of 64, shuffled again before each of {epochs:g} epochs. (An epoch is one "
            "pass through all days; a batch makes one step.)",
            table(["", words("how many?")],
                (words("full batches"), full),
                (words("days in the last batch"), rest),
                (words("steps in all"), steps))),
    )


ORDERS = (
    (7, 2, 10, 5, 1, 9, 3, 8, 6, 4),
    (3, 8, 1, 10, 6, 2, 9, 4, 7, 5),
    (9, 4, 6, 1, 8, 10, 2, 5, 3, 7),
    (2, 7, 5, 9, 10, 3, 8, 1, 4, 6),
    (10, 5, 3, 7, 4, 1, 6, 9, 2, 8),
    (4, 1, 8, 6, 2, 7, 10, 3, 5, 9),
)


# -- 10.3 Optimizers --------------------------------------------------------------------------------------------------


def valley(given) -> tuple[np.ndarray, np.ndarray, float]:
    """A cost that is flat along one weight and steep along the other: its two curvatures, a start, a learning rate."""
    curve = np.array(given.choice("curve", (1, 8), (1, 7), (1, 9)), dtype=float)
    start = given("start", [5, 2], low=2, high=9, distinct=True)
    return curve, start, 0.2


def valley_formulas(curve: np.ndarray) -> tuple[str, str]:
    """The cost of the valley and its gradient, as we write them: w_1^2, not 1 w_1^2."""
    (c1, c2), w1, w2 = curve.tolist(), Name("w_1"), Name("w_2")
    return f"½({c1 * w1**2 + c2 * w2**2})", f"({c1 * w1}, {c2 * w2})"


WEIGHT_ALONE = {
    "parameter_for_gradient": "That is the weight alone. The gradient multiplies it by the factor of its direction."}
STEP_ALONE = {"change_not_value": "That is the length of the step. The box asks for the weight after it."}


@lru_cache(maxsize=8)
def way_down(curve: tuple[float, float], optimizer, start: tuple[float, float], steps: int) -> list[Point]:
    """The places on the way down a valley, the start included."""
    at: Sequence[float] = start
    places, state = [start], optimizer.start(start)
    for _ in range(steps):
        at, state = optimizer.step(at, [c * w for c, w in zip(curve, at, strict=True)], state)
        places.append((float(at[0]), float(at[1])))
    return places


@page("Plain steps in a valley", row="10.3")
def plain_steps(given, box):
    """Two plain steps: slow along the valley, to and fro across it."""
    curve, start, rate = valley(given)
    given.require(np.all(curve * start != rate * curve * start) and np.all(start != 2 * rate * curve * start))
    plain = GradientDescent(rate)
    g1 = box(curve * start, "∇C", "What does each entry multiply its weight by?",
        how="Each factor of the gradient times its weight.",
        slips={"parameter_for_gradient": start, "not_multiplied": curve}, words=WEIGHT_ALONE)
    w1 = box(plain.step([start], [g1])[0][0], "w after one step", "Against the gradient, and how far?",
        how="The weights minus η times the gradient.",
        slips={"uphill": start + rate * g1, "learning_rate_left_out": start - g1, "step_for_value": -rate * g1,
            "change_not_value": rate * g1},
        words={"learning_rate_left_out": "You took the whole gradient away. How much of it does η take?"} | STEP_ALONE)
    g2 = box(curve * w1, "∇C after one step", "Where do the weights stand now?",
        how="The same factors times the new weights.", slips={"last_step_repeated": g1, "parameter_for_gradient": w1},
        words=WEIGHT_ALONE)
    w2 = box(plain.step([w1], [g2])[0][0], "w after two steps", "Which gradient belongs to this step?",
        how="The weights minus η times the gradient there.",
        slips={"last_step_repeated": w1 - rate * g1, "uphill": w1 + rate * g2, "step_for_value": -rate * g2,
            "change_not_value": rate * g2, "began_at_the_start": start - rate * g2},
        words=STEP_ALONE)
    cost, gradient = valley_formulas(curve)
    return (
        step(f"The cost $C = {cost}$ is a valley: gentle along $w_1$, steep along $w_2$. Its gradient is $∇C = "
            f"{gradient}$. Take a step from the $w$ given, with $η = {rate:g}$.",
            eq(column(start, "w"), "−", f"{rate:g}", "·", column(g1, "∇C"), "=", column(w1, "new w"))),
        step("Take a second step, from where you are now.",
            eq("w", "−", f"{rate:g}", "·", column(g2, "∇C"), "=", column(w2, "new w"))),
        say("From another start, ten steps look like this. The curved lines join places of equal cost.",
            descent((curve[0], curve[1]), {"plain steps": (way_down(tuple(curve), plain, (9.0, 2.5), 10), "accent")},
                x=(-2, 10), y=(-3, 3), title="Ten plain steps: they leap from side to side of the valley while they "
                "creep along it")),
        say("The first weight creeps: each step takes a fifth of what is left. The second jumps over the bottom and "
            "back. A larger learning rate would make its jumps wilder; a smaller one would make the first weight "
            "slower still. One rate has to serve both."),
    )


NARROW = (1.0, 18.0)
TWO_WAYS: dict[str, Way] = {
    "plain, η = 0.1": (way_down(NARROW, GradientDescent(0.1), (9.0, 2.0), 12), "care"),
    "momentum, μ = 0.6": (way_down(NARROW, Momentum(0.1, 0.6), (9.0, 2.0), 12), "accent"),
}


@page("Steps with a memory", row="10.3")
def momentum_steps(given, box):
    """The same valley with a velocity: two steps."""
    curve, start, rate = valley(given)
    keep = given.choice("μ", 0.5, 0.9, 0.8)
    momentum = Momentum(rate, keep)
    first = curve * start
    v1 = box(first, "v", "What is left of a velocity of zero?", how="μ · 0 plus the gradient.",
        slips={"gradient_weighted": (1 - keep) * first, "learning_rate_left_in": rate * first})
    w1 = box(momentum.step([start], [v1], [np.zeros(2)])[0][0], "w after one step", "How far, and which way?",
        how="The weights minus η times the velocity.",
        slips={"uphill": start + rate * v1, "learning_rate_left_out": start - v1},
        words={"uphill": "You added the step. It is taken away.",
            "learning_rate_left_out": "You took the whole velocity away. How much of it does η take?"})
    g2 = box(curve * w1, "∇C after one step", "Where do the weights stand now?",
        how="The factors of the gradient times the new weights.", slips={"last_step_repeated": first})
    v2 = box(momentum.step([w1], [g2], [v1])[1][0], "v after two steps",
        "What is kept of the old velocity, and what is new?", how="μ times the old velocity plus the gradient.",
        slips={"velocity_forgotten": g2, "all_of_velocity_kept": v1 + g2,
            "gradient_weighted": keep * v1 + (1 - keep) * g2})
    w2 = box(w1 - rate * v2, "w after two steps", "Which velocity belongs to this step?",
        how="The weights minus η times the new velocity.",
        slips={"velocity_forgotten": w1 - rate * g2, "uphill": w1 + rate * v2, "old_velocity": w1 - rate * v1,
            "began_at_the_start": start - rate * v2},
        words={"velocity_forgotten": "That is a plain step. Momentum steps by the velocity.",
            "uphill": "You added the step. It is taken away."})
    return (
        step("Momentum keeps a velocity $v$, zero at first: $v ← μv + ∇C$, then $w ← w − ηv$. The valley again, $∇C = "
            f"{valley_formulas(curve)[1]}$, with $η = {rate:g}$ and $μ = {keep:g}$.",
            eq("v", "=", f"{keep:g}", "·", column([0, 0]), "+", "∇C", "=", column(v1)),
            eq(column(start, "w"), "−", f"{rate:g}", "·", "v", "=", column(w1, "new w"))),
        step("The second step remembers the first.",
            eq("∇C", "=", column(g2), words("at the new weights")),
            eq(f"{keep:g}", "·", "v", "+", "∇C", "=", column(v2, "new v")),
            eq("w", "−", f"{rate:g}", "·", "v", "=", column(w2, "new w"))),
        say("Along $w_1$ both gradients point the same way, and the second step is longer than a plain one. For $w_2$ "
            "they point opposite ways: the old velocity takes away from the new step, or even carries $w_2$ further "
            "out. Two steps are too few to see a gain. Here are twelve, in a narrower valley:",
            descent(NARROW, TWO_WAYS, x=(-2, 10), y=(-3, 3), title="Twelve plain steps are still on their way to and "
                "fro along the valley; twelve steps with momentum have swung to its lowest place")),
    )


UNITS = {0.75: 14.0, 0.6: 8.0}
"""μ → a gradient of which g/(1 − μ) and g/(1 + μ) are short numbers."""


@page("What a memory is good for", row="10.3")
def momentum_memory(given, box):
    """A steady gradient builds up speed, one that alternates cancels; both in the long run."""
    keep, unit = given.choice("μ", *UNITS), given("times", 2, low=1, high=6)
    g = UNITS[keep] * unit

    def velocities(slopes, name):
        """The velocities of a run, each computed from the one before as it was typed."""
        before, found = 0.0, []
        for slope in slopes:
            slips = {"gradient_weighted": keep * before + (1 - keep) * slope}
            if found:
                slips = {"velocity_forgotten": slope, "all_of_velocity_kept": before + slope,
                    **({"sign_lost": keep * before + abs(slope)} if slope < 0 else {})}
            found.append(box(keep * before + slope, name, "What is kept of the velocity before, and what comes new?",
                how="μ times the velocity before, plus the gradient with its sign.", slips=slips))
            before = found[-1]
        return found

    same, turning = velocities([g, g, g], "v, steady"), velocities([g, -g, g], "v, to and fro")
    long = box(g / (1 - keep), "v in the long run, steady", "If v no longer changes, what is v − μv?",
        how="v = μv + g, so v = g/(1 − μ).",
        slips={"velocity_forgotten": g, "multiplied_not_divided": g * (1 - keep), "not_taken_from_one": g / keep},
        words={"multiplied_not_divided": "You multiplied by 1 − μ. If (1 − μ)v is g, what is v?",
            "not_taken_from_one": "You divided by μ. If v − μv is g, what is v?"})
    across = box(g / (1 + keep), "size of v in the long run, to and fro",
        "If v only changes its sign, what is its size times 1 + μ?", how="−v = μv − g, so its size is g/(1 + μ).",
        slips={"velocity_forgotten": g, "sign_lost": g / (1 - keep)},
        words={"sign_lost": "That is where a steady gradient leads. Here v changes its sign each time."})
    faster = box(long / across, "how many times as fast", "One over the other?", how="The first over the second.",
        slips={"upside_down": across / long},
        words={"upside_down": "You have the ratio upside down. Which of the two is larger?"})
    return (
        step(f"One weight, $μ = {keep:g}$, a velocity of zero to begin with. The gradient is ${g:g}$ each time:",
            table([words("step"), "1", "2", "3"], (words("gradient"), g, g, g), ("v", *same))),
        step("Across a valley it changes its sign each time:",
            table([words("step"), "1", "2", "3"], (words("gradient"), g, -g, g), ("v", *turning))),
        step("After many more steps, where does $v$ settle in the first case? And which size does it settle to, apart "
            "from its sign, in the second? How many times as fast is it along the valley as across it?",
            eq(words("steady:"), long, APART, words("to and fro:"), across),
            eq(words("times as fast along as across:"), faster)),
    )


@page("Read a trace of momentum", row="10.3")
def momentum_backwards(given, box):
    """From weights and velocities back to the learning rate, the memory, and a lost gradient."""
    v, w = given("v", 10, low=2, high=20, step=2), given("w", 4, low=2, high=9)
    rate, keep = given.choice("η", 0.1, 0.2, 0.3), given.choice("μ", 0.9, 0.5, 0.8)
    g = given("g", [-3, 2], low=1, high=9, distinct=abs)
    v1 = keep * v + g[0]
    v2 = keep * v1 + g[1]
    given.require(min(abs(v1), abs(v2)) >= 1 and abs(v1) != abs(v) and v not in (1, w))
    lost_rate = box(rate, "η", "How far did w go, and with which velocity?",
        how="The way that w went, over the velocity.", slips={"upside_down": 1 / rate, "wrong_sign": -rate},
        words={"upside_down": "You have the ratio upside down: η times the velocity is how far w went."})
    lost_keep = box(keep, "μ", "What is left of the new velocity without the gradient?",
        how="New velocity minus gradient, over the old velocity.",
        slips={"upside_down": 1 / keep, "sign_lost": (v1 + g[0]) / v},
        words={"upside_down": "You have the ratio upside down: μ times the old velocity is what is left of it.",
            "sign_lost": "The new velocity is μv plus the gradient. How do you get back to μv?"})
    lost_g = box(v2 - lost_keep * v1, "∇C", "What did the gradient have to add?",
        how="New velocity minus μ times the old one.",
        slips={"velocity_forgotten": v2, "all_of_velocity_kept": v2 - v1, "subtracted_backwards": lost_keep * v1 - v2},
        words={"velocity_forgotten": "That is the new velocity. Which part of it came from the old one?"})
    end = box(w - rate * v - rate * v1 - lost_rate * v2, "w", "Which velocity belongs to the third step?",
        how="The weight before, minus η times the last velocity.",
        slips={"uphill": w - rate * (v + v1) + lost_rate * v2, "old_velocity": w - rate * (v + v1) - lost_rate * v1,
            "learning_rate_left_out": w - rate * (v + v1) - v2},
        words={"uphill": "You added the step. It is taken away.",
            "learning_rate_left_out": "You took the whole velocity away. How much of it does η take?"})
    w1, w2 = w - rate * v, w - rate * (v + v1)
    return (
        step("Somebody wrote down a run with momentum, $v ← μv + ∇C$, then $w ← w − ηv$, and spilled ink on it. Which "
            "learning rate was it, and which share of the velocity was kept?",
            table([words("step"), "∇C", "v", words("$w$ before"), words("$w$ after")],
                ("1", words("…"), v, w, w1),
                ("2", g[0], v1, w1, w2)),
            eq("η", "=", lost_rate, APART, "μ", "=", lost_keep)),
        step("The third line goes on with the same $η$ and $μ$. Find its gradient, and where the weight ends.",
            table([words("step"), "∇C", "v", words("$w$ before"), words("$w$ after")], ("3", lost_g, v2, w2, end))),
    )


@page("Too small at first", row="10.3")
def bias_correction(given, box):
    """A running mean that begins at zero is too small by 1 − βᵗ."""
    g, keep = given("g", 10, low=10, high=70, step=10), given.choice("β", 0.8, 0.9, 0.6)
    running, before = [], 0.0
    for t in (1, 2, 3):
        slips = {"gradient_not_weighted": keep * before + g, "weights_exchanged": (1 - keep) * before + keep * g}
        before = box(keep * before + (1 - keep) * g, "m",
            "How much of the old mean is kept, and how much of the gradient comes in?",
            how="β times the mean before, plus 1 − β times the gradient.",
            slips=slips if t == 1 else slips | {
                "only_one_term": (1 - keep) * g, "all_of_mean_kept": before + (1 - keep) * g})
        running.append(before)
    share = box([1 - keep**t for t in (1, 2, 3)], "1 − β^t", "What is β to this power? And what is left up to 1?",
        how="One minus β to the power of the step.",
        slips={"not_taken_from_one": [keep**t for t in (1, 2, 3)], "power_left_out": [np.nan, 1 - keep, 1 - keep]})
    means = np.array(running)
    right = box(means / share, "m̂", "Divide by what is too small about it.",
        how="The mean over 1 − β to the power t.",
        slips={"bias_correction_left_out": means,
            "multiplied_not_divided": means * np.asarray(share)},
        words={"multiplied_not_divided": "You multiplied, and it became smaller still. Divide."})
    beta = np.array([0.9, 0.99, 0.999])
    factor = box(1 / (1 - beta), "how many times too small", "After one step, which share of g is in the mean?",
        how="One over 1 − β.", slips={"upside_down": 1 - beta, "not_taken_from_one": 1 / beta},
        words={"upside_down": "That is the share of g that m holds. How many times does it go into the whole?",
            "not_taken_from_one": "You divided by β. Which share of g comes in?"})
    return (
        step(f"Adam keeps a running mean of the gradient, zero at first: $m ← βm + (1 − β)g$. The gradient is ${g:g}$ "
            f"each time, so its mean should be ${g:g}$ too. Here $β = {keep:g}$.",
            table([words("step $t$"), "1", "2", "3"],
                ("m", *running),
                ("1 − β^t", *share),
                ("m̂ = m/(1 − β^t)", *right))),
        step("The longer the memory, the further off it begins. How many times too small is $m$ after the first step?",
            table(["β", words("times too small")], *[(f"{b:g}", factor[i]) for i, b in enumerate(beta)])),
        say("The correction matters in the first steps. Then $β^t$ fades, and so does the correction."),
    )


B1, B2, TINY = 0.9, 0.99, 0.0  # β₂ is 0.999 in programs; 0.99 keeps the numbers short


@page("Adam’s first step", row="10.3")
def adam_first_step(given, box):
    """Two weights with gradients of very different sizes take steps of the same size."""
    g = np.array([given.choice("sign", 1, -1) * given("large", 4, low=3, high=9), given.choice("small", -0.5, 0.5)])
    w, rate = given("w", [2, 3], low=1, high=9, distinct=True), given.choice("η", 0.1, 0.2, 0.5)
    adam = Adam(rate, B1, B2, TINY)
    moved, state = adam.step([w], [g], adam.start([w]))
    m = box(state.mean[0], "m", "Which share of the gradient comes in?", how="1 − β₁ times the gradient.",
        slips={"gradient_not_weighted": g, "weights_exchanged": B1 * g})
    v = box(state.square[0], "v", "The square of what, and which share of it?",
        how="1 − β₂ times the square of the gradient.",
        slips={"not_squared": (1 - B2) * g, "gradient_not_weighted": g**2, "weights_exchanged": B2 * g**2,
            "other_share": (1 - B1) * g**2},
        words={"not_squared": "That is the share of the gradient itself. v is a mean of its square."})
    m_hat = box(m / (1 - B1), "m̂", "Divide by 1 − β₁.", how="m over 1 − β₁.",
        slips={"bias_correction_left_out": m, "multiplied_not_divided": m * (1 - B1)},
        words={"multiplied_not_divided": "You multiplied. Here the mean is too small: divide."})
    v_hat = box(v / (1 - B2), "v̂", "Divide by 1 − β₂.", how="v over 1 − β₂.",
        slips={"bias_correction_left_out": v, "multiplied_not_divided": v * (1 - B2)},
        words={"multiplied_not_divided": "You multiplied. Here the mean is too small: divide."})
    move = box(rate * m_hat / np.sqrt(v_hat), "the step", "What is the root of v̂?",
        how="η times m̂ over the root of v̂.",
        slips={"root_left_out": rate * m_hat / v_hat, "learning_rate_left_out": m_hat / np.sqrt(v_hat),
            "sign_lost": [np.nan if e > 0 else rate for e in g]})
    new = box(w - move, "new w", "Against the gradient, and how far?", how="The weight minus the step.",
        slips={"uphill": w + move, "step_for_value": -np.asarray(move)})
    given.require(np.allclose(moved[0], w - rate * np.sign(g)))
    return (
        step(f"Two weights, and a gradient that is much larger for one than for the other. Adam has $η = {rate:g}$, "
            f"$β_1 = {B1:g}$, $β_2 = {B2:g}$; $m$ and $v$ are zero at first. Squares, roots and quotients are taken "
            "entry by entry. First the running means.",
            eq("g = ∇C", "=", column(g)),
            eq("m = (1 − β_1) g", "=", column(m), APART, "v = (1 − β_2) g ⊙ g", "=", column(v))),
        step("Both began at zero. Divide by $1 − β_1$ and $1 − β_2$ to correct that.",
            eq("m̂", "=", column(m_hat), APART, "v̂", "=", column(v_hat))),
        step("Then step. (Programs add a tiny $ε$ to the root, so that nothing is divided by zero.)",
            eq("η", "·", frac("m̂", "√v̂"), "=", column(move)),
            eq(column(w, "w"), "−", words("step"), "=", column(new, "new w"))),
        say("Unless a gradient is zero, the first step is as long as the learning rate, however large or small the "
            "gradient is."),
    )


@page("Adam’s second step", row="10.3")
def adam_second_step(given, box):
    """One weight, two gradients: means carried on, corrections of the second step."""
    g = given("g", [4, 2], low=2, high=9, distinct=True)
    w, rate = given("w", 5, low=2, high=9), given.choice("η", 0.1, 0.2, 0.5)
    given.require(g[0] * g[1] > 0)
    first = ((1 - B1) * g[0], (1 - B2) * g[0] ** 2)
    mean, square = B1 * first[0] + (1 - B1) * g[1], B2 * first[1] + (1 - B2) * g[1] ** 2
    c1, c2 = 1 - B1**2, 1 - B2**2
    m = box(mean, "m", "What is kept of the old m, and which share of the gradient comes in?",
        how="β₁ times the old m plus 1 − β₁ times the gradient.", digits=4,
        slips={"only_one_term": (1 - B1) * g[1], "gradient_not_weighted": B1 * first[0] + g[1],
            "weights_exchanged": (1 - B1) * first[0] + B1 * g[1]})
    v = box(square, "v", "What is kept of the old v, and which share of the square comes in?",
        how="β₂ times the old v plus 1 − β₂ times the square.", digits=4,
        slips={"only_one_term": (1 - B2) * g[1] ** 2, "not_squared": B2 * first[1] + (1 - B2) * g[1],
            "gradient_not_weighted": B2 * first[1] + g[1] ** 2},
        words={"not_squared": "The new gradient comes in without its square. v is a mean of squares."})
    below = box([c1, c2], "1 − β^t", "It is the second step: to which power?", how="One minus the square of β.",
        digits=4, slips={"power_left_out": [1 - B1, 1 - B2], "not_taken_from_one": [B1**2, B2**2]})
    m_hat = box(m / below[0], "m̂", "Over which correction?", how="m over 1 − β₁².", digits=4,
        slips={"bias_correction_left_out": m, "power_left_out": m / (1 - B1)})
    v_hat = box(v / below[1], "v̂", "Over which correction?", how="v over 1 − β₂².", digits=4,
        slips={"bias_correction_left_out": v, "power_left_out": v / (1 - B2)})
    given.require(g[0] > 0)
    ratio = m_hat / np.sqrt(v_hat)
    move = box(rate * m_hat / np.sqrt(v_hat), "the step", "What is below the bar?", digits=4,
        how="η times m̂ over the root of v̂.",
        slips={"root_left_out": rate * m_hat / v_hat, "learning_rate_left_out": ratio,
            "bias_correction_left_out": rate * m / np.sqrt(v)})
    new = box(w - move, "new w", "Against the gradient, and how far?", how="The weight minus the step.", digits=4,
        slips={"uphill": w + move, "step_for_value": -move})
    return (
        step(f"One weight, $w = {w:g}$, after Adam’s first step; $β_1 = {B1:g}$, $β_2 = {B2:g}$, $η = {rate:g}$. The "
            f"first gradient was ${g[0]:g}$ and left $m = {first[0]:g}$, $v = {first[1]:g}$. Now the gradient is "
            f"${g[1]:g}$. Give 4 digits throughout; fewer where the decimals end.",
            aligned(("m ← β_1 m + (1 − β_1) g", "≈", m), ("v ← β_2 v + (1 − β_2) g^2", "≈", v))),
        step("The corrections of the second step, and the corrected means.",
            eq("1 − β_1^2", "≈", below[0], APART, "1 − β_2^2", "≈", below[1]),
            eq("m̂", "≈", m_hat, APART, "v̂", "≈", v_hat)),
        step("The step, and where it leads.",
            eq("η", "·", frac("m̂", "√v̂"), "≈", move, APART, words("new $w$"), "≈", new)),
    )


RUNS = ("plain", "momentum", "Adam")


# From one start: the curvatures and the rate of a valley, the share of momentum, and the rate of Adam.
STARTS = ((4, -2), (5, -2), (6, -2), (3, -2))


@page("Three ways down, with your own steps", row="10.3")
def three_ways_down(given, box):
    """Two plain steps, two with momentum and two of Adam from one start, drawn where the student's numbers put them."""
    start, rate = np.array(given.choice("start", *STARTS), dtype=float), 0.2
    curve = np.array(given.choice("curve", (1, 8), (1, 7), (1, 9)), dtype=float)
    keep, own = given.choice("μ", 0.5, 0.75, 0.25), given.choice("η of Adam", 0.8, 0.5, 1.2)
    g = curve * start
    plain, momentum = GradientDescent(rate), Momentum(rate, keep)
    again = "The weights minus η times the gradient there."
    w1 = box(plain.step([start], [g])[0][0], "w, plain, 1 step", "Against the gradient, and how far?",
        how="The weights minus η times the gradient.",
        slips={"uphill": start + rate * g, "learning_rate_left_out": start - g, "step_for_value": -rate * g,
            "change_not_value": rate * g},
        words={"learning_rate_left_out": "You took the whole gradient away. How much of it does η take?"} | STEP_ALONE)
    g2 = curve * w1
    w2 = box(plain.step([w1], [g2])[0][0], "w, plain, 2 steps", "What is the gradient where the weights stand now?",
        how=again, slips={"last_step_repeated": w1 - rate * g, "began_at_the_start": start - rate * g2,
            "uphill": w1 + rate * g2, "step_for_value": -rate * g2})
    velocity = momentum.step([w1], [g2], [g])[1][0]
    ball = box(w1 - rate * velocity, "w, momentum, 2 steps", "Which share of the first gradient comes along?",
        how="The weights minus η(μ · the first gradient + the second one).",
        slips={"velocity_forgotten": w2, "all_of_velocity_kept": w1 - rate * (g + g2), "old_velocity": w1 - rate * g,
            "gradient_weighted": w1 - rate * (keep * g + (1 - keep) * g2),
            "began_at_the_start": start - rate * velocity},
        words={"velocity_forgotten": "That is the plain step. Momentum steps by the velocity."})
    scaled = own * np.sign(g)
    a1 = box(start - scaled, "w, Adam, 1 step", "How long is Adam’s first step, whatever the gradient?",
        how="In each direction as long as η, against the sign of the gradient.",
        slips={"uphill": start + scaled, "step_for_value": -scaled, "not_normalised": start - own * g,
            "other_learning_rate": start - rate * np.sign(g)},
        words={"not_normalised": "You multiplied by the gradient. Adam has divided by its size: m̂ over the root of v̂."})
    h = curve * a1
    ratio = ((B1 * g + h) / (1 + B1)) / np.sqrt((B2 * g**2 + h**2) / (1 + B2))
    move = box(own * ratio, "Adam’s second step", "What are g and h here, and what is below the bar?", digits=3,
        how="η times m̂ over the root of v̂, entry by entry.",
        slips={"root_left_out": own * ratio / np.sqrt((B2 * g**2 + h**2) / (1 + B2)), "learning_rate_left_out": ratio,
            "last_step_repeated": scaled, "sign_lost": np.where(ratio < 0, -own * ratio, np.nan),
            "not_squared": own * ((B1 * g + h) / (1 + B1)) / np.sqrt(np.abs(B2 * g + h) / (1 + B2))},
        words={"last_step_repeated": "That is the first step again. The second takes both gradients, g and h.",
            "not_squared": "The squares are missing below the bar."})
    a2 = box(a1 - move, "w, Adam, 2 steps", "Against the gradient, and from where?", digits=3,
        how="The weights minus the step.",
        slips={"uphill": a1 + move, "began_at_the_start": start - move, "last_step_repeated": a1 - scaled})
    costs = [float(np.sum(curve * np.asarray(end) ** 2)) / 2 for end in (w2, ball, a2)]
    lowest, ranked = RUNS[int(np.argmin(costs))], sorted(costs)
    given.require(ranked[1] - ranked[0] >= 1, "one of the three is clearly lower")
    given.require(np.all(np.abs(a1) >= 0.3) and np.all(np.abs(a1 - own * ratio) >= 0.1))
    best = box(lowest, "the lowest", "Between which level lines does each of them lie? Where that is hard to see, "
        "compute C.", options=RUNS, how="The one with the smallest C.",
        slips={"largest_for_smallest": RUNS[int(np.argmax(costs))],
            "one_direction_alone": RUNS[int(np.argmin([abs(float(end[0])) for end in (w2, ball, a2)]))]},
        words={"largest_for_smallest": "That one is highest up.",
            "one_direction_alone": "That one has come furthest along w_1. How high is it on the side of the valley?"})
    cost, gradient = valley_formulas(curve)
    ways: dict[str, Way] = {
        "plain": ((start, w1, w2), "care"), "momentum": ((start, w1, ball), "accent"), "Adam": ((start, a1, a2), "ok")}
    return (
        step(f"The valley $C = {cost}$ again, $∇C = {gradient}$. Three ways lead down from $w = ({start[0]:g}, "
            f"{start[1]:g})$, where $g = ∇C = ({g[0]:g}, {g[1]:g})$. Each point appears in the drawing when you have "
            "found it; on paper, draw it yourself.",
            descent((curve[0], curve[1]), ways, x=(-2, 8), y=(-3, 3), title="The valley from above, its level lines, "
                "the start of all three ways, and each step that you have found")),
        step(f"Plain steps with $η = {rate:g}$.",
            eq(words("after 1 step:"), column(w1), APART, words("after 2:"), column(w2))),
        step(f"Momentum with the same $η$ and $μ = {keep:g}$: $v ← μv + ∇C$, then $w ← w − ηv$. At first $v = 0$, so "
            "its first step is the plain one. Its velocity is then $g$. Where does the second step lead?",
            eq(words("after 2 steps:"), column(ball))),
        step(f"Adam with $η = {own:g}$. Where does its first step lead?",
            eq(words("after 1 step:"), column(a1))),
        step("Call the gradient there $h$. Entry by entry, the corrected means are $m̂ = (0.9g + h)/1.9$ and "
            "$v̂ = (0.99g^2 + h^2)/1.99$.",
            eq("η", "·", frac("m̂", "√v̂"), "≈", column(move), APART, words("after 2 steps:"), "≈", column(a2))),
        step("Look at the three last points. At which of them is $C$ smallest: plain, momentum or Adam?", eq(best)),
        say("Adam goes down the side of the valley as fast as along it, because it divides each direction by its own "
            "size; its learning rate says how fast. The other two swing from side to side. Along the valley momentum "
            "gathers speed, which two steps only begin to show."),
    )


ORDERS_OF_RUNS = ((1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2))


@page("Read three traces", row=("10.3", "10.7"))
def read_traces(given, box):
    """Which optimizer made these steps, with which rate; and when to stop."""
    g = given("g", [4, 3, -6], low=2, high=9, distinct=abs)
    rate, keep, own = given.choice("η", 0.1, 0.2, 0.5), given.choice("μ", 0.5, 0.8, 0.9), given.choice("η'", 0.3, 0.05,
        0.4)
    order = given.choice("order", *ORDERS_OF_RUNS)
    given.require(abs(keep * g[0] + g[1]) >= 1)
    made = [steps_of(optimizer, g) for optimizer in (GradientDescent(rate), Momentum(rate, keep), Adam(own, B1, B2,
        TINY))]
    traces = [made[i] for i in order]
    kinds = box([RUNS[i] for i in order], "the optimizer",
        "Are the steps in the ratio of the gradients? As long as a rate? Or is something of the step before in "
        "them?", options=RUNS,
        how="Plain steps go with the gradient, Adam’s first is as long as its rate, momentum begins plainly and "
        "remembers.",
        slips={"plain_for_momentum": [{"plain": "momentum", "momentum": "plain"}.get(RUNS[i], np.nan) for i in order]},
        words={"plain_for_momentum": "The first steps of both are alike. Look at the second."})
    eta = box(rate, "η of the plain run", "Which share of the gradient is the step?",
        how="The step over the gradient, sign aside.",
        slips={"upside_down": 1 / rate, "multiplied_not_divided": rate * g[0] ** 2},
        words={"upside_down": "You have it upside down: which share of the gradient is the step?",
            "multiplied_not_divided": "You multiplied. Which number times the gradient gives the step?"})
    velocity = box(keep * g[0] + g[1], "v at the second step", "The step is −η times which velocity?",
        how="The second step of momentum over −η.", slips={"velocity_forgotten": g[1],
        "wrong_sign": -(keep * g[0] + g[1]),
        "step_for_value": -rate * (keep * g[0] + g[1])},
        words={"step_for_value": "That is the step. It is −η times the velocity."})
    mu = box((velocity - g[1]) / g[0], "μ",
        "v = μ · the old velocity + the gradient. What is left of it without the gradient?",
        how="The velocity less the gradient, over the first gradient.",
        slips={"velocity_forgotten": velocity / g[0], "upside_down": g[0] / (velocity - g[1])},
        words={"velocity_forgotten": "Take the new gradient out of the velocity first."})
    first = box(own, "η of Adam", "How long is Adam’s first step, whatever the gradient?",
        how="As long as its learning rate.",
        slips={"upside_down": own / abs(g[0])}, words={"upside_down": "You divided by the gradient. Adam has done so "
        "already."})
    later = given("later", [9, 7, 5, 4, 6, 7, 8], low=3, high=9)
    wait, best = given.choice("wait", 2, 3), int(np.argmin(later)) + 1
    given.require(2 <= best <= 7 - wait and np.sum(later == np.min(later)) == 1 and waited_through(later, best, wait))
    keeps = box(best, "the weights to keep", "After which epoch is the error on later days smallest?",
        how="The epoch with the smallest error.", slips={"largest_for_smallest": int(np.argmax(later)) + 1,
            "misses_for_hits": len(later)}, words={"misses_for_hits": "That is the last one. By then the error has "
            "grown again."})
    stop = box(keeps + wait, "the epoch after which to stop", "How many epochs are waited for something better?",
        how="The best epoch and the epochs waited.", slips={"not_scaled": wait},
        words={"not_scaled": "That is how long is waited. From which epoch on?"})
    return (
        step("One weight, three runs, the same three gradients. One run is plain, one has momentum, one is Adam. Each "
            "row shows the steps $Δw$. Which is which?",
            table(["", "1", "2", "3", words("optimizer")], ("∇C", *g, ""),
                *[(words(name), *(f"{d:.4g}".replace("-", "−") for d in trace), kinds[i])
                    for i, (name, trace) in enumerate(zip("ABC", traces, strict=True))])),
        step("What is the learning rate of the plain run? The one with momentum has the same, and its steps are "
            "$Δw = −η v$. What is $v$ in its second step, and so its $μ$? And what is the learning rate of Adam?",
            eq(words("plain:"), "η", "=", eta, APART, words("momentum:"), "v_2", "=", velocity, APART, "μ", "=", mu),
            eq(words("Adam:"), "η", "=", first)),
        step("Another run. The cost of the training days falls all the time; this is the error on later days. Training "
            f"stops when {wait} epochs in a row have brought nothing better. The weights of which epoch are kept, and "
            "after which does training stop?",
            table([words("epoch"), *map(str, range(1, 8))], (words("error"), *later)),
            eq(words("keeps those of"), keeps, APART, words("stops after"), stop)),
    )


def waited_through(errors, best: int, wait: int) -> bool:
    """Whether a training that waits so many epochs for something better gets as far as the best one."""
    return all(np.min(errors[k : k + wait]) < np.min(errors[:k]) for k in range(1, best))


def steps_of(optimizer, gradients) -> list[float]:
    """The steps Δw of one weight at these gradients, one after the other."""
    at, state, found = np.zeros(1), optimizer.start([np.zeros(1)]), []
    for g in gradients:
        (new,), state = optimizer.step([at], [np.array([g])], state)
        found.append(float((new - at)[0]))
        at = new
    return found


@page("Find the bug: a step of Adam", row=("10.3", "10.5"))
def find_the_bug(given, box):
    """Adam’s second step, worked out with one slip in it."""
    old = given("g", 4, low=2, high=9), given("g'", 3, low=2, high=9)
    w, rate = given("w", 5, low=2, high=9), given.choice("η", 0.1, 0.2, 0.5)
    given.require(old[0] != old[1])
    g, m, v = old[1], (1 - B1) * old[0], (1 - B2) * old[0] ** 2
    lines = (
        Line("new m", "β_1 m + (1 − β_1) g", lambda c: B1 * m + (1 - B1) * g),
        Line("new v", "β_2 v + (1 − β_2) g^2", lambda c: B2 * v + (1 - B2) * g**2),
        Line("m̂", "m/(1 − β_1^2)", lambda c: c["new m"] / (1 - B1**2)),
        Line("v̂", "v/(1 − β_2^2)", lambda c: c["new v"] / (1 - B2**2)),
        Line("step", "η m̂/√v̂", lambda c: rate * c["m̂"] / np.sqrt(c["v̂"])),
        Line("new w", "w − step", lambda c: w - c["step"]),
    )
    faults = (
        Fault("v̂", "a correction left out", lambda c: c["new v"], "Line 4 is not divided by anything."),
        Fault("new m", "a share left out", lambda c: B1 * m + g, "Line 1 takes the gradient in whole."),
        Fault("new v", "a square left out", lambda c: B2 * v + (1 - B2) * g,
        "Line 2 takes the gradient in without its square."),
        Fault("m̂", "the power of another step", lambda c: c["new m"] / (1 - B1),
        "Line 3 corrects as in the first step."),
        Fault("step", "a root left out", lambda c: rate * c["m̂"] / c["v̂"], "Line 5 divides by v̂, not by its root."),
    )
    work = Worked(lines, faults, given.choice("fault", *range(len(faults))), digits=4)
    return (
        step(f"Adam’s second step for one weight, $w = {w:g}$, with $β_1 = {B1:g}$, $β_2 = {B2:g}$, $η = {rate:g}$. "
            f"The first "
            f"gradient, ${old[0]:g}$, has left $m = {m:g}$ and $v = {v:g}$. Now $g = {g:g}$. Somebody has made one "
            "slip, then carried on with what they had.",
            *work.shown()),
        *work.steps(given, box),
    )


@page("The same cost in other units", row="10.3")
def other_units(given, box):
    """A cost measured in smaller units has a larger gradient: who notices?"""
    factor = given.choice("factor", 100, 1000, 60, 24)
    rate, g = given.choice("η", 0.1, 0.2), given("g", 3, low=2, high=9)
    given.require(g != factor)
    grown = box(factor * g, "the gradient", "If C grows by a factor, what does its slope do?",
        how="The gradient grows by the same factor.", slips={"old_value": g},
        words={"old_value": "That is the gradient from before. The cost is steeper now."})
    moves = box([rate * g, rate * grown], "the plain step", "The learning rate times what?",
        how="η times the gradient.", slips={"learning_rate_left_out": [g, grown]})
    velocity = box(factor, "momentum, by a factor", "The velocity is a sum of gradients: what happens to a sum?",
        how="Every term grows by the factor, and so does the sum.", slips={"not_scaled": 1})
    mean = box(factor, "m̂, by a factor", "What happens to a mean of gradients?", how="It grows by the factor.",
        slips={"not_scaled": 1})
    square = box(factor**2, "v̂, by a factor", "What happens to a mean of squares?",
        how="It grows by the square of the factor.", slips={"not_squared": factor},
        words={"not_squared": "The gradients grow so much. By how much do their squares grow?"})
    root = box(np.sqrt(square), "the root of v̂, by a factor", "And to its root?", how="The root of that square.",
        slips={"root_left_out": square})
    adam = box(mean / root, "Adam’s step, by a factor", "Both parts of the ratio grow. What does the ratio do?",
        how="Both grow alike, so the step stays.", slips={"not_normalised_step": mean})
    return (
        step(f"A cost is measured in units {factor} times as small, so its numbers are {factor} times as large. The "
            f"gradient with respect to a weight was ${g:g}$; what is it now? And how long is the plain step $η$ · "
            f"gradient with $η = {rate:g}$, before and now?",
            eq(words("gradient now:"), grown, APART, words("step before:"), moves[0], APART, words("step now:"),
                moves[1])),
        step("By which factor do these grow?",
            table(["", words("grows by the factor")],
                (words("a step with momentum"), velocity),
                ("m̂", mean),
                ("v̂", square),
                ("√v̂", root),
                (words("a step of Adam"), adam))),
        say("For plain steps and for momentum the learning rate has to be found anew. Adam’s steps stay as they were."),
    )


# -- 10.4 Real data ---------------------------------------------------------------------------------------------------


@page("A day as a row of numbers", row="10.4")
def day_as_row(given, box):
    """Words become yes-or-no columns: written, and read back; then count columns and parameters."""
    season = given.choice("season", "autumn", "spring", "winter", "summer")
    weather = given.choice("weather", WEATHER[1], WEATHER[0], WEATHER[2])
    kind = given.choice("day", *KINDS)
    seasons, sky = list(SEASONS.values()), [name.split("/")[0] for name in WEATHER]
    two = np.array([float(name == weather) for name in WEATHER])
    days = np.array([float(kind == "holiday"), float(kind == "Tuesday")])
    first = box(season, "the season", "Which column holds the 1?", options=seasons, how="The column that holds a 1.",
        slips={"other_column": seasons[seasons.index(season) - 1]},
        words={"other_column": "That column holds a 0."})
    second = box(two, "weather", "Is this its column?", how="1 in the column of its weather, 0 elsewhere.",
        slips={"number_for_vector": [WEATHER.index(weather) + 1 if yes and not two[0] else np.nan for yes in two],
            "other_column": two[::-1] if two[1] == 0 else np.roll(two, 1)},
        words={"number_for_vector": "You wrote the number of the column. 1 says yes, 0 says no.",
            "other_column": "Which weather does this column stand for?"})
    third = box(days, "kind of day", "Is it a holiday? Is it a working day?", how="1 for yes, 0 for no.",
        slips={"other_column": 1 - days},
        words={"other_column": "1 says yes, 0 says no. What is asked in this column?"})
    measured = given("measured", 4, low=2, high=6)
    hidden = given.choice("hidden", HIDDEN, 16, 24, 40)
    columns = box(len(seasons) + len(WEATHER) + 2 + measured, "columns",
        "One for each season, each weather, and what else?",
        how="4 for the season, 3 for the weather, 2 for the kind of day, and the measurements.",
        slips={"measured_left_out": 9, "words_counted_once": 4 + measured})
    inner = box(columns * hidden + hidden, "parameters of the hidden layer", "Weights, and what else?",
        how="A weight for each column and node, and a bias for each node.",
        slips={"bias_left_out": columns * hidden, "bias_per_input": columns * hidden + columns},
        words={"bias_left_out": "Those are the weights alone. The biases are parameters too."})
    outer = box(hidden + 1, "parameters of the last layer", "How many weights lead to one output, and how many biases?",
        how="A weight for each hidden node, and one bias.", slips={"bias_left_out": hidden},
        words={"bias_left_out": "Those are the weights alone. The biases are parameters too."})
    total = box(inner + outer, "parameters", "Both layers together?", how="The sum.", slips={"only_one_term": inner},
        words={"only_one_term": "That is the hidden layer alone. The last one counts too."})
    return (
        step("A network takes numbers, not words. So each season, and each weather, gets a column of its own: 1 for "
            "yes, 0 for no. In which season was this day: " + ", ".join(seasons) + "?",
            table(headings(seasons), tuple(float(name == season) for name in seasons)),
            eq(words("season:"), first)),
        step(f"The weather was {words_of(weather)}. Fill in its columns.", table(headings(sky), tuple(second))),
        step(f"It was {KINDS[kind]}. A working day is a day from Monday to Friday that is not a holiday.",
            table([words("holiday"), words("working day")], tuple(third))),
        step(f"With {measured:g} measurements besides (temperature and the like), how many columns does a day have in "
            f"all? And how many parameters does a network have with one hidden layer of {hidden} nodes and one output?",
            table(["", words("how many?")],
                (words("columns"), columns),
                (words("parameters of the hidden layer"), inner),
                (words("parameters of the last layer"), outer),
                (words("parameters in all"), total))),
    )


KINDS = {
    "Sunday": "a Sunday, and not a holiday", "Tuesday": "a Tuesday, and not a holiday",
    "holiday": "a holiday on a Monday"}


def words_of(weather: str) -> str:
    """The weather in a sentence."""
    return {WEATHER[0]: "clear", WEATHER[1]: "cloudy", WEATHER[2]: "bad, with light rain"}[weather]


def headings(names: list[str]) -> list[Node]:
    """Headings of a table in plain words."""
    return [words(name) for name in names]


@page("To the same scale", row="10.4")
def same_scale(given, box):
    """Mean and standard deviation of the training days; a later day is measured with the same ones."""
    spread, middle = given.choice("spread", 2, 3, 1, 4), given("middle", 14, low=13, high=24)
    pattern = np.array(given.choice("pattern", (-3, 0, 1, 3, -1), (1, -3, 0, -1, 3), (3, -1, -3, 0, 1)), dtype=float)
    x, later = middle + spread * pattern, middle + spread * 2 * given.choice("later", 4, 3, -4, -3)
    mean = box(np.mean(x), "the mean", "The sum over how many days?", how="The sum of the five over five.",
        slips={"held_back_peeked": (np.sum(x) + later) / 6, "summed_not_averaged": np.sum(x)},
        words={"summed_not_averaged": "That is the sum. Divide it by the number of days."})
    off = box(x - mean, "x − mean", "Is it below the mean or above it?", how="The temperature minus the mean.",
        slips={"subtracted_backwards": mean - x})
    variance = box(np.mean(off**2), "the variance", "The mean of which squares?",
        how="The mean of the squares of x − mean.",
        slips={"summed_not_averaged": np.sum(off**2), "not_squared": np.mean(np.abs(off)),
            "deviation_of_a_sample": np.sum(off**2) / 4},
        words={"summed_not_averaged": "That is the sum of the squares. The variance is their mean.",
            "not_squared": "You took the mean of the sizes. Square them first.",
            "deviation_of_a_sample": "You divided by one less than the number of days. Here a mean is a mean: divide "
            "by their number."})
    deviation = box(np.sqrt(variance), "s", "How does one get back from squares?", how="The root of the variance.",
        slips={"root_left_out": variance})
    scaled = box(off / deviation, "z", "How many standard deviations above or below the mean?",
        how="x − mean, over s.",
        slips={"mean_not_taken_away": x / deviation, "root_left_out": off / variance},
        words={"root_left_out": "You divided by the variance. s is its root."})
    held = box((later - mean) / deviation, "z of the later day",
        "Whose mean and s? The training days’ or its own?", how="With the mean and s of the training days.",
        slips={"mean_not_taken_away": later / deviation, "held_back_peeked": 0,
            "subtracted_backwards": (mean - later) / deviation},
        words={"held_back_peeked": "That is its distance from itself. Use the mean of the training days."})
    return (
        step("Temperatures of five training days. What is their mean?",
            eq("x", "=", row(x)), eq(words("mean:"), mean)),
        step("How far is each from the mean, with its sign? The **variance** is the mean of the squares of these; its "
            "root is the **standard deviation** $s$.",
            table(["x", *x], ["x − mean", *off]),
            eq(words("variance:"), variance, APART, "s", "=", deviation)),
        step("Bring each to the same scale: $z = (x − mean)/s$.", eq("z", "=", row(scaled))),
        step(f"On a later day, held back until now, it is {later:g} degrees. A network that was trained on $z$ must be "
            "given $z$ of the same scale.",
            eq("z", "=", held)),
        say("Nobody knows the mean and $s$ of later days when the network is trained. Using them would be peeking."),
    )


@page("Better than a lazy guess?", row="10.4")
def lazy_guesses(given, box):
    """Errors of saying the mean, of saying yesterday's value, and of a model, on later days."""
    early = 100 * given("early", [20, 32, 26, 30], low=18, high=40)
    later = 100 * given("later", [25, 33, 31, 36], low=18, high=42)
    model = later + 100 * given("off", [2, -1, 3, 2], low=1, high=4)
    before = np.array([early[-1], *later[:-1]])
    guesses = [np.full(4, np.mean(early)), before, model]
    given.distinct(early, later)
    for guess in guesses:
        given.require(np.all(np.abs(guess - later) >= 50))
        given.require(abs(np.sum(guess - later)) != np.sum(np.abs(guess - later)))
    averages = [np.mean(np.abs(guess - later)) for guess in guesses]
    given.distinct(averages)
    same = box(np.mean(early), "the mean", "The mean of which days?", how="The mean of the four training days.",
        slips={"held_back_peeked": np.mean([*early, *later]), "summed_not_averaged": np.sum(early)},
        words={"summed_not_averaged": "That is the sum. Divide it by the number of days."})
    yesterday = box(before, "yesterday's rentals", "What was rented the day before?", only=[0, 1],
        how="The day before each; the last training day before the first.", slips={"same_day_for_yesterday": later})
    rows, errors = [], []
    for name, guess in zip(("the mean", "yesterday", "the model"), (same, yesterday, model), strict=True):
        off = np.abs(guess - later)
        if guess is not model:
            off = box(off, f"how far off, {name}", "How many rentals lie between guess and day?",
                how="The distance between guess and rentals.",
                slips={"sign_kept": -off})
        errors.append(box(np.mean(off), f"the mean absolute error, {name}", "The mean of which four?",
            how="The mean of the four distances.",
            slips={"summed_not_averaged": np.sum(off), "signs_cancelled": np.mean(guess - later)},
            words={"summed_not_averaged": "That is the sum of the four. Take their mean."}))
        rows.append((words(name.removeprefix("the ")), *off, errors[-1]))
    choices = ("the mean", "yesterday", "the model")
    best = box(choices[int(np.argmin(errors))], "the best guess", "Which error is smallest?", options=choices,
        how="The one with the smallest error.",
        slips={"largest_for_smallest": choices[int(np.argmax(errors))]})
    return (
        step(f"Four training days, one after the other, had {', '.join(f'{n:g}' for n in early)} rentals; the four "
            "later days come straight after. Two guesses need no network: say the mean of the training days every "
            "day, or say what was rented the day before.",
            eq(words("mean:"), same),
            table([words("later day"), "1", "2", "3", "4"],
                (words("rentals"), *later),
                (words("yesterday"), *yesterday),
                (words("model"), *model))),
        step("How far off is each guess on each day? The mean of these distances is its mean absolute error.",
            table([words("off by"), "1", "2", "3", "4", words("error")], *rows)),
        step("Which guess is best here: the mean, yesterday, or the model?", eq(best)),
        say("A model is worth its trouble only if its error is smaller than that of both lazy guesses."),
    )


# -- 10.6 First weights ------------------------------------------------------------------------------------------------


@page("Weights that begin alike", row="10.6")
def begin_alike(given, box):
    """Two hidden nodes with equal weights get equal gradients and stay one node; zeros do not move at all."""
    x, w, v = given("x", [3, 1], low=1, high=4, distinct=True), given("w", 1, low=1, high=3), given("v", 2, low=2,
        high=4)
    y, rate, nodes = given("y", 10, low=2, high=15), 0.1, given("nodes", 32, low=8, high=64)
    total = w * np.sum(x)
    given.require(abs(2 * v * total - y) >= 2 and v not in x and 2 * v * total - y not in (1, v))
    u = box(total, "u", "Which two products does each hidden node add?", how="The weight times both inputs, added.",
        slips={"only_one_term": w * x[0]})
    a = box(2 * v * u, "a", "How many hidden nodes are there, and by what is each multiplied?",
        how="Both hidden values times their weight, added.", slips={"path_left_out": v * u},
        words={"path_left_out": "That comes through one of the nodes. There are two."})
    e = box(a - y, "e", "Which comes first, prediction or target?", how="Prediction minus target.",
        slips={"target_minus_prediction": y - a})
    grad = box(e * v * x, "∂C/∂w of the first node", "Which way leads from this weight to the cost?",
        how="The error times the weight behind the node times the input.",
        slips={"chain_factor_left_out": e * x, "input_left_out": np.full(2, 1.0) * e * v})
    other = box(ALIKE[0], "the gradients of the second node", "What is different on the way through the second node?",
        options=ALIKE, how="Everything on the way is the same, so the gradients are.")
    new = box(w - rate * grad, "new w of the first node", "Against the gradient, and how far?",
        how="The weight minus the rate times the gradient.",
        slips={"uphill": w + rate * grad, "step_for_value": -rate * grad, "learning_rate_left_out": w - grad})
    kinds = box(1, "different nodes", "If all begin alike and all get the same gradients, how many ever differ?",
        how="They stay alike, so they are one.", slips={"not_scaled": nodes},
        words={"not_scaled": "That is how many there are. How many of them differ?"})
    dead = box(0, "∂C/∂w with zeros", "Which factor on the way is 0?",
        how="The weight behind the node is 0, so the product is.",
        slips={"path_left_out": -y * x[0]}, words={"path_left_out": "The way leads through a weight that is 0."})
    return (
        step(f"Two inputs $x = ({x[0]:g}, {x[1]:g})$, two hidden nodes without activation, one output. Every weight of "
            f"the first layer is ${w:g}$, both of the second are ${v:g}$, there are no biases, $y = {y:g}$ and $C = "
            "½(a − y)^2$. Forward:",
            eq(words("each"), "u", "=", u, APART, "a", "=", a, APART, "e = a − y", "=", e)),
        step("Go back. What are the slopes for the two weights of the first hidden node? And those of the second: the "
            "same, the opposite, or other ones?",
            eq(by("w"), "=", row(grad), APART, words("the second:"), other)),
        step(f"Take a step with $η = {rate:g}$. What are the weights of the first node now?", eq(row(new))),
        step(f"A layer has {nodes:g} nodes, and all its weights begin alike, as do those behind it. How many different "
            "nodes does it have after a thousand steps?", eq(kinds)),
        step("And if all weights of both layers begin at 0: what is $∂C/∂w$ in the first layer?", eq(by("w"), "=",
            dead)),
        say("So weights begin at random, each with its own number. Biases may begin at 0."),
    )


ALIKE = ("the same", "the opposite", "other ones")


@page("How large to begin?", row="10.6")
def how_large(given, box):
    """The variance of a sum of n products, through layers; 1/√n, 2/n behind ReLU, and the sizes for the rentals."""
    n, s = given.choice("n", 100, 25, 400, 64, 16), given.choice("s", 0.02, 0.03, 0.05)
    depth, hidden = given("layers", 3, low=3, high=4), given.choice("hidden", HIDDEN, 18, 50)
    root = np.sqrt(n)
    given.require(0.1 <= s * root < 1)
    big = box(n, "the variance with s = 1", "Each product has the variance 1 · 1. How many are added?",
        how="n products, each with the variance s² = 1.", slips={"root_left_in": root})
    spread = box(np.sqrt(big), "the deviation with s = 1", "What is the root of the variance?",
        how="The root of the variance.",
        slips={"root_left_out": big})
    loud = box(spread**depth, "after all layers", "Each layer multiplies the deviation by the same factor.",
        how="The factor to the power of the number of layers.",
        slips={"multiplied_not_raised": depth * spread, "one_too_few": spread ** (depth - 1)})
    small = box(s * root, "the factor with the small s", "The deviation of z is s times what?",
        how="s times the root of n.",
        slips={"root_left_out": s * n, "not_scaled": s, "not_normalised": s * s * n},
        words={"not_scaled": "That is one product. How many are added?",
            "not_normalised": "That is the factor of the variance. The deviation is its root."})
    quiet = box(small**depth, "after all layers, small s", "To which power?", digits=3,
        how="The factor to the power of the number of layers.",
        slips={"multiplied_not_raised": depth * small, "one_too_few": small ** (depth - 1)})
    keeps = box(1 / root, "s that keeps it", "For which s is s times the root of n equal to 1?",
        how="One over the root of n.",
        slips={"root_left_out": 1 / n, "upside_down": root})
    half = box(1 / 2, "the share that ReLU leaves", "Half of the z are negative. What becomes of their squares?",
        how="The squares of the negative half become 0.", slips={"nothing_kept": 1},
        words={"nothing_kept": "The negative half becomes 0."})
    relu_s = box(np.sqrt(1 / half / n), "s behind ReLU", "Which s² makes up for the half that is lost?", digits=3,
        how="s² is 2/n, so s is its root.", slips={"root_left_out": 2 / n, "half_left_out": 1 / root},
        words={"half_left_out": "That keeps the size without ReLU. Make up for the half that it cuts off."})
    bikes = box([np.sqrt(2 / 13), np.sqrt(2 / hidden)], "s of both layers",
        "How many numbers come into a node of this layer?",
        digits=3, how="The root of two over how many come in: 13, then the hidden nodes.",
        slips={"root_left_out": [2 / 13, 2 / hidden], "half_left_out": [1 / np.sqrt(13), 1 / np.sqrt(hidden)],
            "layer_it_leaves": [np.sqrt(2 / hidden), np.nan]},
        words={"layer_it_leaves": "Those are the nodes of the layer itself. How many numbers come into each?",
            "half_left_out": "That keeps the size without ReLU. Make up for the half that it cuts off."})
    return (
        step(f"A node adds $n = {n}$ products: $z = Σ_i w_i x_i$. The $x_i$ vary around 0 with variance 1, and the "
            "$w_i$ are drawn around 0 with the standard deviation $s$. Variances of independent terms add up, so that "
            "of $z$ is $n s^2$. Let $s = 1$.",
            eq(words("variance"), "=", big, APART, words("deviation"), "=", spread)),
        step(f"That goes on from layer to layer. How large is the deviation after {depth:g} such layers? And with $s = "
            f"{s:g}$, what is the factor of one layer, and what is left after {depth:g}?",
            eq(words(f"after {depth:g} layers with $s = 1$:"), loud),
            eq(words(f"one layer with $s = {s:g}$:"), small, APART, words(f"after {depth:g} layers:"), "≈", quiet)),
        step("For which $s$ does the deviation stay as it is?", eq("s", "=", keeps)),
        step("ReLU cuts off the negative half. What share of the mean of the squares gets through? And which $s$ makes "
            "up for the loss?",
            eq(words("share:"), half, APART, "s", "≈", relu_s)),
        step(f"The model for the rentals has 13 columns, {hidden} hidden nodes with ReLU, and one output. Its last "
            "layer gets its numbers from ReLU; take the same rule for both layers.",
            eq(words("first layer:"), "s", "≈", bikes[0], APART, words("last layer:"), "s", "≈", bikes[1])),
        say("If they are too large, the first costs are enormous; if too small, neither values nor errors get through. "
            "Either way training takes many more epochs, or fails."),
    )
