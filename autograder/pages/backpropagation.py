"""Chapter 7: upstream times local on single nodes, the four kinds of node, then a whole 2–3–2 network by hand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..engine.expressions import Name
from ..layout import Node, aligned, column, eq, frac, graph, group, matrix, network, row, say, step, table
from ..page import page

W1_NAMES = [["w_1", "w_4"], ["w_2", "w_5"], ["w_3", "w_6"]]
W2_NAMES = [["w_7", "w_9", "w_{11}"], ["w_8", "w_{10}", "w_{12}"]]
U_NAMES, OUT_NAMES = ["u_1", "u_2", "u_3"], ["ŷ", "ẑ"]


def by(name: str, of: str = "l"):
    """The derivative ∂of/∂name as a fraction."""
    return frac(f"∂{of}", f"∂{name}")


def signed(value: float) -> str:
    """A number as it stands inside a product or a sum: negative ones in brackets."""
    return f"({value:g})" if value < 0 else f"{value:g}"


def words(text: str) -> Node:
    """Plain words inside a formula or a drawing."""
    return Node("words", (), {"text": text})


def times(value: float) -> Node:
    """What stands in a node that multiplies by `value`."""
    return words(f"×\u2009{value:g}".replace("-", "−"))


def plus(value: float) -> Node:
    """What stands in a node that adds `value`."""
    return words(f"+ {value:g}" if value >= 0 else f"− {-value:g}")


SQUARE = "( )^2"
APART = words("\u2003")  # a wide space between two formulas on one line


def single_nodes(operations, values, downstream, upstream, local=None):
    """Nodes with one input under each other: values above the arrows, gradients below, local gradients over the nodes."""
    nodes, edges, above = {}, [], {}
    for i, operation in enumerate(operations):
        nodes |= {f"x{i}": (0, i, "x"), f"f{i}": (1, i, operation), f"y{i}": (2, i, "y")}
        edges += [(f"x{i}", f"f{i}", values[i], downstream[i]), (f"f{i}", f"y{i}", None, upstream[i])]
        above[f"f{i}"] = local[i] if local is not None else ""
    return graph(nodes, edges, above=above if local is not None else None, unit=(215, 150 if local is not None else 106),
                 title="Nodes with one input: gradients come back from the right, below the arrows")


# -- 7.1 Upstream, local, downstream -----------------------------------------------------------------------------------


@page("Upstream times local", row="7.1")
def upstream_times_local(given, box):
    """A gradient comes back from the right; the node multiplies it by its own."""
    x, k, up = given("x", 3, low=2), given("k", 4, low=2), given("up", 5, low=2)
    given.require(len({x, k, up}) == 3)
    y = box(k * x, "y", "What does the node do to its input?", how="The input times the factor of the node.",
            added_not_multiplied=k + x)
    down = box(up * k, "∂l/∂x", "If x moves a little, how far does y move, and then the loss?",
               how="The upstream gradient times the local one.", local_for_downstream=k, upstream_for_downstream=up,
               upstream_added=up + k, activation_for_weight=up * x)
    factors, ups = given("factors", [2, -3, 6], low=2, high=7), given("ups", [7, 4, -2], low=2)
    downs = box(ups * factors, "∂l/∂x", "Which two numbers meet at the node?", how="Upstream times the factor of the node.",
                local_for_downstream=factors, upstream_for_downstream=ups, upstream_added=ups + factors)
    return (
        step("Values flow to the right, above the arrows. Gradients flow back to the left, below them. The gradient that arrives "
             f"at the node is **upstream**: here $∂l/∂y = {up:g}$. The node's own slope is **local**: here $∂y/∂x = {k:g}$. "
             "Their product goes on, **downstream**.",
             graph({"x": (0, 0, "x"), "f": (1, 0, times(k)), "l": (2, 0, "l")},
                   [("x", "f", x, down), ("f", "l", y, up)], unit=(215, 92),
                   title=f"x = {x:g} goes through a node that multiplies by {k:g}, and on to the loss l")),
        step("You do not even need the values. Send each gradient back through its node.",
             single_nodes([times(k) for k in factors], [None] * 3, downs, ups)),
    )


@page("The node's own slope", row="7.1")
def local_gradients(given, box):
    """Three kinds of node, their local gradients first, then what goes on."""
    x, up = given("x", [5, 4, 3], low=2, high=7), given("up", [2, 6, -5], low=2, high=7)
    k, c = given("k", 3, low=2), given("c", 7, low=2)
    given.require(x[0] != k and x[2] > 2)
    out = np.array([k * x[0], x[1] + c, x[2] ** 2])
    local = box([k, 1, 2 * x[2]], "∂y/∂x", "Nudge x by one small unit. By how many does y move?",
                how="The slope of the node at the value that came in: k for kx, 1 for x + c, 2x for a square.",
                value_for_slope=out, constant_kept=[k, c, 2 * x[2]], factor_left_out=[k, 1, x[2]])
    downs = box(up * local, "∂l/∂x", "Upstream and local: what do you do with them?", how="Upstream times local.",
                local_for_downstream=local, upstream_added=up + local)
    return (
        step("Write each node's local gradient over it. The last one depends on the value that came in.",
             single_nodes([times(k), plus(c), SQUARE], x, downs, up, local)),
        say("The value is needed for the local gradient alone. What came back from the right does not care how it got there."),
    )


@page("A node with its label rubbed off", row="7.1")
def local_blank(given, box):
    """The local gradient found back from the two others."""
    k, up = given("k", 4, low=2, high=7), given("up", 5, low=2)
    given.require(k != up)
    above = box(up * k, "∂l/∂x", "Which gradient came out of the node on the left?", how="What goes on downstream.",
                upside_down=up)
    below = box(up, "∂l/∂y", "Which gradient came into the node from the right?", how="What arrives upstream.",
                upside_down=up * k)
    local = box(above / below, "∂y/∂x", "Downstream is upstream times local. Solve for local.",
                how="Downstream over upstream.", upside_down=below / above, multiplied_not_divided=above * below)
    locals_, ups = given("locals", [3, -2, 0.5], step=0.5, low=0.5, high=6), given("ups", [6, 8, -4], low=2)
    given.require(np.all(np.abs(locals_) != 1))
    others = box(locals_, "∂y/∂x", "By which number was upstream multiplied?", how="Downstream over upstream.",
                 upside_down=1 / locals_, multiplied_not_divided=ups**2 * locals_)
    return (
        step("Both gradients can be read off. What must the node's own slope be?",
             graph({"x": (0, 0, "x"), "f": (1, 0, "?"), "y": (2, 0, "y")},
                   [("x", "f", None, up * k), ("f", "y", None, up)], unit=(215, 92),
                   title=f"An unknown node: {up:g} comes in from the right, {up * k:g} goes on to the left"),
             eq(frac("∂y", "∂x"), "=", frac(above, below), "=", local)),
        step("Three more nodes of that kind.", single_nodes(["?"] * 3, [None] * 3, ups * locals_, ups, others)),
    )


@page("What came from upstream?", row="7.1")
def upstream_blank(given, box):
    """The upstream gradient found back, then a table with one blank in every row."""
    k, c, x = given("k", 4, low=2, high=7), given("c", 7, low=2), given("x", 3, low=2, high=6)
    ups = given("ups", [5, 3, -2], low=2)
    local = np.array([k, 1, 2 * x])
    lost = box(ups, "∂l/∂y", "Which number, times the local gradient, gives what came out?", how="Downstream over local.",
               multiplied_not_divided=ups * local**2, upstream_for_downstream=ups * local)
    u, g = given("upstream", [6, -3, 4, 8], low=2), given("local", [2, 5, -3, 0.5], step=0.5, low=0.5, high=6)
    given.require(np.all(np.abs(g) != 1) and np.all(u != g))
    first = box(u[0], "upstream", "Downstream over what?", how="Downstream over local.", multiplied_not_divided=u[0] * g[0] ** 2)
    second = box(g[1], "local", "Downstream over what?", how="Downstream over upstream.", multiplied_not_divided=u[1] ** 2 * g[1])
    third = box(u[2] * g[2], "downstream", "What do the two make together?", how="Upstream times local.",
                upstream_added=u[2] + g[2], sign_lost=abs(u[2] * g[2]))
    fourth = box(u[3], "upstream", "Downstream over what?", how="Downstream over local.", multiplied_not_divided=u[3] * g[3] ** 2)
    return (
        step("Here you see what came out on the left. What came in from the right?",
             single_nodes([times(k), plus(c), SQUARE], [None, None, x], ups * local, lost)),
        step("One number is missing in each row.",
             table(["upstream", "local", "downstream"], (first, g[0], u[0] * g[0]), (u[1], second, u[1] * g[1]),
                   (u[2], g[2], third), (fourth, g[3], u[3] * g[3]))),
    )


@page("A chain of nodes", row="7.1")
def chain_of_nodes(given, box):
    """What is downstream of one node is upstream of the one before it."""
    x, k, c = given("x", 2, low=2, high=5), given("k", 5, low=2, high=5), given("c", 7, low=2, high=9)
    p = box(k * x, "p", "First node: what happens to x?", how="x times the factor.", added_not_multiplied=k + x)
    q = box(p - c, "q", "Second node: what happens to p?", how="p minus the number that is subtracted.",
            subtracted_backwards=c - p, sign_lost=p + c)
    loss = box(q**2, "l", "The last node squares.", how="The square of q.", not_squared=q, doubled=2 * q)
    given.require(k * x - c not in (0, 1, 2))
    dq = box(2 * q, "∂l/∂q", "The slope of a square at q?", how="Twice q, times the 1 that comes from upstream.",
             not_differentiated=loss, factor_left_out=q)
    dp = box(dq * 1, "∂l/∂p", "If p rises by one, by how much does q rise?", how="Upstream times the local gradient 1.",
             constant_kept=-dq * c, local_for_downstream=1.0)
    dx = box(dp * k, "∂l/∂x", "Upstream has just been computed. What is local?", how="Upstream times the factor of the node.",
             local_for_downstream=k, upstream_for_downstream=dp, activation_for_weight=dp * x)
    return (
        step("Go forward first: fill in the values above the arrows, from left to right. Then come back below them. "
             "The journey back starts with $∂l/∂l = 1$.",
             graph({"x": (0, 0, "x"), "k": (1, 0, times(k)), "c": (2, 0, plus(-c)), "s": (3, 0, SQUARE), "l": (4, 0, "l")},
                   [("x", "k", x, dx), ("k", "c", p, dp), ("c", "s", q, dq), ("s", "l", loss, 1)], unit=(145, 92),
                   title=f"x = {x:g}, times {k:g}, minus {c:g}, squared, is the loss; the arrows carry p, q and l")),
        say("However long the chain: each node needs its own slope and the one number that arrives from the right."),
    )


@page("Two inputs, a local gradient each", row="7.1")
def several_inputs(given, box):
    """One upstream gradient, one local gradient for each input."""
    a, up = given("a", [2, -3], low=2, high=7), given("up", 4, low=2, high=7)
    given.require(abs(a[0]) != abs(a[1]) and up not in a)
    local = box(a, "∂f/∂(x, y)", "Nudge one input and hold the other still.",
                how="The factor in front of that input; the other term does not move.", other_variable=a[::-1])
    downs = box(up * local, "∂l/∂(x, y)", "Both inputs get the same upstream. Which local belongs here?",
                how="Upstream times the local gradient of that input.", local_for_downstream=local, other_variable=up * local[::-1])
    g, u = given("g", [5, -2, 3], low=2, high=7), given("u", 6, low=2, high=7)
    given.require(u not in g and len(set(g)) == 3)
    lost = box(u, "∂l/∂f", "One row is complete enough to tell.", how="Downstream over local, from the first row.",
               upside_down=g[0] / (u * g[0]), upstream_for_downstream=u * g[0])
    second = box(g[1], "∂f/∂x_2", "Downstream over upstream.", how="Downstream over upstream.",
                 upside_down=1 / g[1], multiplied_not_divided=u * u * g[1])
    third = box(lost * g[2], "∂l/∂x_3", "Upstream times local.", how="Upstream times local.",
                local_for_downstream=g[2], upstream_added=lost + g[2])
    f = f"{a[0]:g}x {'+' if a[1] > 0 else '−'} {abs(a[1]):g}y"
    return (
        step(f"This node computes $f = {f}$. What are its two local gradients?",
             eq(by("x", "f"), "=", local[0], APART, by("y", "f"), "=", local[1])),
        step(f"Upstream is $∂l/∂f = {up:g}$. Send it back along both arrows.",
             graph({"x": (0, 0, "x"), "y": (0, 1.5, "y"), "f": (1, 0.75, "f"), "l": (2, 0.75, "l")},
                   [("x", "f", None, downs[0]), ("y", "f", None, downs[1]), ("f", "l", None, up)], unit=(215, 92), along=0.45,
                   title=f"x and y meet in the node f = {f}; the gradient {up:g} comes back from the loss")),
        step("A node with three inputs. Its upstream is the same for all of them.",
             table(["input", "upstream", "local", "downstream"], ("x_1", lost, g[0], u * g[0]),
                   ("x_2", "the same", second, u * g[1]), ("x_3", "the same", g[2], third))),
    )


# -- 7.2 Four kinds of node --------------------------------------------------------------------------------------------


def meeting(operation: str, inputs, forward, downstream, out, upstream, title: str):
    """Two or three inputs that meet in one node."""
    names = ("x", "y", "z")[: len(inputs)]
    middle = (len(inputs) - 1) * 1.05
    nodes = {name: (0, 2.1 * i, name) for i, name in enumerate(names)}
    nodes |= {"f": (1, middle, operation), "l": (2, middle, "l")}
    edges = [(name, "f", forward[i], downstream[i]) for i, name in enumerate(names)] + [("f", "l", out, upstream)]
    return graph(nodes, edges, unit=(235, 92), along=0.4, title=title)


@page("Add hands on", row="7.2")
def add_node(given, box):
    """Each input of a sum gets all of the gradient."""
    x, up = given("x", [7, -3]), given("up", 4, low=3)
    given.require(np.sum(x) not in (0, 1) and np.all(np.abs(x) > 1) and up not in x and 0.5 * up not in x)
    out = box(np.sum(x), "x + y", "What does the node do?", how="The sum of the inputs.", sign_lost=np.sum(np.abs(x)))
    downs = box([up, up], "∂l/∂(x, y)", "If one input rises by one, by how much does the sum rise?",
                how="The local gradients of a sum are 1, so upstream is handed on.", add_scales=up * x, add_splits=[up / 2] * 2)
    third = given("third", -6, low=2)
    given.require(abs(third) != up)
    lost = box(third, "∂l/∂f", "What must have arrived, if this went on?", how="A sum hands on what arrives.",
               add_splits=3 * third, local_for_downstream=1.0)
    rest = box([lost, lost], "∂l/∂(y, z)", "Do the inputs of a sum get different gradients?",
               how="Every input of a sum gets the same.", add_splits=[lost / 2] * 2, sign_lost=[-lost] * 2)
    return (
        step("The sum first, above the arrow; then the gradients that go back.",
             meeting("+", x, x, downs, out, up, f"x = {x[0]:g} and y = {x[1]:g} are added; {up:g} comes back")),
        step(f"Three inputs, $f = x + y + z$. Only the first gradient survived: $∂l/∂x = {third:g}$.",
             eq(by("f"), "=", lost, APART, by("y"), "=", rest[0], APART, by("z"), "=", rest[1])),
    )


@page("Multiply swaps", row="7.2")
def multiply_node(given, box):
    """The local gradient of a factor is the other factor."""
    x, up = given("x", [5, -2], low=2, high=7), given("up", 3, low=2, high=7)
    given.require(abs(x[0]) != abs(x[1]) and up not in x)
    out = box(np.prod(x), "x·y", "What does the node do?", how="The product of the inputs.", added_not_multiplied=np.sum(x))
    downs = box(up * x[::-1], "∂l/∂(x, y)", "If x rises by one, by how much does x·y rise?",
                how="Upstream times the other factor.", factors_not_swapped=up * x, local_for_downstream=x[::-1],
                upstream_for_downstream=[up] * 2)
    f, u = given("factors", [4, 3], low=2, high=7), given("u", -2, low=2, high=7)
    given.require(f[0] != f[1] and abs(u) not in f)
    back = u * f[::-1]
    upstream = box(back[0] / f[1], "∂l/∂f", "x's gradient is upstream times which factor?", how="The gradient of x over the value of y.",
                   factors_not_swapped=back[0] / f[0], upstream_for_downstream=back[0])
    lost = box(back[1] / upstream, "x", "y's gradient is upstream times which factor?", how="The gradient of y over the upstream gradient.",
               same_factor=f[1], upside_down=upstream / back[1])
    result = box(lost * f[1], "x·y", "Now both factors are there.", how="The product of the inputs.", added_not_multiplied=lost + f[1])
    return (
        step("A product: forward, then back. Which value does each input's gradient need?",
             meeting("×", x, x, downs, out, up, f"x = {x[0]:g} and y = {x[1]:g} are multiplied; {up:g} comes back")),
        step("Now work out from both gradients what came from upstream, what $x$ was, and the product.",
             meeting("×", f, [lost, f[1]], back, result, upstream, f"x is lost, y = {f[1]:g}; {back[0]:g} and {back[1]:g} went on")),
    )


@page("Max routes", row="7.2")
def max_node(given, box):
    """The larger input gets everything, the others nothing."""
    x, up = given("x", [2, 6]), given("up", 5, low=2)
    given.require(x[0] != x[1] and up not in x)
    out = box(np.max(x), "max(x, y)", "Which one gets through?", how="The larger of the two.", max_to_other=np.min(x))
    won = (x == np.max(x)) * 1.0
    downs = box(up * won, "∂l/∂(x, y)", "Nudge this input a little. Does the maximum notice?",
                how="The larger input gets all of upstream, the other one nothing.", max_to_other=up * won[::-1],
                max_to_both=[up] * 2)
    z, u = given("z", [-1, 4, 3]), given("u", -7, low=2)
    given.require(len(set(z)) == 3)
    best = (z == np.max(z)) * 1.0
    local = box(best, "∂f/∂z", "What is the slope where the maximum listens, and where it does not?",
                how="1 for the largest input, 0 for the others.", value_for_slope=z * best, max_to_other=(z == np.min(z)) * 1.0)
    three = box(u * local, "∂l/∂z", "Which of the three does the maximum look at?",
                how="The largest input gets all of upstream, the others 0.", local_for_downstream=local, max_to_both=[u] * 3)
    return (
        step("A maximum lets one value through. The gradient goes back the way the value came.",
             meeting("max", x, x, downs, out, up, f"The maximum of x = {x[0]:g} and y = {x[1]:g}; {up:g} comes back")),
        step(f"Three inputs, $f = max(z_1, z_2, z_3)$, and $∂l/∂f = {u:g}$ from upstream.",
             eq("z", "=", column(z), APART, by("z", "f"), "=", column(local), APART, by("z"), "=", column(three))),
    )


@page("Copy sums", row="7.2")
def copy_node(given, box):
    """A value that goes two ways gets two gradients back; they add up."""
    k, ups = given("k", [3, -2], low=2, high=6), given("up", [4, 5], low=2, high=7)
    given.require(k @ ups not in (0, 1) and abs(k[0]) != abs(k[1]))
    ways = box(k * ups, "the gradients that come back", "What does a node that multiplies send back?", how="Upstream times the factor.",
               local_for_downstream=k, upstream_for_downstream=ups)
    total = box(np.sum(ways), "∂l/∂x", "x moves the loss along both ways. How do the effects combine?",
                how="The sum of the gradients from both ways.", copies_not_summed=ways[0], copies_averaged=np.mean(ways),
                multiplied_not_divided=np.prod(ways))
    three = given("three", [6, -4, 3], low=2)
    given.require(np.sum(three) not in (0, 1))
    lost = box(three[2], "the third way", "What is missing to reach the sum?", how="The sum minus the two known gradients.",
               copies_not_summed=np.sum(three), subtracted_backwards=-three[2])
    square = given("s", 5, low=3)
    upstream = given("u", 2, low=2)
    given.require(square != upstream)
    each = box([upstream * square] * 2, "each factor's gradient", "Multiply swaps: what is the other factor?",
               how="Upstream times the other factor, which is x again.", upstream_for_downstream=[upstream] * 2)
    both = box(np.sum(each), "∂l/∂x", "Two copies of x met in the product.", how="The sum over both copies: 2x times upstream.",
               copies_not_summed=each[0], copies_averaged=np.mean(each))
    return (
        step("One value, used twice. First send the gradients back along each way, then join them.",
             graph({"x": (0, 0.8, "x"), "c": (1, 0.8, "copy"), "a": (2, 0, times(k[0])), "b": (2, 1.6, times(k[1])),
                    "l": (3, 0, "l"), "m": (3, 1.6, "l")},
                   [("x", "c", None, total), ("c", "a", None, ways[0]), ("c", "b", None, ways[1]),
                    ("a", "l", None, ups[0]), ("b", "m", None, ups[1])], unit=(185, 92),
                   title=f"x is copied to a node that multiplies by {k[0]:g} and one that multiplies by {k[1]:g}")),
        step("Three ways this time. The gradient of the third got lost.",
             eq(by("x"), "=", f"{three[0]:g} {'+' if three[1] > 0 else '−'} {abs(three[1]):g} +", lost, "=", np.sum(three))),
        step(f"A square is a copy and a product: $x·x$ with $x = {square:g}$, and {upstream:g} from upstream.",
             eq(by("x"), "=", each[0], "+", each[1], "=", both)),
    )


@page("All four together", row="7.2")
def all_four(given, box):
    """f = (x + y)·max(y, z), forwards and backwards."""
    x, y, z = given("x", 3, low=2, high=6), given("y", 4, low=2, high=6), given("z", -2, high=5)
    given.require(y > z and abs(z) > 1 and len({x, y, z}) == 3)
    s = box(x + y, "x + y", "Add the two.", how="The sum.", multiplied_not_divided=x * y)
    m = box(max(y, z), "max(y, z)", "Which one is larger?", how="The larger one.", max_to_other=min(y, z))
    f = box(s * m, "f", "Multiply what the two nodes hand you.", how="The product of the two.", added_not_multiplied=s + m)
    ds = box(m, "∂f/∂(x + y)", "Multiply swaps.", how="The other factor: the maximum.", factors_not_swapped=s)
    dm = box(s, "∂f/∂max", "Multiply swaps.", how="The other factor: the sum.", factors_not_swapped=m)
    dx = box(ds, "∂f/∂x", "Add hands on.", how="The sum hands its gradient on.", add_scales=ds * x, add_splits=ds / 2)
    first = box(ds, "the gradient of y from the sum", "Add hands on.", how="The sum hands its gradient on.", add_scales=ds * y,
                add_splits=ds / 2)
    second = box(dm * (y > z), "the gradient of y from the maximum", "Was y the larger one?", how="All of it, for y was larger.",
                 max_to_other=0.0, add_splits=dm / 2)
    dz = box(dm * (z > y), "∂f/∂z", "Does the maximum notice z?", how="Nothing, for z was smaller.", max_to_other=dm,
             max_to_both=dm)
    dy = box(first + second, "∂f/∂y", "y went two ways.", how="The sum of what comes back from both ways.",
             copies_not_summed=first, path_left_out=second, copies_averaged=(first + second) / 2)
    nodes = {"x": (0, 0, "x"), "y": (0, 1.5, "y"), "z": (0, 3, "z"), "c": (1, 1.5, "copy"), "+": (2.1, 0.2, "+"),
             "max": (2.1, 2.8, "max"), "×": (3.2, 1.5, "×"), "f": (4.1, 1.5, "f")}
    edges = [("x", "+", x, dx), ("y", "c", y, dy), ("c", "+", y, first), ("c", "max", y, second), ("z", "max", z, dz),
             ("+", "×", s, ds), ("max", "×", m, dm), ("×", "f", f, 1)]
    return (
        step("Here is $f = (x + y)·max(y, z)$, drawn. Values first, above the arrows; then every gradient below them. "
             "Start at the right with 1.",
             graph(nodes, edges, unit=(140, 118),
                   title=f"x = {x:g}, y = {y:g}, z = {z:g}; y is copied to a sum with x and to a maximum with z")),
        say("The sum handed on, the product swapped, the maximum routed, the copy summed. Every graph is made of such steps."),
    )


@page("Once more, on another graph", row="7.2")
def another_graph(given, box):
    """The same four rules on l = k·(x·y + max(x, z)), where x simply has two arrows."""
    x, y, z = given("x", 4, low=2, high=6), given("y", -3, low=2, high=5), given("z", 2, low=2, high=6)
    k = given("k", 2, low=2, high=4)
    given.require(x > z and y not in (x, k) and k != x and x * y + x not in (0, 1))
    p = box(x * y, "x·y", "Multiply.", how="The product.", added_not_multiplied=x + y)
    m = box(max(x, z), "max(x, z)", "Which one is larger?", how="The larger one.", max_to_other=min(x, z))
    s = box(p + m, "the sum", "Add what the two nodes hand you.", how="The sum of the two.", multiplied_not_divided=p * m)
    loss = box(k * s, "l", "One more node.", how="The sum times the factor.", added_not_multiplied=k + s)
    ds = box(k * 1, "the gradient of the sum", "Upstream is 1. What is local?", how="The factor of the last node.",
             value_for_slope=loss, activation_for_weight=s)
    dp = box(ds, "the gradient of x·y", "Add hands on.", how="The sum hands on.", add_scales=ds * p, add_splits=ds / 2)
    dm = box(ds, "the gradient of the maximum", "Add hands on.", how="The sum hands on.", add_scales=ds * m, add_splits=ds / 2)
    dy = box(dp * x, "∂l/∂y", "Multiply swaps.", how="Upstream times x.", factors_not_swapped=dp * y, local_for_downstream=x)
    one = box(dp * y, "the gradient of x from the product", "Multiply swaps.", how="Upstream times y.",
              factors_not_swapped=dp * x, local_for_downstream=y)
    two = box(dm * (x > z), "the gradient of x from the maximum", "Was x the larger one?", how="All of it, for x was larger.",
              max_to_other=0.0, add_splits=dm / 2)
    dz = box(dm * (z > x), "∂l/∂z", "Does the maximum notice z?", how="Nothing, for z was smaller.", max_to_other=dm)
    dx = box(one + two, "∂l/∂x", "Two arrows leave x, so two gradients come back.", how="The sum over both arrows.",
             copies_not_summed=one, path_left_out=two, copies_averaged=(one + two) / 2)
    nodes = {"y": (0, 0, "y"), "x": (0, 1.5, "x"), "z": (0, 3, "z"), "×": (1.4, 0.2, "×"), "max": (1.4, 2.8, "max"),
             "+": (2.5, 1.5, "+"), "k": (3.5, 1.5, times(k)), "l": (4.5, 1.5, "l")}
    edges = [("y", "×", y, dy), ("x", "×", x, one), ("x", "max", x, two), ("z", "max", z, dz), ("×", "+", p, dp),
             ("max", "+", m, dm), ("+", "k", s, ds), ("k", "l", loss, 1)]
    return (
        step(f"This one is $l = {k:g}·(x·y + max(x, z))$. No node says copy, but two arrows leave $x$.",
             graph(nodes, edges, unit=(129, 130),
                   title=f"x = {x:g} goes to a product with y = {y:g} and to a maximum with z = {z:g}; their sum times {k:g} is l")),
        step("And all in all for $x$?", eq(by("x"), "=", dx)),
    )
