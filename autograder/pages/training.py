"""Chapter 10, by hand: shuffled mini-batches, plain steps, momentum, Adam, and data made ready for a network."""

from __future__ import annotations

import numpy as np

from ..authoring.page import page
from ..bikes.model import HIDDEN
from ..bikes.table import SEASONS, WEATHER
from ..engine import Adam, GradientDescent, Momentum
from ..engine.expressions import Name
from ..layout import APART, Node, aligned, column, eq, frac, row, say, step, table, words

# -- 10.2 Mini-batches ------------------------------------------------------------------------------------------------


@page("Shuffle, then cut", row="10.2")
def shuffled_batches(given, box):
    """Ten examples in a drawn order, cut into batches of four; targets travel with their inputs."""
    order = np.array(given.choice("order", *ORDERS))
    y = given("y", [5, 2, 8, 1, 9, 4, 7, 3, 6, 12], low=1, high=20, distinct=True)
    size, shuffled = 4, y[order - 1]
    second = box(order[4:8], "batch 2", "Where did the first batch end?", how="The next four of the order.",
        slips={"order_not_shuffled": np.arange(5, 9)})
    last = box(order[8:], "batch 3", "Which examples have not been used yet?", how="The two that are left.",
        slips={"order_not_shuffled": [9, 10]})
    targets = box(shuffled[4:8], "targets of batch 2", "Which target belongs to which example?",
        how="The target of each example of the batch, in its order.", slips={"targets_not_shuffled": y[4:8]})
    below = box(len(last), "what the last mean divides by", "How many examples are in that batch?",
        how="The number of examples that are really in it.", slips={"rest_forgotten": size})
    days, batch, passes = given.choice("days", 304, 365, 270, 220), 64, given("passes", 60, low=10, high=90, step=10)
    full = box(days // batch, "full batches", "How often does 64 fit?", how="The whole part of the quotient.",
        slips={"rest_not_cut": days // batch + 1})
    rest = box(days - batch * full, "days in the last batch", "What do the full batches leave over?",
        how="All days minus those in full batches.", slips={"rest_forgotten": batch})
    steps = box((full + 1) * passes, "steps", "How many batches are there in a pass, the short one included?",
        how="Batches of a pass times passes.", slips={"rest_forgotten": days // batch * passes})
    return (
        step("Ten examples, shuffled into this order, are cut into batches of four. Write the numbers of the examples "
            "in the second and the third batch.",
            table([words("example"), *map(str, range(1, 11))], ("y", *y)),
            eq(words("order:"), row(order)),
            eq(words("batch 2:"), row(second), APART, words("batch 3:"), row(last))),
        step("Inputs and targets are shuffled together. Which targets go with the second batch? And by how many "
            "examples is the mean of the third divided?",
            eq(row(targets, "y"), APART, words("divided by"), below)),
        step(f"Now {days} days in batches of 64, shuffled again before each of {passes:g} passes.",
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
    curve = np.array(given.choice("curve", (1, 8), (2, 8), (1, 7), (2, 9)), dtype=float)
    start = given("start", [5, 2], low=2, high=9, distinct=True)
    return curve, start, 0.2


def valley_formulas(curve: np.ndarray) -> tuple[str, str]:
    """The cost of the valley and its gradient, as we write them: w_1^2, not 1 w_1^2."""
    (c1, c2), w1, w2 = curve.tolist(), Name("w_1"), Name("w_2")
    return f"½({c1 * w1**2 + c2 * w2**2})", f"({c1 * w1}, {c2 * w2})"


@page("Plain steps in a valley", row="10.3")
def plain_steps(given, box):
    """Two plain steps: slow along the valley, to and fro across it."""
    curve, start, rate = valley(given)
    given.require(np.all(curve * start != rate * curve * start) and np.all(start != 2 * rate * curve * start))
    descent = GradientDescent(rate)
    g1 = box(curve * start, "∇C", "What does each entry multiply its weight by?",
        how="Each curvature times its weight.", slips={"parameter_for_gradient": start, "not_multiplied": curve})
    w1 = box(descent.step([start], [g1])[0][0], "w after one step", "Against the gradient, and how far?",
        how="The weights minus η times the gradient.",
        slips={"uphill": start + rate * curve * start, "learning_rate_left_out": start - curve * start,
            "step_for_value": -rate * curve * start})
    g2 = box(curve * w1, "∇C after one step", "Where do the weights stand now?",
        how="The curvatures times the new weights.", slips={"last_step_repeated": curve * start})
    w2 = box(descent.step([w1], [g2])[0][0], "w after two steps", "Which gradient belongs to this step?",
        how="The weights minus η times the gradient there.",
        slips={"last_step_repeated": start - 2 * rate * curve * start,
            "uphill": (1 - rate * curve) * start + rate * curve * (1 - rate * curve) * start})
    cost, gradient = valley_formulas(curve)
    return (
        step(f"The cost $C = {cost}$ is a valley: gentle along $w_1$, steep along $w_2$. Its gradient is $∇C = "
            f"{gradient}$. Begin at the $w$ given, with $η = {rate:g}$.",
            eq(column(start, "w"), "−", f"{rate:g}", "·", column(g1, "∇C"), "=", column(w1, "new w"))),
        step("And once more.", eq("w", "−", f"{rate:g}", "·", column(g2, "∇C"), "=", column(w2, "new w"))),
        say("The first weight creeps. The second jumps over the bottom and back: a larger rate would make it worse, a "
            "smaller one the first. That is the trouble with one rate for all."),
    )


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
        slips={"uphill": start + rate * first, "learning_rate_left_out": start - first})
    g2 = box(curve * w1, "∇C after one step", "Where do the weights stand now?",
        how="The curvatures times the new weights.", slips={"last_step_repeated": first})
    now, second = start - rate * first, curve * (start - rate * first)
    v2 = box(momentum.step([w1], [g2], [v1])[1][0], "v after two steps",
        "What is kept of the old velocity, and what is new?", how="μ times the old velocity plus the gradient.",
        slips={"velocity_forgotten": second, "all_of_velocity_kept": first + second,
            "gradient_weighted": keep * first + (1 - keep) * second})
    w2 = box(w1 - rate * v2, "w after two steps", "Which velocity belongs to this step?",
        how="The weights minus η times the new velocity.",
        slips={"velocity_forgotten": now - rate * second, "uphill": now + rate * (keep * first + second),
            "old_velocity": now - rate * first})
    return (
        step("Momentum keeps a velocity $v$, zero at first: $v ← μv + ∇C$, then $w ← w − ηv$. The valley again, $∇C = "
            f"{valley_formulas(curve)[1]}$, with $η = {rate:g}$ and $μ = {keep:g}$.",
            eq("v", "=", "μ", "·", column([0, 0]), "+", "∇C", "=", column(v1, "v")),
            eq(column(start, "w"), "−", f"{rate:g}", "·", "v", "=", column(w1, "new w"))),
        step("The second step remembers the first.",
            eq(column(g2, "∇C"), APART, f"{keep:g}", "·", "v", "+", "∇C", "=", column(v2, "new v")),
            eq("w", "−", f"{rate:g}", "·", "v", "=", column(w2, "new w"))),
    )


@page("What a memory is good for", row="10.3")
def momentum_memory(given, box):
    """A steady gradient builds up speed, one that alternates cancels; both in the long run."""
    g, keep = given("g", 16, low=16, high=64, step=16), given.choice("μ", 0.75, 0.25)
    steady, to_and_fro = np.full(3, g), np.array([g, -g, g])

    def velocities(slopes, memory=keep):
        return np.array([sum(memory ** (n - i) * slopes[i] for i in range(n + 1)) for n in range(3)])

    same = box(velocities(steady), "v, steady", "What is kept of the velocity, and what comes new?",
        how="μ times the velocity before, plus the gradient.",
        slips={"velocity_forgotten": [np.nan, g, g], "all_of_velocity_kept": [np.nan, 2 * g, 3 * g],
            "gradient_weighted": (1 - keep) * velocities(steady)})
    turning = box(velocities(to_and_fro), "v, to and fro", "With which sign does the new gradient come in?",
        how="μ times the velocity before, plus the gradient with its sign.",
        slips={"velocity_forgotten": [np.nan, -g, g], "sign_lost": [np.nan, *velocities(steady)[1:]],
            "gradient_weighted": (1 - keep) * velocities(to_and_fro)})
    long = box(g / (1 - keep), "v in the long run, steady", "If v no longer changes, what is v − μv?",
        how="v = μv + g, so v = g/(1 − μ).",
        slips={"velocity_forgotten": g, "multiplied_not_divided": g * (1 - keep), "not_taken_from_one": g / keep})
    across = box(g / (1 + keep), "size of v in the long run, to and fro", digits=3,
        hint="If v only changes its sign, what is its size times 1 + μ?", how="−v = μv − g, so its size is g/(1 + μ).",
        slips={"velocity_forgotten": g, "sign_lost": g / (1 - keep)})
    faster = box(long / across, "how many times as fast", "One over the other?", how="The first over the second.",
        slips={"upside_down": (1 - keep) / (1 + keep)})
    return (
        step(f"One weight, $μ = {keep:g}$, a velocity of zero to begin with. The gradient is ${g:g}$ each time:",
            table([words("step"), "1", "2", "3"], (words("gradient"), *steady), ("v", *same))),
        step("Across a valley it changes its sign each time:",
            table([words("step"), "1", "2", "3"], (words("gradient"), *to_and_fro), ("v", *turning))),
        step("Go on for long. Where does $v$ settle in the first case, and how large is it in the second?",
            eq(words("steady:"), long, APART, words("to and fro:"), across),
            eq(words("times as fast along the valley as across it:"), faster)),
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
        how="The way that w went, over the velocity.", slips={"upside_down": 1 / rate, "wrong_sign": -rate})
    lost_keep = box(keep, "μ", "What is left of the new velocity without the gradient?",
        how="New velocity minus gradient, over the old velocity.",
        slips={"upside_down": 1 / keep, "sign_lost": (v1 + g[0]) / v})
    lost_g = box(v2 - lost_keep * v1, "∇C", "What did the gradient have to add?",
        how="New velocity minus μ times the old one.",
        slips={"velocity_forgotten": v2, "all_of_velocity_kept": v2 - v1, "subtracted_backwards": keep * v1 - v2})
    end = box(w - rate * v - rate * v1 - lost_rate * v2, "w", "Three steps, three velocities: which is the last?",
        how="The weight before, minus η times the last velocity.",
        slips={"uphill": w - rate * (v + v1) + rate * v2, "old_velocity": w - rate * (v + v1 + v1),
            "learning_rate_left_out": w - rate * (v + v1) - v2})
    w1, w2 = w - rate * v, w - rate * (v + v1)
    return (
        step("Somebody wrote down a run with momentum, $v ← μv + ∇C$ and $w ← w − ηv$, and spilled ink on it. Which "
            "learning rate was it, and how much of the velocity was kept?",
            table([words("step"), "∇C", "v", words("w before"), words("w after")],
                ("1", words("…"), v, w, w1),
                ("2", g[0], v1, w1, w2)),
            eq("η", "=", lost_rate, APART, "μ", "=", lost_keep)),
        step("The third line goes on with the same $η$ and $μ$. Find its gradient, and where the weight ends.",
            table([words("step"), "∇C", "v", words("w before"), words("w after")], ("3", lost_g, v2, w2, end))),
    )


@page("Too small at first", row="10.3")
def bias_correction(given, box):
    """A running mean that begins at zero is too small by 1 − βᵗ."""
    g, keep = given("g", 10, low=10, high=70, step=10), given.choice("β", 0.8, 0.9, 0.6)
    means = np.array([(1 - keep**t) * g for t in (1, 2, 3)])
    running = box(means, "m", "How much of the old mean is kept, and how much of the gradient comes in?",
        how="β times the mean before, plus 1 − β times the gradient.",
        slips={"gradient_not_weighted": [g * sum(keep**i for i in range(t)) for t in (1, 2, 3)],
            "weights_exchanged": [(1 - (1 - keep) ** t) * g for t in (1, 2, 3)]})
    share = box([1 - keep**t for t in (1, 2, 3)], "1 − β^t", "What is β to this power? And what is left up to 1?",
        how="One minus β to the power of the step.",
        slips={"not_taken_from_one": [keep**t for t in (1, 2, 3)], "power_left_out": [np.nan, 1 - keep, 1 - keep]})
    right = box(running / share, "m̂", "Divide by what is too small about it.",
        how="The mean over 1 − β to the power t.",
        slips={"bias_correction_left_out": means,
            "multiplied_not_divided": [(1 - keep**t) ** 2 * g for t in (1, 2, 3)]})
    beta = np.array([0.9, 0.99, 0.999])
    factor = box(1 / (1 - beta), "how many times too small", "After one step, which share of g is in the mean?",
        how="One over 1 − β.", slips={"upside_down": 1 - beta, "not_taken_from_one": 1 / beta})
    return (
        step(f"Adam keeps a running mean of the gradient, zero at first: $m ← βm + (1 − β)g$. The gradient is ${g:g}$ "
            f"each time, so its mean should be ${g:g}$ too. Here $β = {keep:g}$.",
            table([words("step t"), "1", "2", "3"],
                ("m", *running),
                ("1 − β^t", *share),
                ("m̂ = m/(1 − β^t)", *right))),
        step("With a longer memory it begins still further off. How many times too small is $m$ after the first step?",
            table(["β", words("times too small")], *[(f"{b:g}", factor[i]) for i, b in enumerate(beta)])),
        say("The correction matters in the first steps and then fades, as β to the power t does."),
    )


B1, B2, TINY = 0.9, 0.99, 0.0  # β₂ is 0.999 in programs; 0.99 keeps the numbers short


@page("Adam's first step", row="10.3")
def adam_first_step(given, box):
    """Two weights with gradients of very different sizes take steps of the same size."""
    g = np.array([given.choice("sign", 1, -1) * given("large", 4, low=3, high=9), given.choice("small", -0.5, 0.5)])
    w, rate = given("w", [2, 3], low=1, high=9, distinct=True), given.choice("η", 0.1, 0.2, 0.5)
    adam = Adam(rate, B1, B2, TINY)
    moved, state = adam.step([w], [g], adam.start([w]))
    m = box(state.mean[0], "m", "Which share of the gradient comes in?", how="1 − β₁ times the gradient.",
        slips={"gradient_not_weighted": g, "weights_exchanged": B1 * g})
    v = box(state.square[0], "v", "What is averaged here: the gradient, or its square?",
        how="1 − β₂ times the square of the gradient.",
        slips={"not_squared": (1 - B2) * g, "gradient_not_weighted": g**2, "weights_exchanged": B2 * g**2})
    m_hat = box(m / (1 - B1), "m̂", "Divide by 1 − β₁.", how="m over 1 − β₁.",
        slips={"bias_correction_left_out": (1 - B1) * g, "multiplied_not_divided": (1 - B1) ** 2 * g})
    v_hat = box(v / (1 - B2), "v̂", "Divide by 1 − β₂.", how="v over 1 − β₂.",
        slips={"bias_correction_left_out": (1 - B2) * g**2, "multiplied_not_divided": (1 - B2) ** 2 * g**2})
    move = box(rate * m_hat / np.sqrt(v_hat), "the step", "What is the root of v̂?",
        how="η times m̂ over the root of v̂.",
        slips={"root_left_out": rate / g, "learning_rate_left_out": np.sign(g),
            "sign_lost": [np.nan if e > 0 else rate for e in g]})
    new = box(w - move, "new w", "Against the gradient, and how far?", how="The weight minus the step.",
        slips={"uphill": w + rate * np.sign(g), "step_for_value": -rate * np.sign(g)})
    given.require(np.allclose(moved[0], w - rate * np.sign(g)))
    return (
        step(f"Two weights, and a gradient that is much larger for one than for the other. Adam with $η = {rate:g}$, "
            f"$β_1 = {B1:g}$, $β_2 = {B2:g}$; $m$ and $v$ are zero. First the running means.",
            eq(column(g, "∇C"), APART, "m = (1 − β_1)∇C =", column(m), APART, "v = (1 − β_2)(∇C)^2 =", column(v))),
        step("Correct both for having begun at zero.", eq("m̂ =", column(m_hat), APART, "v̂ =", column(v_hat))),
        step("Then step. (Programs add a tiny $ε$ below, so that nothing is divided by zero.)",
            eq("η", "·", frac("m̂", "√v̂"), "=", column(move)),
            eq(column(w, "w"), "−", words("step"), "=", column(new, "new w"))),
        say("However large or small the gradient, the first step is as long as the learning rate."),
    )


@page("Adam's second step", row="10.3")
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
            "gradient_not_weighted": B2 * first[1] + g[1] ** 2})
    below = box([c1, c2], "1 − β^t", "It is the second step: to which power?", how="One minus the square of β.",
        digits=3, slips={"power_left_out": [1 - B1, 1 - B2], "not_taken_from_one": [B1**2, B2**2]})
    m_hat = box(m / below[0], "m̂", "Over which correction?", how="m over 1 − β₁².", digits=3,
        slips={"bias_correction_left_out": mean, "power_left_out": mean / (1 - B1)})
    v_hat = box(v / below[1], "v̂", "Over which correction?", how="v over 1 − β₂².", digits=3,
        slips={"bias_correction_left_out": square, "power_left_out": square / (1 - B2)})
    ratio = mean / c1 / np.sqrt(square / c2)
    move = box(rate * m_hat / np.sqrt(v_hat), "the step", "What is below the bar?", digits=3,
        how="η times m̂ over the root of v̂.",
        slips={"root_left_out": rate * mean / c1 / (square / c2), "learning_rate_left_out": ratio,
            "bias_correction_left_out": rate * mean / np.sqrt(square)})
    new = box(w - move, "new w", "Against the gradient, and how far?", how="The weight minus the step.", digits=3,
        slips={"uphill": w + rate * ratio, "bias_correction_left_out": w - rate * mean / np.sqrt(square)})
    given.require(ratio > 0 and g[0] > 0)
    return (
        step(f"One weight, $w = {w:g}$, after Adam's first step; $β_1 = {B1:g}$, $β_2 = {B2:g}$, $η = {rate:g}$. The "
            f"first gradient was ${g[0]:g}$ and left $m = {first[0]:g}$, $v = {first[1]:g}$. Now the gradient is "
            f"${g[1]:g}$.",
            aligned(("m ← β_1 m + (1 − β_1) g", "=", m), ("v ← β_2 v + (1 − β_2) g^2", "=", v))),
        step("The corrections of the second step, and what they make of both.",
            eq("1 − β_1^2 =", below[0], APART, "1 − β_2^2 =", below[1]),
            eq("m̂ =", m_hat, APART, "v̂ =", v_hat)),
        step("The step, and where it leads.", eq("η", "·", frac("m̂", "√v̂"), "=", move, APART, "new w =", new)),
    )


@page("The same cost in other units", row="10.3")
def other_units(given, box):
    """A cost measured in smaller units has a larger gradient: who notices?"""
    factor = given.choice("factor", 100, 1000, 60, 24)
    rate, g = given.choice("η", 0.1, 0.2), given("g", 3, low=2, high=9)
    given.require(g != factor)
    grown = box(factor * g, "the gradient", "If C grows by a factor, what does its slope do?",
        how="The gradient grows by the same factor.", slips={"old_value": g})
    moves = box([rate * g, rate * grown], "the plain step", "The learning rate times what?",
        how="η times the gradient.", slips={"learning_rate_left_out": [g, factor * g]})
    velocity = box(factor, "momentum, by a factor", "The velocity is a sum of gradients: what happens to a sum?",
        how="Every term grows by the factor, and so does the sum.", slips={"not_scaled": 1})
    mean = box(factor, "m̂, by a factor", "What happens to a mean of gradients?", how="It grows by the factor.",
        slips={"not_scaled": 1})
    square = box(factor**2, "v̂, by a factor", "What happens to a mean of squares?",
        how="It grows by the square of the factor.", slips={"not_squared": factor})
    root = box(np.sqrt(square), "the root of v̂, by a factor", "And to its root?", how="The root of that square.",
        slips={"root_left_out": factor**2})
    adam = box(mean / root, "Adam's step, by a factor", "One grows over the other.",
        how="Both grow alike, so the step stays.", slips={"not_normalised_step": factor})
    return (
        step(f"A cost is measured in units {factor} times as small, so its numbers are {factor} times as large. The "
            f"gradient of a weight was ${g:g}$; what is it now? And the plain step with $η = {rate:g}$, before and "
            "after?",
            eq(words("gradient now:"), grown, APART, words("step before:"), moves[0], APART, words("step now:"),
                moves[1])),
        step("By which factor do these grow?",
            table(["", words("grows by the factor")],
                (words("a step with momentum"), velocity),
                ("m̂", mean),
                ("v̂", square),
                ("√v̂", root),
                (words("a step of Adam"), adam))),
        say("For the plain step and for momentum the learning rate has to be found anew. Adam does not notice."),
    )


# -- 10.4 Real data ---------------------------------------------------------------------------------------------------


@page("A day as a row of numbers", row="10.4")
def day_as_row(given, box):
    """Words become yes-or-no columns; then count columns and parameters."""
    season = given.choice("season", "autumn", "spring", "winter", "summer")
    weather = given.choice("weather", WEATHER[1], WEATHER[0], WEATHER[2])
    kind = given.choice("day", "Sunday", "Tuesday", "holiday")
    seasons, sky = list(SEASONS.values()), [name.split("/")[0] for name in WEATHER]
    at = seasons.index(season)
    one = np.array([float(name == season) for name in seasons])
    two = np.array([float(name == weather) for name in WEATHER])
    days = np.array([float(kind == "holiday"), float(kind == "Tuesday")])
    first = box(one, "season", "Is this its column?", how="1 in the column of its season, 0 elsewhere.",
        slips={"number_for_vector": [at + 1 if entry and at else np.nan for entry in one]})
    second = box(two, "weather", "Is this its column?", how="1 in the column of its weather, 0 elsewhere.",
        slips={"other_column": two[::-1] if two[1] == 0 else np.roll(two, 1)})
    third = box(days, "kind of day", "Is it a holiday? Do people go to work?", how="1 for yes, 0 for no.",
        slips={"other_column": 1 - days})
    measured = given("measured", 4, low=2, high=6)
    hidden = given.choice("hidden", HIDDEN, 16, 24, 40)
    columns = box(len(seasons) + len(WEATHER) + 2 + measured, "columns",
        "One for each season, each weather, and what else?",
        how="4 for the season, 3 for the weather, 2 for the kind of day, and the measurements.",
        slips={"measured_left_out": 9, "words_counted_once": 4 + measured})
    count = 9 + measured
    inner = box(columns * hidden + hidden, "parameters of the hidden layer", "Weights, and what else?",
        how="A weight for each column and node, and a bias for each node.",
        slips={"bias_left_out": count * hidden, "bias_per_input": count * hidden + count})
    outer = box(hidden + 1, "parameters of the last layer", "How many weights lead to one output, and how many biases?",
        how="A weight for each hidden node, and one bias.", slips={"bias_left_out": hidden})
    total = box(inner + outer, "parameters", "Both layers together?", how="The sum.",
        slips={"only_one_term": count * hidden + hidden})
    when = {"Sunday": "a Sunday", "Tuesday": "an ordinary Tuesday", "holiday": "a holiday"}[kind]
    return (
        step(f"A network takes numbers, not words. A day in {season}, {words_of(weather)}, {when}: give each season "
            "and each weather a column of its own, 1 for yes and 0 for no.",
            table(seasons_of(seasons), tuple(first)),
            table(seasons_of(sky), tuple(second)),
            table([words("holiday"), words("working day")], tuple(third))),
        step(f"With {measured:g} measurements besides (temperature and the like), how many columns has a day? And how "
            f"many parameters has a network with one hidden layer of {hidden} nodes and one output?",
            table(["", words("how many?")],
                (words("columns"), columns),
                (words("hidden layer"), inner),
                (words("last layer"), outer),
                (words("in all"), total))),
    )


def words_of(weather: str) -> str:
    """The weather in a sentence."""
    return {WEATHER[0]: "clear", WEATHER[1]: "cloudy", WEATHER[2]: "with light rain"}[weather]


def seasons_of(names: list[str]) -> list[Node]:
    """Headings of a table in plain words."""
    return [words(name) for name in names]


@page("To the same scale", row="10.4")
def same_scale(given, box):
    """Mean and deviation of the training days; a later day is measured with the same ones."""
    spread, middle = given.choice("spread", 2, 3, 1, 4), given("middle", 14, low=13, high=24)
    pattern = np.array(given.choice("pattern", (-3, 0, 1, 3, -1), (1, -3, 0, -1, 3), (3, -1, -3, 0, 1)), dtype=float)
    x, later = middle + spread * pattern, middle + spread * 2 * given.choice("later", 4, 3, -4, -3)
    deviations, sd = spread * pattern, 2.0 * spread
    mean = box(np.mean(x), "mean", "The sum over how many days?", how="The sum of the five over five.",
        slips={"held_back_peeked": (np.sum(x) + later) / 6, "summed_not_averaged": np.sum(x)})
    off = box(x - mean, "x − mean", "Below the mean or above it?", how="The temperature minus the mean.",
        slips={"subtracted_backwards": -deviations})
    variance = box(np.mean(off**2), "variance", "The mean of which squares?",
        how="The mean of the squares of x − mean.",
        slips={"summed_not_averaged": 5 * sd**2, "not_squared": np.mean(np.abs(deviations))})
    deviation = box(np.sqrt(variance), "deviation", "How does one get back from squares?",
        how="The root of the variance.", slips={"root_left_out": sd**2})
    scaled = box(off / deviation, "z", "The distance from the mean, in deviations?", how="x − mean over the deviation.",
        slips={"mean_not_taken_away": x / sd, "root_left_out": deviations / sd**2})
    held = box((later - mean) / deviation, "z of the later day",
        "Whose mean and deviation? The training days' or its own?", how="The same mean and deviation as before.",
        slips={"mean_not_taken_away": later / sd, "held_back_peeked": 0, "subtracted_backwards": (middle - later) / sd})
    return (
        step("Five training days and their temperatures. Find the mean, the distances from it, and their mean square.",
            table(["x", *x], ["x − mean", *off]),
            eq(words("mean:"), mean, APART, words("variance:"), variance, APART, words("deviation:"), deviation)),
        step("Bring each to the same scale, $z = (x − mean)/deviation$.", eq(row(scaled, "z"))),
        step(f"A later day, held back until now, has {later:g} degrees. A network that was trained on $z$ must be "
            "asked in the same $z$.",
            eq("z", "=", held)),
        say("Mean and deviation of the later days are not known when the network is trained. Taking them in would be "
            "peeking."),
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
    same = box(np.mean(early), "the mean", "The mean of which days?", how="The mean of the four training days.",
        slips={"held_back_peeked": np.mean([*early, *later]), "summed_not_averaged": np.sum(early)})
    yesterday = box(before, "yesterday's rentals", "What was rented the day before?",
        how="The day before each; the last training day before the first.", slips={"same_day_for_yesterday": later})
    rows = []
    for name, guess, said in zip(("mean", "yesterday's", "model"), (same, yesterday, model), guesses, strict=True):
        off = box(np.abs(guess - later), f"how far off, {name}", "Which sign has a distance?",
            how="The distance between guess and rentals.",
            slips={"sign_kept": [d if d < 0 else np.nan for d in said - later]})
        error = box(np.mean(off), f"the error, {name}", "The mean of which four?",
            how="The mean of the four distances.",
            slips={"summed_not_averaged": np.sum(np.abs(said - later)), "signs_cancelled": np.mean(said - later)})
        rows.append((words(name), *off, error))
    return (
        step(f"Four training days had {', '.join(f'{n:g}' for n in early)} rentals. Two guesses need no network: say "
            "their mean every day, or say what was rented the day before.",
            eq(words("mean:"), same),
            table([words("later day"), "1", "2", "3", "4"],
                (words("rentals"), *later),
                (words("yesterday's"), *yesterday),
                (words("a model says"), *model))),
        step("How far off is each guess on each day, and on average? That average is its mean absolute error.",
            table([words("guess"), "1", "2", "3", "4", words("error")], *rows)),
        say("A model is worth its trouble only if its error is smaller than that of both."),
    )
