"""Chapter 7: upstream times local on single nodes, the four kinds of node, then a whole 2–3–2 network by hand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..authoring import ask
from ..authoring.page import page
from ..authoring.worked import Fault, Line, Worked
from ..engine.expressions import Name
from ..layout import Node, Shape, aligned, column, echo, eq, frac, group, lit, matrix, row, say, step, table, term
from ..layout.diagrams import graph, network
from ..layout.phrases import APART, by, link, signed, words

U_NAMES, OUT_NAMES = ["u_1", "u_2", "u_3"], ["a_1", "a_2"]


def times(value: float, name: str = "x") -> str:
    """What stands in a node that multiplies by `value`."""
    return f"{value:g}{name}".replace("-", "−")


def plus(value: float) -> Node:
    """A number that is added, in a formula."""
    return words(f"+ {value:g}" if value >= 0 else f"− {-value:g}")


RULES = (  # the hyphens are such as do not turn into minus signs
    "d‑values = weights^T · next d‑values",
    "d‑weights = d‑values · inputs^T",
    "d‑biases = d‑values",
)


def back_through(name: str, node: str, *marks: str) -> list:
    """∂C/∂name = ∂C/∂node · ∂node/∂name, each lit with what stands for it in the drawn nodes of these marks."""
    down, up, local = (
        " ".join(quotient + mark for mark in marks) for quotient in (f"∂C/∂{name}", f"∂C/∂{node}", f"∂{node}/∂{name}"))
    return [lit(down, by(name), uses=f"{up} {local}"), "=", lit(up, by(node)), "·", lit(local, by(name, node))]


def going_back(value, name: str, node: str, mark: str = ""):
    """A gradient that goes back through a drawn node, lit with its factors."""
    return lit(f"∂C/∂{name}{mark}", value, uses=f"∂C/∂{node}{mark} ∂{node}/∂{name}{mark}")


ROWS = ("_1", "_2", "_3")


def chain_rule(*marks: str) -> Node:
    """∂C/∂x = ∂C/∂f · ∂f/∂x, each factor lit with what stands for it in the drawn nodes of these marks."""
    down, up, local = (" ".join(name + mark for mark in marks) for name in ("∂C/∂x", "∂C/∂f", "∂f/∂x"))
    return eq(lit(down, by("x")), "=", lit(up, by("f")), "·", lit(local, by("x", "f")))


def product_row(i: int, upstream, local, downstream) -> tuple:
    """A row of a table: upstream, local, and the product of the two, which lights both."""
    return lit(f"up_{i}", upstream), lit(f"local_{i}", local), lit(f"down_{i}", downstream, uses=f"up_{i} local_{i}")


def single_nodes(operations, values, downstream, upstream, local=None):
    """Nodes with one input under each other: values above the arrows, gradients below, local ones over the nodes."""
    nodes, edges, above = {}, [], {}
    for i, (operation, mark) in enumerate(zip(operations, ROWS, strict=True)):
        if local is None:
            operation = lit(f"∂f/∂x{mark}", operation)
        else:
            above[f"f{i}"] = lit(f"∂f/∂x{mark}", local[i])
        nodes |= {f"x{i}": (0, i, "x"), f"f{i}": (1, i, operation), f"y{i}": (2, i, "f")}
        edges += [(f"x{i}", f"f{i}", values[i], going_back(downstream[i], "x", "f", mark)),
            (f"f{i}", f"y{i}", None, lit(f"∂C/∂f{mark}", upstream[i]))]
    return graph(nodes, edges, above=above if local is not None else None,
        unit=(215, 150 if local is not None else 106),
        title="Nodes with one input: gradients come back from the right, below the arrows")


# -- 7.1 Upstream, local, downstream -----------------------------------------------------------------------------------


@page("Upstream times local", row="7.1")
def upstream_times_local(given, box):
    """A gradient comes back from the right; the node multiplies it by its own."""
    x, k, up = given("x", 3, low=2), given("k", 4, low=2), given("up", 5, low=2)
    given.distinct(x, k, up)
    f = ask.product(box, k, x, "f", "What does the node do to its input?",
        how="The input times the factor of the node.")
    down = box(up * k, "∂C/∂x", "If x moves a little, how far does f move, and then the cost?",
        how="The upstream gradient times the local one.", gradient_of="x",
        slips={"local_for_downstream": k, "upstream_for_downstream": up, "upstream_added": up + k,
            "activation_for_weight": up * x})
    factors, ups = given("factors", [2, -3, 6], low=2, high=7), given("ups", [7, 4, -2], low=2)
    downs = box(ups * factors, "∂C/∂x", "Which two numbers meet at the node?",
        how="Upstream times the factor of the node.", gradient_of="x",
        slips={"local_for_downstream": factors, "upstream_for_downstream": ups, "upstream_added": ups + factors})
    return (
        step("Values flow to the right, above the arrows. Gradients flow back to the left, below them. The one that "
            f"arrives at the node is **upstream**: here $∂C/∂f = {up:g}$. The node's own slope is **local**: here "
            f"$∂f/∂x = {k:g}$. Their product goes on **downstream**.",
            graph({"x": (0, 0, "x"), "×": (1, 0, lit("∂f/∂x", times(k))), "f": (2, 0, "f")},
                [("x", "×", x, going_back(down, "x", "f")), ("×", "f", f, lit("∂C/∂f", up))], unit=(215, 92),
                title=f"x = {x:g} goes through a node that multiplies by {k:g}; {up:g} comes back from the right"),
            chain_rule("", *ROWS)),
        step("For these nodes you do not even need the values. Send each gradient back.",
            single_nodes([times(k) for k in factors], [None] * 3, downs, ups)),
    )


@page("The node's own slope", row="7.1")
def local_gradients(given, box):
    """Three kinds of node, their local gradients first, then what goes on."""
    x, up = given("x", [5, 4, 3], low=2, high=7), given("up", [2, 6, -5], low=2, high=7)
    k, c = given("k", 3, low=2), given("c", 7, low=2)
    given.require(x[0] != k and x[2] > 2)
    out = np.array([k * x[0], x[1] + c, x[2] ** 2])
    local = box([k, 1, 2 * x[2]], "∂f/∂x", "Nudge x by one small unit. By how many does f move?",
        how="The slope of the node at the value that came in: k for kx, 1 for x + c, 2x for a square.",
        slips={"value_for_slope": out, "constant_kept": [k, c, 2 * x[2]], "factor_left_out": [k, 1, x[2]]},
        words={"constant_kept": "That is the number that is added. By how much does the sum rise when x rises by one?"})
    downs = box(up * local, "∂C/∂x", "Upstream and local: what do you do with them?", how="Upstream times local.",
        gradient_of="x", slips={"local_for_downstream": local, "upstream_added": up + local})
    return (
        step("Write each node's local gradient over it; the last one depends on the value that came in. Then send each "
            "gradient back, below the arrow on the left.",
            single_nodes([times(k), difference("x", -c), "x^2"], x, downs, up, local),
            chain_rule(*ROWS)),
        say("The value that came in matters only for the local gradient. Upstream is just a number to multiply by."),
    )


@page("A node with its label rubbed off", row="7.1")
def local_blank(given, box):
    """The local gradient found back from the two others."""
    k, up = given("k", 4, low=2, high=7), given("up", 5, low=2)
    given.require(k != up)
    above = box(up * k, "∂C/∂x", "Which gradient came out of the node on the left?", how="What goes on downstream.",
        slips={"upside_down": up})
    below = box(up, "∂C/∂f", "Which gradient came into the node from the right?", how="What arrives upstream.",
        slips={"upside_down": up * k})
    local = ask.ratio(box, above, below, "∂f/∂x", "Downstream is upstream times local. What is local then?",
        how="Downstream over upstream.", slips={"multiplied_not_divided": above * below})
    locals_, ups = given("locals", [3, -2, 0.5], step=0.5, low=0.5, high=6), given("ups", [6, 8, -4], low=2)
    given.require(np.all(np.abs(locals_) != 1))
    others = box(locals_, "∂f/∂x", "By which number was upstream multiplied?", how="Downstream over upstream.",
        slips={"upside_down": 1 / locals_, "multiplied_not_divided": ups**2 * locals_})
    return (
        step("Both gradients can be read off. What must the node's own slope be?",
            graph({"x": (0, 0, "x"), "?": (1, 0, lit("∂f/∂x", "?")), "f": (2, 0, "f")},
                [("x", "?", None, going_back(up * k, "x", "f")), ("?", "f", None, lit("∂C/∂f", up))],
                above={"?": lit("∂f/∂x", echo(local))}, unit=(215, 92),
                title=f"An unknown node: {up:g} comes in from the right, {up * k:g} goes on to the left"),
            eq(link("x", "f"), "=", frac(lit("∂C/∂x", above), lit("∂C/∂f", below)), "=", local)),
        step("Three more nodes like it.",
            single_nodes(["?"] * 3, [None] * 3, ups * locals_, ups, others),
            chain_rule(*ROWS)),
    )


@page("What came from upstream?", row="7.1")
def upstream_blank(given, box):
    """The upstream gradient found back, then a table with one blank in every row."""
    k, c, x = given("k", 4, low=2, high=7), given("c", 7, low=2), given("x", 3, low=2, high=6)
    ups = given("ups", [5, 3, -2], low=2)
    local = np.array([k, 1, 2 * x])
    lost = box(ups, "∂C/∂f", "Which number, times the local gradient, gives what came out?",
        how="Downstream over local.",
        slips={"multiplied_not_divided": ups * local**2, "upstream_for_downstream": ups * local})
    u, g = given("upstream", [6, -3, 4, 8], low=2), given("local", [2, 5, -3, 0.5], step=0.5, low=0.5, high=6)
    given.require(np.all(np.abs(g) != 1) and np.all(u != g))
    first = box(u[0], "upstream", "Downstream over what?", how="Downstream over local.",
        slips={"multiplied_not_divided": u[0] * g[0] ** 2})
    second = box(g[1], "local", "Downstream over what?", how="Downstream over upstream.",
        slips={"multiplied_not_divided": u[1] ** 2 * g[1]})
    third = box(u[2] * g[2], "downstream", "What do the two make together?", how="Upstream times local.",
        slips={"upstream_added": u[2] + g[2], "sign_lost": abs(u[2] * g[2])})
    fourth = box(u[3], "upstream", "Downstream over what?", how="Downstream over local.",
        slips={"multiplied_not_divided": u[3] * g[3] ** 2})
    return (
        step("Here you see what came out on the left. What came in from the right?",
            single_nodes([times(k), difference("x", -c), "x^2"], [None, None, x], ups * local, lost),
            chain_rule(*ROWS)),
        step("One number is missing in each row.",
            table(["upstream", "local", "downstream"],
                product_row(1, first, g[0], u[0] * g[0]),
                product_row(2, u[1], second, u[1] * g[1]),
                product_row(3, u[2], g[2], third),
                product_row(4, fourth, g[3], u[3] * g[3]))),
    )


@page("A chain of nodes", row="7.1")
def chain_of_nodes(given, box):
    """What is downstream of one node is upstream of the one before it."""
    x, k, c = given("x", 2, low=2, high=5), given("k", 5, low=2, high=5), given("c", 7, low=2, high=9)
    u = ask.product(box, k, x, "u", "First node: what happens to x?", how="x times the factor.")
    v = ask.change(box, u, c, "v", "Second node: what happens to u?", how="u minus the number that is subtracted.")
    cost = box(v**2, "C", "What does the last node do?", how="The square of v.", slips={"not_squared": v})
    given.require(k * x - c not in (0, 1, 2))
    dv = box(2 * v, "∂C/∂v", "What is the slope of a square at v?", how="Twice v, times the 1 from upstream.",
        gradient_of="v", slips={"not_differentiated": cost, "factor_left_out": v})
    du = box(dv * 1, "∂C/∂u", "If u rises by one, by how much does v rise?", how="Upstream times the local gradient 1.",
        gradient_of="u", slips={"local_for_downstream": 1.0})
    dx = box(du * k, "∂C/∂x", "Upstream has just been computed. What is local?",
        how="Upstream times the factor of the node.", gradient_of="x",
        slips={"local_for_downstream": k, "upstream_for_downstream": du, "activation_for_weight": du * x})
    return (
        step("Go forward first: fill in the values above the arrows, from left to right. Then come back below them. "
            "The way back starts with $∂C/∂C = 1$.",
            graph({"x": (0, 0, "x"), "k": (1, 0, lit("∂u/∂x", times(k))), "c": (2, 0, lit("∂v/∂u", difference("u", c))),
                "s": (3, 0, lit("∂C/∂v", "v^2")), "C": (4, 0, "C")}, [("x", "k", x, going_back(dx, "x", "u")),
                    ("k", "c", u, going_back(du, "u", "v")), ("c", "s", v, lit("∂C/∂v", dv, uses="∂C/∂C")),
                    ("s", "C", cost, lit("∂C/∂C", 1))], unit=(145, 92),
                title=f"x = {x:g}, times {k:g}, minus {c:g}, squared, is the cost; the arrows carry u, v and C"),
            eq(link("x", uses="∂C/∂v ∂v/∂u ∂u/∂x"), "=", link("v", uses="∂C/∂C"), "·", link("u", "v"), "·",
                link("x", "u"))),
        say("However long the chain is, each node needs only its own slope and the one number that arrives from the "
            "right."),
    )


@page("Two inputs, a local gradient each", row="7.1")
def several_inputs(given, box):
    """One upstream gradient, one local gradient for each input."""
    a, up = given("a", [2, -3], low=2, high=7, distinct=abs), given("up", 4, low=2, high=7)
    given.require(up not in a)
    local = box(a, "∂f/∂(x, y)", "Nudge one input and hold the other still: what moves?",
        how="The factor in front of that input; the other term does not move.", slips={"other_variable": a[::-1]})
    downs = box(up * local, "∂C/∂(x, y)", "Both inputs get the same upstream. Which local belongs here?",
        how="Upstream times the local gradient of that input.", gradient_of=("x", "y"),
        slips={"local_for_downstream": local, "other_variable": up * local[::-1]})
    g, u = given("g", [5, -2, 3], low=2, high=7, distinct=True), given("u", 6, low=2, high=7)
    given.require(u not in g)
    lost = box(u, "∂C/∂f", "In which row do you know both local and downstream?",
        how="Downstream over local, from the first row.",
        slips={"upside_down": g[0] / (u * g[0]), "upstream_for_downstream": u * g[0]})
    second = box(u * g[1] / lost, "∂f/∂x_2", "Downstream over what?", how="Downstream over upstream.",
        slips={"upside_down": lost / (u * g[1]), "multiplied_not_divided": u * lost * g[1]})
    third = box(lost * g[2], "∂C/∂x_3", "What do upstream and local make together?", how="Upstream times local.",
        slips={"local_for_downstream": g[2], "upstream_added": lost + g[2]})
    f = f"{a[0]:g}x {'+' if a[1] > 0 else '−'} {abs(a[1]):g}y"
    return (
        step(f"This node computes $f = {f}$. What are its two local gradients?",
            eq(link("x", "f"), "=", local[0], APART, link("y", "f"), "=", local[1])),
        step(f"Upstream is $∂C/∂f = {up:g}$. Send it back along both arrows.",
            graph({"x": (0, 0, "x"), "y": (0, 1.5, "y"), "f": (1, 0.75, "f"), "…": (2, 0.75, "…")},
                [("x", "f", None, going_back(downs[0], "x", "f")), ("y", "f", None, going_back(downs[1], "y", "f")),
                    ("f", "…", None, lit("∂C/∂f", up))], unit=(215, 92), along=0.45,
                title=f"x and y meet in the node f = {f}; the gradient {up:g} comes back from the right"),
            both_ways()),
        step("A node with three inputs. Upstream is the same for all of them.",
            table(["input", "upstream", "local", "downstream"],
                ("x_1", *product_row(1, lost, g[0], u * g[0])),
                ("x_2", *product_row(2, lit("up_1", "the same"), second, u * g[1])),
                ("x_3", *product_row(3, lit("up_1", "the same"), g[2], third)))),
    )


# -- 7.2 Four kinds of node --------------------------------------------------------------------------------------------


def meeting(operation: str, values, downstream, out, upstream, title: str, mark: str = "") -> Node:
    """Two inputs that meet in one node, which is lit with both of its slopes."""
    slopes = lit(f"∂f/∂x{mark} ∂f/∂y{mark}", operation)
    nodes = {"x": (0, 0, "x"), "y": (0, 2.1, "y"), "○": (1, 1.05, slopes), "f": (2, 1.05, "f")}
    edges = [(name, "○", values[i], going_back(downstream[i], name, "f", mark)) for i, name in enumerate("xy")]
    edges.append(("○", "f", out, lit(f"∂C/∂f{mark}", upstream)))
    return graph(nodes, edges, unit=(235, 92), along=0.4, title=title)


def both_ways(*marks: str) -> Node:
    """What goes back to both inputs that meet in a node, as formulas lit with the drawings of these marks."""
    ways = (back_through(name, "f", *(marks or ("",))) for name in "xy")
    return eq(*next(ways), APART, words("and"), APART, *next(ways))


@page("A sum passes the gradient on", row="7.2")
def add_node(given, box):
    """Each input of a sum gets all of the gradient."""
    x, up = given("x", [7, -3]), given("up", 4, low=3)
    given.require(np.sum(x) not in (0, 1) and np.all(np.abs(x) > 1) and up not in x and 0.5 * up not in x)
    out = box(np.sum(x), "x + y", "What does the node do?", how="The sum of the inputs.",
        slips={"sign_lost": np.sum(np.abs(x))})
    downs = box([up, up], "∂C/∂(x, y)", "If one input rises by one, by how much does the sum rise?",
        how="The local gradients of a sum are 1, so upstream is passed on.", gradient_of=("x", "y"),
        slips={"add_scales": up * x, "add_splits": [up / 2] * 2})
    third = given("third", -6, low=2)
    given.require(abs(third) != up)
    lost = box(third, "∂C/∂f", "What must have arrived, if this was passed on?", how="A sum passes on what arrives.",
        slips={"add_splits": 3 * third, "local_for_downstream": 1.0})
    rest = box([lost, lost], "∂C/∂(y, z)", "Do the inputs of a sum get different gradients?",
        how="Every input of a sum gets the same.", slips={"add_splits": [lost / 2] * 2, "wrong_sign": [-lost] * 2})
    return (
        step("The sum first, above the arrow; then the gradients that go back.",
            meeting("+", x, downs, out, up, f"x = {x[0]:g} and y = {x[1]:g} are added; {up:g} comes back"),
            both_ways()),
        step(f"Three inputs, $f = x + y + z$. Only one gradient is known: $∂C/∂x = {third:g}$. What are the others?",
            eq(by("f"), "=", lost, APART, by("y"), "=", rest[0], APART, by("z"), "=", rest[1])),
    )


def swapped(name: str, other: str) -> list:
    """The gradient of a factor: upstream times the other factor, lit with the second drawing of a product."""
    up, local = "∂C/∂f′", f"∂f/∂{name}′"
    return [lit(f"∂C/∂{name}′", by(name), uses=f"{up} {local}"), "=", lit(up, by("f")), "·", lit(local, other)]


@page("A product swaps its factors", row="7.2")
def multiply_node(given, box):
    """The local gradient of a factor is the other factor."""
    x, up = given("x", [5, -2], low=2, high=7, distinct=abs), given("up", 3, low=2, high=7)
    given.require(up not in x)
    out = box(np.prod(x), "x·y", "What does the node do?", how="The product of the inputs.",
        slips={"added_not_multiplied": np.sum(x)})
    downs = box(up * x[::-1], "∂C/∂(x, y)", "If x rises by one, by how much does x·y rise?",
        how="Upstream times the other factor.", gradient_of=("x", "y"),
        slips={"factors_not_swapped": up * x, "local_for_downstream": x[::-1], "upstream_for_downstream": [up] * 2})
    f, u = given("factors", [4, 3], low=2, high=7, distinct=True), given("u", -2, low=2, high=7)
    given.require(abs(u) not in f)
    back = u * f[::-1]
    upstream = box(back[0] / f[1], "∂C/∂f", "x's gradient is upstream times which factor?",
        how="The gradient of x over the value of y.",
        slips={"factors_not_swapped": back[0] / f[0], "upstream_for_downstream": back[0]})
    lost = box(back[1] / upstream, "x", "y's gradient is upstream times which factor?",
        how="The gradient of y over the upstream gradient.",
        slips={"same_factor": f[1], "upside_down": upstream / back[1]})
    result = ask.product(box, lost, f[1], "x·y", "Both factors are there now: what is their product?",
        how="The product of the inputs.")
    return (
        step("A product: forward, then back. Which value does each input's gradient need?",
            meeting("×", x, downs, out, up, f"x = {x[0]:g} and y = {x[1]:g} are multiplied; {up:g} comes back"),
            both_ways()),
        step("Here both gradients and $y$ are known. Find what came from upstream, then $x$, then the product.",
            meeting("×", [lost, f[1]], back, result, upstream,
                f"x is unknown, y = {f[1]:g}; {back[0]:g} and {back[1]:g} went on", "′"),
            eq(*swapped("x", "y"), words(", "), *swapped("y", "x"))),
    )


THE_LARGER = {"max_to_other": "That is the smaller one. A maximum lets the larger one through."}
"""What is said of a maximum, on the way forward."""


@page("A maximum chooses the way", row="7.2")
def max_node(given, box):
    """The larger input gets everything, the others nothing."""
    x, up = given("x", [2, 6], distinct=True), given("up", 5, low=2)
    given.require(up not in x)
    out = box(np.max(x), "max(x, y)", "Which one gets through?", how="The larger of the two.",
        slips={"max_to_other": np.min(x)}, words=THE_LARGER)
    won = (x == (out if out in x else np.max(x))) * 1.0
    downs = box(up * won, "∂C/∂(x, y)", "Nudge this input a little. Does the maximum notice?",
        how="The larger input gets all of upstream, the other one nothing.", gradient_of=("x", "y"),
        slips={"max_to_other": np.where(won, 0, np.nan), "max_to_both": [up] * 2, "value_for_slope": x},
        words={"value_for_slope": "That is the value of the input. The box asks for its gradient."})
    z, u = given("z", [-1, 4, 3], distinct=True), given("u", -7, low=2)
    best = (z == np.max(z)) * 1.0
    local = box(best, "∂f/∂z", "Nudge this entry a little. Does the maximum move?",
        how="1 for the largest input, 0 for the others.",
        slips={"value_for_slope": z * best, "max_to_other": (z == np.min(z)) * 1.0})
    three = box(u * local, "∂C/∂z", "Which of the three does the maximum look at?",
        how="The largest input gets all of upstream, the others 0.", gradient_of="z",
        slips={"local_for_downstream": local, "max_to_both": [u] * 3})
    return (
        step("A maximum lets one value through, and the gradient goes back the way that value came.",
            meeting("max", x, downs, out, up, f"The maximum of x = {x[0]:g} and y = {x[1]:g}; {up:g} comes back"),
            both_ways()),
        step(f"Three inputs, $f = max(z_1, z_2, z_3)$, and $∂C/∂f = {u:g}$ from upstream.",
            eq("z", "=", column(z), APART, by("z", "f"), "=", column(lit("∂f/∂z_{j}", local)), APART, by("z"), "=",
                column(lit("∂C/∂z_{j}", three, uses="∂f/∂z_{j}")))),
    )


def one_way(i: int) -> Node:
    """What comes back along one of several ways, as words lit with the drawing."""
    return lit(f"way_{i}", group(lit(f"up_{i}", words("upstream")), "·", lit(f"local_{i}", words("local"))),
        uses=f"up_{i} local_{i}")


@page("A copy adds up what comes back", row="7.2")
def copy_node(given, box):
    """A value that goes two ways gets two gradients back; they add up."""
    k, ups = given("k", [3, -2], low=2, high=6, distinct=abs), given("up", [4, 5], low=2, high=7)
    given.require(k @ ups not in (0, 1))
    ways = box(k * ups, "the gradients that come back", "What does a node that multiplies send back?",
        how="Upstream times the factor.", slips={"local_for_downstream": k, "upstream_for_downstream": ups})
    total = box(np.sum(ways), "∂C/∂x", "x moves the cost along both ways. How do the effects combine?",
        how="The sum of the gradients from both ways.", gradient_of="x",
        slips={"copies_not_summed": ways[0], "copies_averaged": np.mean(ways), "multiplied_not_added": np.prod(ways)})
    three = given("three", [6, -4, 3], low=2)
    given.require(np.sum(three) not in (0, 1))
    lost = box(three[2], "the third way", "What is missing to reach the sum?",
        how="The sum minus the two known gradients.",
        slips={"copies_not_summed": np.sum(three), "subtracted_backwards": -three[2]})
    square = given("s", 5, low=3)
    upstream = given("u", 2, low=2)
    given.require(square != upstream)
    each = box([upstream * square] * 2, "each factor's gradient",
        "In a product, what is the slope with respect to one factor?",
        how="Upstream times the other factor, which is x again.", slips={"upstream_for_downstream": [upstream] * 2})
    both = box(np.sum(each), "∂C/∂x", "Both factors are copies of x. What becomes of their gradients?",
        how="The sum over both copies: 2x times upstream.", gradient_of="x", slips={"copies_not_summed": each[0]})
    return (
        step("One value, used twice. Send a gradient back along each way, then join the two.",
            graph({"x": (0, 0.8, "x"), "c": (1, 0.8, "copy"), "a": (2, 0, lit("local_1", times(k[0]))),
                "b": (2, 1.6, lit("local_2", times(k[1]))), "f": (3, 0, "f"), "g": (3, 1.6, "g")},
                [("x", "c", None, lit("∂C/∂x", total, uses="way_1 way_2")),
                    ("c", "a", None, lit("way_1", ways[0], uses="up_1 local_1")),
                    ("c", "b", None, lit("way_2", ways[1], uses="up_2 local_2")), ("a", "f", None, lit("up_1", ups[0])),
                    ("b", "g", None, lit("up_2", ups[1]))], unit=(185, 92),
                title=f"x is copied to a node that multiplies by {k[0]:g} and one that multiplies by {k[1]:g}"),
            eq(link("x", uses="way_1 way_2"), "=", one_way(1), "+", one_way(2))),
        step("Three ways this time. Which gradient came back along the third?",
            eq(by("x"), "=", f"{three[0]:g} {'+' if three[1] > 0 else '−'} {abs(three[1]):g} +", lost, "=",
                np.sum(three))),
        step(f"A square is a copy and a product: $x·x$ with $x = {square:g}$, and {upstream:g} from upstream.",
            eq(by("x"), "=", lit("each_1", each[0]), "+", lit("each_2", each[1]), "=",
                lit("both", both, uses="each_1 each_2"))),
    )


def carries(name: str, value, gradient, uses: str, way: str = "") -> tuple:
    """What an arrow carries: the value of `name`, and its gradient, lit with the letters of the formula it is made of.

    `way` tells the gradients apart that come back to one value along several arrows.
    """
    return lit(name, value), lit(f"∂{name}{way}", gradient, uses=uses)


def letter(name: str, *ways: str) -> Node:
    """A letter of a formula, lit with its value and with the gradients that come back to it."""
    return lit(" ".join([name, *(f"∂{name}{way}" for way in ways or ("",))]), name)


def maximum(first: Node, second: Node) -> Node:
    """max(y, z), lit with the node that takes it and with what goes into it."""
    return term(lit("max", "max"), "(", first, words(", "), second, ")")


@page("All four together", row="7.2")
def all_four(given, box):
    """f = (x + y)·max(y, z), forwards and backwards."""
    x, y, z = given("x", 3, low=2, high=6), given("y", 4, low=2, high=6), given("z", -2, high=5)
    given.distinct(x, y, z)
    given.require(y > z and abs(z) > 1)
    s = box(x + y, "x + y", "What does the node do with its two values?", how="The sum.",
        slips={"multiplied_not_added": x * y})
    m = box(max(y, z), "max(y, z)", "Which one is larger?", how="The larger one.", slips={"max_to_other": min(y, z)},
        words=THE_LARGER)
    f = ask.product(box, s, m, "f", "Which two numbers meet in the last node?", how="The product of the two.")
    ds = box(m, "∂f/∂(x + y)", "In a product, what is the slope with respect to one factor?",
        how="The other factor: the maximum.", gradient_of="s", slips={"factors_not_swapped": s})
    dm = box(s, "∂f/∂max", "In a product, what is the slope with respect to one factor?",
        how="The other factor: the sum.", gradient_of="m", slips={"factors_not_swapped": m})
    dx = box(ds, "∂f/∂x", "What does a sum do with the gradient that arrives?", how="The sum passes its gradient on.",
        gradient_of="x", slips={"add_scales": ds * x, "add_splits": ds / 2})
    first = box(ds, "the gradient of y from the sum", "What does a sum do with the gradient that arrives?",
        how="The sum hands its gradient on.", slips={"add_scales": ds * y, "add_splits": ds / 2})
    second = box(dm * (m != z), "the gradient of y from the maximum", "Was y the larger one?",
        how="All of it, since y was larger.", slips={"max_to_other": 0.0, "add_splits": dm / 2})
    dz = box(dm * (m == z), "∂f/∂z", "Does the maximum notice z?", how="Nothing, since z was smaller.", gradient_of="z",
        slips={"max_to_other": dm})
    dy = box(first + second, "∂f/∂y", "Two ways out: how many gradients come back, and how do they join?",
        how="The sum of what comes back from both ways.", gradient_of="y",
        slips={"copies_not_summed": first, "path_left_out": second, "copies_averaged": (first + second) / 2,
            "multiplied_not_added": first * second})
    nodes = {"x": (0, 0, "x"), "y": (0, 1.5, "y"), "z": (0, 3, "z"), "c": (1, 1.5, "copy"),
        "+": (2.1, 0.2, lit("plus", "+")), "max": (2.1, 2.8, lit("max", "max")), "×": (3.2, 1.5, lit("times", "×")),
        "f": (4.1, 1.5, "f")}
    edges = [("x", "+", *carries("x", x, dx, "∂s plus")), ("y", "c", *carries("y", y, dy, "∂y_1 ∂y_2")),
        ("c", "+", *carries("y", y, first, "∂s plus", "_1")), ("c", "max", *carries("y", y, second, "∂m max", "_2")),
        ("z", "max", *carries("z", z, dz, "∂m max")), ("+", "×", *carries("s", s, ds, "∂f m times")),
        ("max", "×", *carries("m", m, dm, "∂f s times")), ("×", "f", *carries("f", f, 1, ""))]
    return (
        step("Here is $f = (x + y)·max(y, z)$, drawn. Values first, above the arrows; then every gradient below them. "
            "Start at the right with 1.",
            graph(nodes, edges, unit=(140, 118),
                title=f"x = {x:g}, y = {y:g}, z = {z:g}; y is copied to a sum with x and to a maximum with z"),
            eq(letter("s"), "=", letter("x"), lit("plus", "+"), letter("y", "_1"), APART, letter("m"), "=",
                maximum(letter("y", "_2"), letter("z")), APART, letter("f"), "=", letter("s"), lit("times", "·"),
                letter("m"))),
        say("The sum passed the gradient on, the product swapped its factors, the maximum chose one way, the copy "
            "added up. Any other node multiplies by a slope of its own."),
    )


@page("The same four on another graph", row="7.2")
def another_graph(given, box):
    """The same four rules on C = k·(x·y + max(x, z)), where x simply has two arrows."""
    x, y, z = given("x", 4, low=2, high=6), given("y", -3, low=2, high=5), given("z", 2, low=2, high=6)
    k = given("k", 2, low=2, high=4)
    given.require(x > z and y not in (x, k) and k != x and x * y + x not in (0, 1))
    q = ask.product(box, x, y, "x·y", "What does the node do with its two values?", how="The product.")
    m = box(max(x, z), "max(x, z)", "Which one is larger?", how="The larger one.", slips={"max_to_other": min(x, z)},
        words=THE_LARGER)
    s = box(q + m, "the sum", "Which two numbers meet in the node?", how="The sum of the two.",
        slips={"multiplied_not_added": q * m})
    cost = ask.product(box, k, s, "C", "What does the last node do to the sum?", how="The sum times the factor.")
    ds = box(k * 1, "the gradient of the sum", "Upstream is 1. What is local?", how="The factor of the last node.",
        gradient_of="s", slips={"value_for_slope": cost, "activation_for_weight": s, "upstream_for_downstream": 1.0})
    dq = box(ds, "the gradient of x·y", "What does a sum do with what arrives?", how="The sum passes it on.",
        gradient_of="q", slips={"add_scales": ds * q, "add_splits": ds / 2})
    dm = box(ds, "the gradient of the maximum", "What does a sum do with what arrives?", how="The sum passes it on.",
        gradient_of="m", slips={"add_scales": ds * m, "add_splits": ds / 2})
    dy = box(dq * x, "∂C/∂y", "Which factor is the local gradient?", how="Upstream times x.", gradient_of="y",
        slips={"factors_not_swapped": dq * y, "local_for_downstream": x})
    one = box(dq * y, "the gradient of x from the product", "Which factor is the local gradient?",
        how="Upstream times y.", slips={"factors_not_swapped": dq * x, "local_for_downstream": y})
    two = box(dm * (m != z), "the gradient of x from the maximum", "Was x the larger one?",
        how="All of it, since x was larger.", slips={"max_to_other": 0.0, "add_splits": dm / 2})
    dz = box(dm * (m == z), "∂C/∂z", "Does the maximum notice z?", how="Nothing, since z was smaller.", gradient_of="z",
        slips={"max_to_other": dm})
    dx = box(one + two, "∂C/∂x", "Two arrows leave x. How many gradients come back?", how="The sum over both arrows.",
        gradient_of="x", slips={"copies_not_summed": one, "path_left_out": two, "copies_averaged": (one + two) / 2,
            "multiplied_not_added": one * two})
    nodes = {"y": (0, 0, "y"), "x": (0, 1.5, "x"), "z": (0, 3, "z"), "×": (1.4, 0.2, lit("times", "×")),
        "max": (1.4, 2.8, lit("max", "max")), "+": (2.5, 1.5, lit("plus", "+")),
        "k": (3.5, 1.5, lit("k", times(k, "s"))), "C": (4.5, 1.5, "C")}
    edges = [("y", "×", *carries("y", y, dy, "∂q x times")), ("x", "×", *carries("x", x, one, "∂q y times", "_1")),
        ("x", "max", *carries("x", x, two, "∂m max", "_2")), ("z", "max", *carries("z", z, dz, "∂m max")),
        ("×", "+", *carries("q", q, dq, "∂s plus")), ("max", "+", *carries("m", m, dm, "∂s plus")),
        ("+", "k", *carries("s", s, ds, "∂C k")), ("k", "C", *carries("C", cost, 1, ""))]
    return (
        step(f"This one is $C = {k:g}·(x·y + max(x, z))$. There is no copy node, but two arrows leave $x$. Values "
            "first, then the gradients.",
            graph(nodes, edges, unit=(129, 130),
                title=f"x = {x:g} meets y = {y:g} in a product, z = {z:g} in a maximum; the sum times {k:g} is C"),
            eq(letter("q"), "=", letter("x", "_1"), lit("times", "·"), letter("y"), APART, letter("m"), "=",
                maximum(letter("x", "_2"), letter("z"))),
            eq(letter("s"), "=", letter("q"), lit("plus", "+"), letter("m"), APART, letter("C"), "=", lit("k", k), "·",
                letter("s"))),
        step("What is the whole gradient of $x$?", eq(by("x"), "=", lit("∂x", dx, uses="∂x_1 ∂x_2"))),
    )


# -- 7.3 A network of two, three and two nodes -------------------------------------------------------------------------


class Net(NamedTuple):
    """A 2–3–2 network without activation and one example: whatever a page wants to print."""

    x: np.ndarray
    target: np.ndarray
    w1: np.ndarray
    b1: np.ndarray
    w2: np.ndarray
    b2: np.ndarray
    u: np.ndarray
    out: np.ndarray  # a₁ and a₂
    error: np.ndarray  # ∂C/∂a₁ and ∂C/∂a₂
    du: np.ndarray  # ∂C/∂u

    @property
    def cost(self) -> float:
        return float(self.error @ self.error / 2)


def two_three_two(given) -> Net:
    """The network that is worked through by hand; small whole numbers in other variants."""
    x, target = given("x", [3, -2], low=2, high=4, distinct=abs), given("target", [1, 4], high=5)
    w1, b1 = given("W1", [[2, -1], [-4, 4], [-1, 1]], low=2, high=4), given("b1", [-1, -2, 2], low=2, high=4)
    w2, b2 = given("W2", [[2, 1, 4], [-2, -1, 5]], low=2, high=4), given("b2", [-1, 5], low=2, high=6)
    net = forward(x, target, w1, b1, w2, b2)
    given.require(np.max(np.abs(net.out)) <= 80 and np.min(np.abs(net.u)) >= 2)
    given.require(np.min(np.abs(net.error)) >= 2 and abs(net.error[0]) != abs(net.error[1]))
    given.distinct(net.u, by=abs)
    given.distinct(net.du, by=abs)
    given.require(np.min(np.abs(net.du)) >= 2 and np.max(np.abs(net.du)) <= 200)
    return net


def forward(x, target, w1, b1, w2, b2) -> Net:
    """The values of a 2–3–2 network, and the gradients of half the squared error at its nodes."""
    u = w1 @ x + b1
    out = w2 @ u + b2
    return Net(x, target, w1, b1, w2, b2, u, out, out - target, w2.T @ (out - target))


def biases(values, first: int) -> list[str]:
    """What is written under nodes: b_1 = −1 and so on."""
    return [f"b_{first + i} = {value:g}" for i, value in enumerate(values)]


def difference(name: str, value: float) -> str:
    """The formula name − value, a negative value with its sign turned."""
    return f"{name} {'−' if value >= 0 else '+'} {abs(value):g}"


def squares_of(target) -> str:
    """The squares in the cost."""
    return f"(({difference('a_1', target[0])})^2 + ({difference('a_2', target[1])})^2)"


def first_weights(values) -> list[list]:
    """The weights of the first layer, lit as w_1 to w_6: those that leave x₁, then those that leave x₂."""
    return [[lit(f"w_{j + 1 + 3 * k}", values[j, k], uses=f"x_{k + 1}") for k in range(2)] for j in range(3)]


def second_weights(values) -> list[list]:
    """The weights of the second layer, lit as w_7 to w_12, each with its output: those that leave u₁, u₂, u₃."""
    return [[lit(f"w_{7 + j + 2 * k}", values[j, k],
        uses=f"u_{k + 1} {OUT_NAMES[j]}") for k in range(3)] for j in range(2)]


def weighted_sum(weights, inputs: str, bias: str) -> Node:
    """A weighted sum in letters, w_1 x_1 + w_4 x_2 + b_1, each letter lit with the drawing."""
    terms = [term(lit(f"w_{n}", f"w_{{{n}}}"), lit(f"{inputs}_{i}", f"{inputs}_{i}")) for i, n in enumerate(weights, 1)]
    return group(*(part for product in terms for part in (product, "+")), bias)


@page("Forward to the hidden layer", row="7.3", shares=two_three_two)
def hidden_values(given, box):
    """The network of this chapter: its first layer, by hand."""
    net = given.shared(two_three_two)
    terms = ask.product(box, net.w1[0], net.x, "w_1x_1 and w_4x_2", "Which weight belongs to which input?",
        how="Each weight times the input it comes from.", slips={"wrong_sign": -net.w1[0] * net.x})
    u = box([np.sum(terms) + net.b1[0], *(net.w1[1:] @ net.x + net.b1[1:])], "u",
        "Did you add both products and the bias?",
        how="The sum of weight times input over both inputs, plus the bias.",
        slips={"bias_left_out": net.w1 @ net.x, "only_one_term": net.w1[:, 0] * net.x[0],
            "term_left_out": net.w1[:, 0] * net.x[0] + net.b1})
    return (
        step("This is the network: two inputs, three hidden nodes, two outputs. Each node adds up what arrives and its "
            "bias, without an activation. Start with the first hidden node.",
            eq(lit("u_1", "u_1"), "=", weighted_sum((1, 4), "x", "b_1"), "=", lit("w_1", terms[0]), "+",
                lit("w_4", terms[1]), plus(net.b1[0]))),
        step("Now all three. The weights sit on the edges, the biases under the nodes.",
            network([lit("x_{j}", net.x), [lit("u_1", u[0]), u[1], u[2]]], [first_weights(net.w1)],
                names=[["x_1", "x_2"], U_NAMES], below=[(), biases(net.b1, 1)], along=(0.7,), gap=390, row_gap=104,
                title="Two inputs joined to three hidden nodes by six weights")),
    )


@page("The prediction and its cost", row="7.3", shares=two_three_two)
def prediction_and_loss(given, box):
    """The second layer, then how wrong it is."""
    net = given.shared(two_three_two)
    out = box(net.out, "a", "Did you add all three products and the bias?",
        how="The sum of weight times hidden value over all three, plus the bias.",
        slips={"bias_left_out": net.w2 @ net.u, "term_left_out": net.w2[:, :2] @ net.u[:2] + net.b2})
    error = ask.error(box, out, net.target, "prediction − target", "Which comes first, prediction or target?",
        how="The prediction minus its target.")
    squares = box(error**2, "the squares", "What sign does a square have?", how="Each difference times itself.",
        slips={"not_squared": error, "wrong_sign": -(error**2)})
    cost = box(np.sum(squares) / 2, "C", "Add the squares. What stands in front?", how="Half the sum of the squares.",
        slips={"half_left_out": np.sum(squares), "only_one_term": squares[0] / 2, "not_squared": np.sum(error) / 2})
    return (
        step("The hidden values are known. What does the network predict?",
            network([lit("u_{j}", net.u), [lit("a_1", out[0]), lit("a_2", out[1])]], [second_weights(net.w2)],
                names=[U_NAMES, OUT_NAMES], below=[(), biases(net.b2, 4)], along=(0.3,), gap=390, row_gap=104,
                title="Three hidden nodes joined to two outputs by six weights"),
            aligned(("a_1", "=", weighted_sum((7, 9, 11), "u", "b_4")),
                ("a_2", "=", weighted_sum((8, 10, 12), "u", "b_5")))),
        step(f"The targets were {net.target[0]:g} and {net.target[1]:g}. How far off are the predictions? And what "
            "is the cost?",
            table(["", "prediction − target", "squared"],
                *[(lit(name, difference(name, net.target[i])), lit(f"e_{i}", error[i], uses=name),
                    lit(f"square_{i}", squares[i], uses=f"e_{i}")) for i, name in enumerate(OUT_NAMES)]),
            eq("C", "=", frac(1, 2), squares_of(net.target), "=", lit("C", cost, uses="square_0 square_1"))),
    )


@page("Where the way back begins", row="7.3", shares=two_three_two)
def output_error(given, box):
    """The slope of the cost with respect to each prediction: prediction minus target."""
    net = given.shared(two_three_two)
    a, y = Name("a"), given("y", 3, low=2)
    formula = box(a - y, "∂C/∂a", "The power comes down. What does it do to the one half?", names="a",
        how="The two from the square cancels the one half.",
        slips={"doubled": 2 * (a - y), "target_minus_prediction": y - a, "half_kept": (a - y) / 2,
            "not_differentiated": (a - y) ** 2 / 2})
    gap = net.out - net.target
    error = box([formula.evaluate({"a": y + far}) for far in gap], "∂C/∂a",
        "Put the prediction into your formula, and its own target.", how="Prediction minus target.", gradient_of="a2",
        slips={"target_minus_prediction": -gap, "doubled": 2 * gap, "half_kept": gap / 2,
            "value_for_slope": gap**2 / 2},
        words={"value_for_slope": "That is the cost of this output. How fast does it change?"})
    others, aims = given("predictions", [5, -4]), given("targets", [-2, 3])
    given.require(np.all(others != aims) and np.all(others != -aims))
    known = others - aims
    lost = box(aims[0], "the target", "Prediction minus what gives this error?", how="Prediction minus error.",
        slips={"wrong_sign": -aims[0], "target_minus_prediction": others[0] + known[0]})
    found = box(others[1], "the prediction", "What minus the target gives this error?", how="Error plus target.",
        slips={"target_minus_prediction": aims[1] - known[1]})
    both = "∂C/∂a_1 ∂C/∂a_2"
    return (
        step(f"One prediction $a$ with the target ${y:g}$: the cost is $C = ½(a - {y:g})^2$. Differentiate.",
            eq(lit(both, by("a")), "=", formula)),
        step(f"Our network has two: $C = ½{squares_of(net.target)}$. Fill in the first two gradients of the way back.",
            graph({"a": (0, 0, "a_1"), "b": (0, 1.9, "a_2"), "C": (1, 0.95, "C")},
                [("a", "C", net.out[0], lit("∂C/∂a_1", error[0])), ("b", "C", net.out[1], lit("∂C/∂a_2", error[1]))],
                unit=(290, 106), along=0.36,
                title=f"The predictions {net.out[0]:g} and {net.out[1]:g} go into the cost")),
        step("Another example: prediction minus target is known for both outputs. Fill in what is missing.",
            eq(column([others[0], found], "predictions"), "−", column([lost, aims[1]], "targets"), "=",
                column(known, "∂C/∂a"))),
    )


def output_gradients(net: Net, on_edges) -> Node:
    """The second layer with the gradients that arrived at its outputs under them, and something on each edge."""
    return network([lit("u_{j}", net.u), OUT_NAMES], [lit("w_{j}{k}", on_edges, uses="e_{j} u_{k}")],
        names=[U_NAMES, ["", ""]], below=[(), lit("e_{j}", net.error)], along=(0.78,), gap=430, row_gap=200,
        title=f"Hidden values {', '.join(f'{v:g}' for v in net.u)}; the gradients {net.error[0]:g} and "
        f"{net.error[1]:g} have arrived at the outputs")


def into_output(j: int) -> list:
    """The chain rule for the weights that lead into output j, lit with their edges."""
    out = OUT_NAMES[j - 1]
    return [lit(f"w_{j}1 w_{j}2 w_{j}3", by("w")), "=", lit(f"e_{j}", by(out)), "·",
        lit("u_1 u_2 u_3", by("w", out))]


@page("A gradient on every edge", row="7.3", shares=two_three_two)
def weight_gradients(given, box):
    """Each weight of the second layer: upstream times the value it multiplies."""
    net = given.shared(two_three_two)
    local = box(net.u[:2], "∂a_1/∂w_7 and ∂a_1/∂w_9", "What does this weight multiply?",
        how="The hidden value at the start of the edge.",
        slips={"weight_for_activation": net.w2[0, :2], "value_for_slope": net.w2[0, :2] * net.u[:2]})
    u = np.array([*local, net.u[2]])
    on_edges = ask.outer(box, net.error, u, "∂C/∂w on the edges",
        "Which gradient stands at the end of the edge, which value at its start?",
        how="The gradient at the end of the edge times the value at its start.", gradient_of="W2",
        slips={"weight_for_activation": net.error[:, None] * net.w2,
            "upstream_for_downstream": np.outer(net.error, np.ones(3)),
            "local_for_downstream": np.outer(np.ones(2), u)},
        words={"other_row": "That uses the gradient of the other output. Which output does this edge lead to?"})
    return (
        step(f"The first output is $a_1 = w_7u_1 + w_9u_2 + w_{{11}}u_3 + b_4$, with $u_1 = {net.u[0]:g}$ and $u_2 = "
            f"{net.u[1]:g}$. What are these local gradients?",
            eq(lit("u_1", by("w_7", "a_1")), "=", local[0], APART, lit("u_2", by("w_9", "a_1")), "=", local[1])),
        step("The gradient that arrived at each output stands under it. Write the gradient of each weight on its edge.",
            output_gradients(net, on_edges),
            eq(*into_output(1), APART, words("or"), APART, *into_output(2))),
    )


@page("All weight gradients in one matrix", row="7.3", shares=two_three_two)
def weight_matrix(given, box):
    """The same gradients as a column times a row; then the column and the row from the matrix."""
    net = given.shared(two_three_two)
    whole = ask.outer(box, net.error, net.u, "∂C/∂W", "Which row are you in, and which column?",
        how="The gradient of the row's output times the hidden value of the column.", gradient_of="W2",
        only=[(0, 2), (1, 1)],
        slips={"weight_for_activation": net.error[:, None] * net.w2})
    d, u = given("d", [4, -3], low=2, high=6, distinct=abs), given("u", [2, -5, 6], low=2, high=6, distinct=abs)
    product = np.outer(d, u)
    column_ = box(d, "∂C/∂a", "Which known entry stands in this row, and which value above it?", only=[1],
        how="An entry of the second row over the hidden value of its column.",
        slips={"upside_down": u[1] / product[1, 1], "multiplied_not_divided": product[1, 1] * u[1]})
    row_ = box(u, "the hidden values", "Which known entry stands in this column, and which gradient before it?",
        only=[0, 2], how="An entry of the first row over that row's gradient.",
        slips={"upside_down": d[0] / product[0], "multiplied_not_divided": product[0] * d[0]})
    filled = ask.outer(box, column_, row_, "∂C/∂W", "Which gradient belongs to the row, which value to the column?",
        only=[(1, 0), (1, 2)], how="The row's gradient times the column's value.", gradient_of="W1")
    return (
        step("The gradients $∂C/∂W$ in the shape of the weights, a row for $a_1$ and a row for $a_2$, are a column "
            "times a row. Two entries are missing.",
            eq(column(lit("e_{j}", net.error)), row(lit("u_{j}", net.u)), "=",
                matrix(lit("w_{j}{k}", whole, uses="e_{j} u_{k}")))),
        step("Another layer, with blanks on both sides.",
            eq(column(lit("e'_{j}", column_)), row(lit("u'_{j}", row_)), "=",
                matrix(lit("w'_{j}{k}", filled, uses="e'_{j} u'_{k}")))),
    )


@page("Biases, and a check by nudging", row="7.3", shares=two_three_two)
def bias_gradients(given, box):
    """A bias has the local gradient 1; a small nudge of the whole network agrees."""
    net = given.shared(two_three_two)
    h = 0.1
    local = box(1.0, "∂a_1/∂b_4", "If the bias rises by one, by how much does the sum rise?",
        how="The bias is added as it is.",
        slips={"parameter_for_gradient": net.b2[0], "activation_for_weight": net.u[0]})
    grads = box(net.error * local, "∂C/∂(b_4, b_5)", "Upstream times local: what is local here?",
        how="Upstream times 1.", gradient_of="b2",
        slips={"local_for_downstream": [local] * 2, "other_row": net.error[::-1], "parameter_for_gradient": net.b2})
    e0, e1 = net.error
    after = box(net.out[0] + h * local, "the new a_1", "What does a bias do to the sum?",
        how="The old prediction plus the nudge.", slips={"change_not_value": h, "wrong_sign": net.out[0] - h})
    cost = ((e0 + h) ** 2 + e1**2) / 2
    change = ask.change(box, cost, net.cost, "ΔC", "Which cost do you subtract from which?",
        how="The new cost minus the old one.", slips={"value_not_change": cost})
    ratio = box(change / h, "ΔC/Δb_4", "Which change stands on top?", how="The change of the cost over the nudge.",
        slips={"change_not_ratio": change, "slope_for_ratio": e0})
    given.require(abs((e0 + h) ** 2 - e0**2) > 0.1)
    return (
        step("A bias is simply added. What is its local gradient?", eq(link("b_4", "a_1"), "=", local)),
        step(f"The gradients at the outputs are $∂C/∂a_1 = {e0:g}$ and $∂C/∂a_2 = {e1:g}$. And those of both biases?",
            eq(link("b_4", uses="∂a_1/∂b_4"), "=", grads[0], APART, by("b_5"), "=", grads[1])),
        step(f"Check it: raise $b_4$ by 0.1. The prediction was $a_1 = {net.out[0]:g}$; the cost goes from "
            f"${net.cost:g}$ to ${cost:.10g}$.",
            eq("a_1", "=", after, APART, "ΔC", "=", lit("ΔC", change), APART, frac(lit("ΔC", "ΔC"), "Δb_4"), "=",
                lit("∂C/∂b_4", ratio))),
        say("Not quite the gradient, because the cost is curved. A smaller nudge comes closer."),
    )


@page("Back to a hidden node: two paths", row="7.3", shares=two_three_two)
def two_paths(given, box):
    """A hidden value moves the cost through both outputs, so two products add up."""
    net = given.shared(two_three_two)
    paths, totals = [], []
    for k in range(3):
        ways = box(net.error * net.w2[:, k], f"the paths of u_{k + 1}",
            "The gradient at the end of the edge, times what on the edge?",
            how="The gradient at the end of the edge times the weight on it.",
            slips={"activation_for_weight": net.error * net.u[k], "upstream_for_downstream": net.error,
                "local_for_downstream": net.w2[:, k]})
        total = box(np.sum(ways), f"∂C/∂u_{k + 1}",
            "Both paths lead to the same cost. What happens to their gradients?", how="The sum over both paths.",
            gradient_of=("a1", k),
            slips={"path_left_out": ways[0], "copies_averaged": np.mean(ways), "wrong_sign": -np.sum(ways)})
        paths.append(ways)
        totals.append(total)
    (e, f), lines = map(signed, net.error), []
    for k in (1, 2):
        products = f"{e}·{signed(net.w2[0, k])} + {f}·{signed(net.w2[1, k])}"
        lines.append(eq(by(f"u_{k + 1}"), "=", products, "=", group(paths[k][0], "+", paths[k][1]), "=",
            totals[k]))
    return (
        step("From $u_1$ two paths lead to the cost, one through $a_1$, one through $a_2$. The weights stand on the "
            "edges, the gradients under the outputs. What comes back along each path, and what in all?",
            network([["u_1"], OUT_NAMES], [[[lit("by_1", net.w2[0, 0])], [lit("by_2", net.w2[1, 0])]]],
                below=[[echo(totals[0])], net.error], gap=330, row_gap=112, along=(0.5,),
                title=f"u₁ feeds a₁ by the weight {net.w2[0, 0]:g} and a₂ by {net.w2[1, 0]:g}"),
            eq(by("u_1"), "=", lit("by_1", group(by("a_1"), "·", by("u_1", "a_1"))), "+",
                lit("by_2", group(by("a_2"), "·", by("u_1", "a_2")))),
            eq("=", lit("by_1", paths[0][0]), "+", lit("by_2", paths[0][1]), "=", totals[0])),
        step("The same for the other two.", *lines),
    )


@page("The first layer", row="7.3", shares=two_three_two)
def first_layer(given, box):
    """What has arrived at the hidden nodes is upstream for the weights before them."""
    net = given.shared(two_three_two)
    grads = box(net.du, "∂C/∂b", "A bias is simply added. What is its local gradient?", how="Upstream times 1.",
        gradient_of="b1", slips={"parameter_for_gradient": net.b1, "local_for_downstream": np.ones(3)})
    local = box(net.x, "∂u_1/∂w_1 and ∂u_1/∂w_4", "What does this weight multiply?",
        how="The input at the start of the edge.",
        slips={"weight_for_activation": net.w1[0], "value_for_slope": net.w1[0] * net.x})
    on_edges = box(np.outer(net.du, local), "∂C/∂w on the edges",
        "Which gradient stands at the end of the edge, which value at its start?",
        how="The gradient at the end of the edge times the input at its start.", gradient_of="W1",
        slips={"other_column": np.outer(net.du, local[::-1]), "weight_for_activation": net.du[:, None] * net.w1,
            "upstream_for_downstream": np.outer(net.du, np.ones(2)),
            "local_for_downstream": np.outer(np.ones(3), local)})
    return (
        step("One layer further back everything repeats. These gradients have arrived at the hidden nodes. What are "
            "the gradients of their biases?",
            eq(by("u"), "=", column(lit("d_{j}", net.du)), words(", so "), by("b"), "=", column(lit("d_{j}", grads)))),
        step(f"The inputs are $x_1 = {net.x[0]:g}$ and $x_2 = {net.x[1]:g}$. What are these two local gradients?",
            eq(by("w_1", "u_1"), "=", lit("x_1", local[0]), APART, by("w_4", "u_1"), "=", lit("x_2", local[1]))),
        step("Now the gradient of every weight, on its edge.",
            network([lit("x_{j}", net.x), U_NAMES], [lit("w_{j}{k}", on_edges, uses="d_{j} x_{k}")],
                names=[["x_1", "x_2"], ["", "", ""]], below=[(), lit("d_{j}", net.du)], along=(0.7,), gap=380,
                row_gap=160,
                title="Two inputs joined to three hidden nodes; under the nodes the gradients that arrived")),
    )


@page("The first layer in one matrix", row="7.3", shares=two_three_two)
def first_matrix(given, box):
    """A column times a row again, with blanks in both."""
    net = given.shared(two_three_two)
    whole = np.outer(net.du, net.x)
    column_ = box(net.du, "∂C/∂u", "Which known entry stands in this row, and which input above it?", only=[1],
        how="An entry of the second row over the input of its column.", gradient_of="a1",
        slips={"upside_down": net.x[0] / whole[1, 0], "multiplied_not_divided": whole[1, 0] * net.x[0]})
    row_ = box(net.x, "x", "Which known entry stands in this column, and which gradient before it?", only=[1],
        how="An entry of the first row over that row's gradient.",
        slips={"upside_down": net.du[0] / whole[0], "multiplied_not_divided": whole[0] * net.du[0]})
    filled = box(np.outer(column_, row_), "∂C/∂W", "Which gradient belongs to the row, which input to the column?",
        only=[(0, 0), (1, 1), (2, 0), (2, 1)], how="The row's gradient times the column's input.", gradient_of="W1",
        slips={"other_column": np.outer(column_, row_[::-1]), "weight_for_activation": net.du[:, None] * net.w1})
    return (
        step("The same gradients in the shape of the weights: a row for each hidden node, a column for each input.",
            network([lit("x_{j}", echo(row_)), U_NAMES], [lit("w_{j}{k}", echo(filled), uses="d_{j} x_{k}")],
                names=[["x_1", "x_2"], ["", "", ""]], below=[(), lit("d_{j}", echo(column_))], along=(0.7,), gap=380,
                row_gap=112, title="Two inputs joined to three hidden nodes; what is found appears on the edges"),
            eq(by("W"), "=", column(lit("d_{j}", column_)), row(lit("x_{j}", row_)), "=",
                matrix(lit("w_{j}{k}", filled, uses="d_{j} x_{k}")))),
    )


@page("One step downhill, second layer", row="7.3", shares=two_three_two)
def step_second_layer(given, box):
    """Every weight moves by −1/100 of its gradient."""
    net = given.shared(two_three_two)
    grad = np.outer(net.error, net.u)
    move = box(-grad[0, 0] / 100, "Δw_7", "Against the gradient, and how far?",
        how="Minus a hundredth of the gradient.",
        slips={"uphill": grad[0, 0] / 100, "learning_rate_left_out": -grad[0, 0]})
    steps = np.vstack([np.array([move, *(-grad[0, 1:] / 100)], dtype=float), -grad[1] / 100])
    new = box(net.w2 + steps, "the new W", "Where does the weight stand after the step?",
        how="The old weight plus its step.",
        slips={"uphill": net.w2 + grad / 100, "learning_rate_left_out": net.w2 - grad, "step_for_value": steps})
    bias = box(net.b2 - net.error / 100, "the new (b_4, b_5)", "Does a bias step differently from a weight?",
        how="The old bias minus a hundredth of its gradient.",
        slips={"uphill": net.b2 + net.error / 100, "learning_rate_left_out": net.b2 - net.error,
            "step_for_value": -net.error / 100})
    return (
        step("The gradient points uphill, so step the other way, by a hundredth of it. First $w_7$: its gradient is "
            f"${grad[0, 0]:g}$.",
            eq("Δw_7", "=", "−", frac(1, 100), "·", lit("w_11", by("w_7")), "=", lit("w_11", move))),
        step("Now all six weights at once.",
            eq(matrix(lit("w_{j}{k}", net.w2), "W"), "−", frac(1, 100), matrix(lit("w_{j}{k}", grad), "∂C/∂W")),
            eq("=", matrix(lit("w_{j}{k}", new)))),
        step("And the two biases.",
            eq(column(lit("b_{j}", net.b2)), "−", frac(1, 100), column(lit("b_{j}", net.error)), "=",
                column(lit("b_{j}", bias)))),
    )


@page("One step downhill, first layer", row="7.3", shares=two_three_two)
def step_first_layer(given, box):
    """The same step, with gradients to find back from old and new biases."""
    net = given.shared(two_three_two)
    grad = np.outer(net.du, net.x)
    new = box(net.w1 - grad / 100, "the new W", "Against the gradient, and by how much of it?",
        how="The old weight minus a hundredth of its gradient.",
        slips={"uphill": net.w1 + grad / 100, "learning_rate_left_out": net.w1 - grad, "step_for_value": -grad / 100})
    after = net.b1 - net.du / 100
    lost = box((net.b1 - after) * 100, "∂C/∂b", "Old minus new is a hundredth of what?",
        how="A hundred times old minus new.", gradient_of="b1",
        slips={"wrong_sign": (after - net.b1) * 100, "step_for_value": net.b1 - after},
        words={"step_for_value": "That is how far the bias moved. Of which gradient is it a hundredth?"})
    return (
        step("Now the six weights of the first layer.",
            eq(matrix(lit("w_{j}{k}", net.w1)), "−", frac(1, 100), matrix(lit("w_{j}{k}", grad)), "=",
                matrix(lit("w_{j}{k}", new)))),
        step("For the biases you see the old and the new values. What was their gradient?",
            eq(column(lit("b_{j}", net.b1), "before"), "−", frac(1, 100), column(lit("b_{j}", lost), "gradient"), "=",
                column(lit("b_{j}", after), "after"))),
    )


@page("Was it a good step?", row="7.3", shares=two_three_two)
def after_the_step(given, box):
    """The cost before, after, and after a step a hundred times shorter."""
    net = given.shared(two_three_two)
    new, small = stepped(net, 0.01), stepped(net, 0.0001)
    given.require(small.cost < 0.97 * net.cost and np.min(np.abs(new.u)) > 0.5 and np.min(np.abs(new.out)) > 0.5)
    given.require(min(abs(new.cost - net.cost), abs(new.error[0]), abs(new.error[1])) > 5)
    u = box(new.u, "u", "Which weights, which inputs, and what is added?",
        how="New weights times inputs, plus the new bias.", slips={"bias_left_out": new.w1 @ net.x, "old_value": net.u})
    out = box(new.w2 @ u + new.b2, "a", "Did you add three products and the bias, all of them new?", digits=4,
        how="New weights times new hidden values, plus the new bias.", slips={"bias_left_out": new.w2 @ u})
    cost = box(np.sum((out - net.target) ** 2) / 2, "C after", "Two errors, squared and added: what stands in front?",
        digits=3, how="Half the sum of the squared errors.", slips={"half_left_out": np.sum((out - net.target) ** 2)})
    short = box(small.cost, "C after a short step", "Two errors, squared and added: what stands in front?", digits=3,
        how="Half the sum of the squared errors.", slips={"half_left_out": 2 * small.cost})
    return (
        step(f"The same example, $x_1 = {net.x[0]:g}$ and $x_2 = {net.x[1]:g}$, through the new weights and biases. "
            "Round $a$ to 4 digits.",
            eq(matrix(lit("w_{j}{k}", new.w1)), column(lit("x_{j}", net.x)), "+", column(lit("b_{j}", new.b1)), "=",
                column(lit("u_{j}", u, uses="w_{j}1 w_{j}2 x_1 x_2 b_{j}"), "u")),
            eq(matrix(lit("v_{j}{k}", new.w2)), lit("u_1 u_2 u_3", "u"), "+", column(lit("c_{j}", new.b2)), "≈",
                column(lit("out_{j}", out, uses="v_{j}1 v_{j}2 v_{j}3 u_1 u_2 u_3 c_{j}"), "a"))),
        step(f"The targets are still {net.target[0]:g} and {net.target[1]:g}. Before the step the cost was "
            f"{net.cost:g}. And now, to 3 digits?",
            eq("C", "≈", cost)),
        step("The gradient gives the direction of the step, not its length. A step of only $1/10000$ of the gradient "
            f"would have led to $a_1 = {small.out[0]:.6g}$ and $a_2 = {small.out[1]:.6g}$.",
            eq("C", "≈", short)),
    )


def stepped(net: Net, rate: float) -> Net:
    """The network after one step of gradient descent."""
    return forward(net.x, net.target, net.w1 - rate * np.outer(net.du, net.x), net.b1 - rate * net.du,
        net.w2 - rate * np.outer(net.error, net.u), net.b2 - rate * net.error)


# -- 7.4 Three rules with matrices -------------------------------------------------------------------------------------


@page("d-values: the transpose goes back", row="7.4", shares=two_three_two)
def rule_values(given, box):
    """d‑values = weightsᵀ · d-values of the next layer."""
    net = given.shared(two_three_two)
    turned = box(net.w2.T, "W^T", "Which weights leave this hidden node?",
        how="Rows and columns of the weights change places.", slips={"refilled_row_by_row": net.w2.reshape(3, 2)})
    du = box(turned @ net.error, "∂C/∂u", "Which two weights leave this hidden node?",
        how="Each row of the transpose times the column: the sum over both paths.", gradient_of="a1",
        slips={"path_left_out": turned[:, 0] * net.error[0], "copies_averaged": turned @ net.error / 2})
    w, d = given("W", [[1, 3], [-2, 4]], high=5), given("d", [2, -1], high=4)
    given.require(abs(w[0, 1]) != abs(w[1, 0]) and np.all(w.T @ d != 0) and np.all(w.T @ d != w @ d))
    back = box(w.T @ d, "the d‑values", "Down a column of the weights, or along a row?",
        how="Each column of the weights times the d-values.", gradient_of="a0",
        slips={"weights_not_transposed": w @ d, "path_left_out": w[0] * d[0]})
    return (
        step("On the way forward, a row of $W$ collects what goes into an output. On the way back you collect what "
            "comes from all outputs to a hidden node, and those weights stand in a column. So transpose $W$.",
            eq(matrix(lit("w_{j}{k}", net.w2), "W"), "→", matrix(lit("w_{j}{k}", turned.T).T, "W^T"))),
        step("Then one product holds all the sums over paths.",
            eq(RULES[0]),
            eq(by("u"), "=", "W^T", column(lit("e_{j}", net.error), "∂C/∂a"), "=",
                column(lit("d_{j}", du, uses="w_1{j} w_2{j} e_1 e_2")))),
        step("With a square matrix the product without the transpose exists too, so no shape warns you. Another layer, "
            "with two inputs and two nodes:",
            eq("W", "=", matrix(lit("v_{j}{k}", w))),
            eq("W^T", column(lit("f_{j}", d)), "=", column(lit("back_{j}", back, uses="v_1{j} v_2{j} f_1 f_2")))),
    )


@page("d-weights: a column times a row", row="7.4")
def rule_weights(given, box):
    """d‑weights = d-values · inputsᵀ, forwards and with operands blank."""
    d, a = given("d", [3, -2], low=2, high=6, distinct=abs), given("a", [5, 4], low=2, high=7, distinct=True)
    given.require(d[0] * a[1] != d[1] * a[0])
    product = box(np.outer(d, a), "d‑weights", "Which d-value belongs to this row, which input to this column?",
        how="The d-value of the row times the input of the column.", gradient_of="W1",
        slips={"transposed": np.outer(a, d), "upstream_added": d[:, None] + a})
    e, b = given("e", [4, 3, -1], high=6, distinct=abs), given("b", [2, -5], low=2, high=6, distinct=abs)
    known = np.outer(e, b)
    values = box(e, "the d‑values", "An entry of the first column over what?",
        how="Each entry of the first column over the first input.",
        slips={"multiplied_not_divided": known[:, 0] * b[0], "upside_down": b[0] / known[:, 0]})
    second = box(known[0, 1] / values[0], "the second input", "An entry of the second column over what?",
        how="An entry of the second column over the d-value of its row.",
        slips={"upside_down": values[0] / known[0, 1], "multiplied_not_divided": known[0, 1] * values[0]})
    bias = ask.bias_gradient(box, values, "d‑biases", how="The same as the d-values: a bias is added as it is.",
        gradient_of="b1", slips={"activation_for_weight": values * b[0]})
    return (
        step("Every d-value is multiplied by every input. The result has the shape of the weights.",
            eq(RULES[1]),
            eq(column(lit("d_{j}", d), "d‑values"), row(lit("a_{j}", a), "inputs^T"), "=",
                matrix(lit("w_{j}{k}", product, uses="d_{j} a_{k}"), "d‑weights"))),
        step("Here the result is known. What were the d-values of the three nodes, and the second input?",
            eq(column(lit("e_{j}", values), "d‑values"), row(lit("b_{j}", [b[0], second]), "inputs^T"), "=",
                matrix(lit("v_{j}{k}", known, uses="e_{j} b_{k}"), "d‑weights"))),
        step("The third rule is the shortest. What does it give for these three nodes?",
            eq(RULES[2], "=", column(lit("e_{j}", bias)))),
    )


FIT = ("Wᵀg", "Wg", "gWᵀ"), ("gaᵀ", "agᵀ", "gᵀa")  # products for the d-values before a layer, for d-weights


@page("Shapes keep you honest", row="7.4")
def shapes(given, box):
    """Which products fit, and what the wrong order gives away by its shape."""
    n, k = given("nodes", 3, low=2, high=6), given("inputs", 5, low=2, high=6)
    given.require(n != k)
    straight, turned = Shape((int(n), int(k))), Shape((int(k), int(n)))
    w = box(straight, "the shape of W", "A row for each what, a column for each what?", how="Nodes by inputs.",
        slips={"transposed": turned})
    back = box(FIT[0][0], "the d‑values of the inputs", "Which inner numbers agree, and how many rows are left?",
        options=FIT[0], how="The transpose is inputs × nodes, so a column of d-values fits and one of inputs is left.",
        slips={"transpose_left_out": FIT[0][1], "vector_in_front": FIT[0][2]})
    weights = box(FIT[1][0], "d‑weights", "Which of them has the shape of W?", options=FIT[1],
        how="A column with an entry for each node times a row with an entry for each input.",
        slips={"transposed": FIT[1][1], "outer_for_inner": FIT[1][2]},
        words={"outer_for_inner": "A row times a column would be one number, if they had the same length."})
    swapped = box(turned, "the shape of a g^T", "Rows of the first, columns of the second: which are they?",
        how="A column of inputs times a row of d-values: inputs × nodes.", slips={"transposed": straight})
    return (
        step(f"A layer has ${k:g}$ inputs, the column $a$, and ${n:g}$ nodes, whose d-values are the column $g$. What "
            "shape are its weights?",
            eq("W:", w)),
        step("Not every product of two of them exists: one must be transposed, and the order counts. Which products "
            "are these?",
            eq(words("d‑values of the inputs:"), back),
            eq(words("d‑weights:"), weights)),
        step("Somebody computes $a g^T$ for the d‑weights. What shape comes out?", eq("a g^T:", swapped)),
        say("Where a layer has as many nodes as inputs, no shape warns you. Everywhere else it does."),
    )


@page("One layer, three rules", row="7.4")
def three_rules(given, box):
    """All that a layer does on the way back."""
    w, a = given("W", [[2, -1, 3], [4, 1, -2]], high=4), given("a", [1, -3, 2], high=5, distinct=abs)
    d = given("d", [5, -2], low=2, high=5, distinct=abs)
    given.require(np.min(np.abs(w.T @ d)) >= 2)
    before = box(w.T @ d, "d‑values of the inputs", "Which column of the weights belongs to this input?",
        how="Each column of the weights times the d-values.", gradient_of="a0",
        slips={"path_left_out": w[0] * d[0], "other_row": w.T @ d[::-1], "copies_averaged": w.T @ d / 2})
    dw = box(np.outer(d, a), "d‑weights", "Which d-value belongs to this row, which input to this column?",
        how="The d-value of the row times the input of the column.", gradient_of="W1",
        slips={"weight_for_activation": d[:, None] * w, "other_row": np.outer(d[::-1], a)})
    db = ask.bias_gradient(box, d, "d‑biases", how="The same as the d-values.", gradient_of="b1",
        slips={"other_row": d[::-1]})
    return (
        step("These inputs went into a layer, and the d-values of its two nodes have come back from the right.",
            network([lit("a_{j}", a), ["", ""]], [lit("w_{j}{k}", w, uses="d_{j} a_{k}")],
                below=[lit("back_{j}", echo(before)), lit("d_{j}", d)], along=(0.3,), gap=330, row_gap=112,
                title="Three inputs joined to two nodes by six weights; the d-values have arrived"),
            eq(words("weights:"), matrix(lit("w_{j}{k}", w)), APART, words("inputs:"), column(lit("a_{j}", a)), APART,
                words("d‑values:"), column(lit("d_{j}", d)))),
        step("What goes back to the layer before?",
            eq("W^T", column(lit("d_{j}", d)), "=", column(lit("back_{j}", before, uses="w_1{j} w_2{j} d_1 d_2")))),
        step("And what are the gradients of this layer's own weights and biases?",
            eq(words("d‑weights:"), matrix(lit("w_{j}{k}", dw, uses="d_{j} a_{k}")), APART, words("d‑biases:"),
                column(lit("d_{j}", db)))),
    )


@page("A whole network, backwards", row=("7.3", "7.4"))
def whole_network(given, box):
    """From the error to the first weights, four products and nothing else."""
    x, target = given("x", [2, 1], high=4, distinct=True), given("target", [4, 2], high=5)
    w1, b1 = given("W1", [[1, 2], [-1, 3], [2, -2]], high=3), given("b1", [1, 1, 1], high=3)
    w2, b2 = given("W2", [[2, -1, 1], [1, 3, -2]], high=3), given("b2", [-4, 4], high=4)
    net = forward(x, target, w1, b1, w2, b2)
    given.require(min(np.min(np.abs(v)) for v in (net.u, net.error, net.du)) >= 2)
    given.require(np.max(np.abs(net.out)) < 50 and abs(net.error[0]) != abs(net.error[1]))
    error = ask.error(box, net.out, target, "∂C/∂a", gradient_of="a2")
    dw2 = box(np.outer(error, net.u), "∂C/∂W of the second layer",
        "Which d-value belongs to this row, which hidden value to this column?",
        how="The d-value of the row times the hidden value of the column.", gradient_of="W2",
        slips={"weight_for_activation": error[:, None] * w2, "other_row": np.outer(error[::-1], net.u)})
    du = box(w2.T @ error, "∂C/∂u", "Which weights leave this hidden node?",
        how="Each column of the weights times the d-values.", gradient_of="a1",
        slips={"path_left_out": w2[0] * error[0], "copies_averaged": w2.T @ error / 2})
    dw1 = box(np.outer(du, x), "∂C/∂W of the first layer",
        "Which d-value belongs to this row, which input to this column?",
        how="The d-value of the row times the input of the column.", gradient_of="W1",
        slips={"weight_for_activation": du[:, None] * w1, "other_column": np.outer(du, x[::-1])})
    return (
        step("A network with new numbers. The forward pass is done, with biases that are not drawn. What are the "
            "gradients at the outputs?",
            network([lit("x_{j}", x), lit("u_{j}", net.u), lit("a_{j}", net.out)],
                [lit("w_{j}{k}", w1, uses="d_{j} x_{k}"), lit("v_{j}{k}", w2, uses="e_{j} u_{k}")],
                names=[["x_1", "x_2"], U_NAMES, OUT_NAMES],
                below=[(), lit("d_{j}", echo(du)), lit("e_{j}", echo(error))], along=((0.65,), (0.35,)), gap=240,
                row_gap=128, title="A 2–3–2 network with all its values and weights"),
            eq(column(lit("a_{j}", net.out)), "−", column(target, "targets"), "=",
                column(lit("e_{j}", error), "∂C/∂a"))),
        step("Second layer: d-values times inputs.",
            eq(column(lit("e_{j}", ["∂C/∂a_1", "∂C/∂a_2"])), row(lit("u_{j}", net.u)), "=",
                matrix(lit("v_{j}{k}", dw2, uses="e_{j} u_{k}")))),
        step("Back through the weights of the second layer.",
            eq(matrix(lit("v_{j}{k}", w2).T, "W^T"), column(lit("e_{j}", ["∂C/∂a_1", "∂C/∂a_2"])), "=",
                column(lit("d_{j}", du)))),
        step("First layer: d-values times inputs again.",
            eq(column(lit("d_{j}", ["∂C/∂u_1", "∂C/∂u_2", "∂C/∂u_3"])), row(lit("x_{j}", x)), "=",
                matrix(lit("w_{j}{k}", dw1, uses="d_{j} x_{k}")))),
        say("Each bias has the gradient of its node, so nothing is left to compute. A network of a hundred layers does "
            "the same a hundred times; an activation adds one more factor at each node."),
    )


@page("Find the bug: four products", row=("7.4", "7.5"))
def find_the_bug(given, box):
    """The way back through two layers without activations, worked out with one slip in it."""
    x, u = given("x", [2, -1], high=4, distinct=abs), given("u", [3, -4], low=2, high=5, distinct=abs)
    w2, a = given("W2", [[2, -1], [3, 1]], high=4), given("a", [6, 2], low=1, high=9)
    y = given("y", [2, 4], low=1, high=9)
    e = a - y
    given.require(np.all(np.abs(e) >= 2) and abs(e[0]) != abs(e[1]) and abs(w2[0, 1]) != abs(w2[1, 0]))
    given.require(np.all(x != u) and np.min(np.abs(w2.T @ e)) >= 1 and np.ptp(np.abs(w2.T @ e)) > 0)
    lines = (
        Line("∂C/∂a", "a - y", lambda v: a - y),
        Line("∂C/∂u", "(W^{(2)})^T ∂C/∂a", lambda v: w2.T @ v["∂C/∂a"]),
        Line("∂C/∂W^{(1)}", "∂C/∂u x^T", lambda v: np.outer(v["∂C/∂u"], x)),
    )
    faults = (
        Fault("∂C/∂u", "W not transposed", lambda v: w2 @ v["∂C/∂a"],
        "Line 2 goes along the rows of the weights."),
        Fault("∂C/∂a", "a sign", lambda v: y - a, "Line 1 is target minus prediction."),
        Fault("∂C/∂u", "a path left out", lambda v: w2[0] * v["∂C/∂a"][0],
            "Line 2 goes back through the first output only."),
        Fault("∂C/∂W^{(1)}", "the wrong values", lambda v: np.outer(v["∂C/∂u"], u),
            "Line 3 takes the values at the wrong end of the weights."),
        Fault("∂C/∂W^{(1)}", "the result transposed", lambda v: np.outer(x, v["∂C/∂u"]), "Line 3 has the transpose."),
    )
    work = Worked(lines, faults, given.choice("fault", *range(len(faults))))
    return (
        step("Two inputs $x$, two hidden values $u = W^{(1)}x + b^{(1)}$, two outputs $a = W^{(2)}u + b^{(2)}$, and "
            "half the squared error.",
            eq("x", "=", column(x), APART, "u", "=", column(u), APART, "W^{(2)}", "=", matrix(w2), APART, "a", "=",
                column(a), APART, "y", "=", column(y))),
        step("Somebody has gone back to the first layer, made one slip, and then carried on with what they had.",
            *work.shown()),
        *work.steps(given, box),
        say("Every matrix here is square, so no shape gives the slip away. A check by nudging would."),
    )
