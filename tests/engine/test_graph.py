"""Scalar graphs: written with operators, named, printed, refused outside their domain."""

import numpy as np
import pytest

from autograder.engine import graph
from autograder.engine.graph import Node, NoValue, apply, gradients
from autograder.engine.network import Layer, Network
from autograder.engine.rules import RULES


class Carried(float):
    """A number with a memory, as page code has them."""


def two_three_two():
    """The network of curriculum 7.3 as 17 parameters, two inputs and two targets, all scalars."""
    names = "w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 b1 b2 b3 b4 b5".split()
    values = [2, -4, -1, -1, 4, 1, 2, -2, 1, -1, 4, 5, -1, -2, 2, -1, 5]
    p = {name: Node(value, name) for name, value in zip(names, values, strict=True)}
    x1, x2 = Node(3, "x1"), Node(-2, "x2")
    u1 = (p["w1"] * x1 + p["w4"] * x2 + p["b1"]).named("u1")
    u2 = (p["w2"] * x1 + p["w5"] * x2 + p["b2"]).named("u2")
    u3 = (p["w3"] * x1 + p["w6"] * x2 + p["b3"]).named("u3")
    y = (p["w7"] * u1 + p["w9"] * u2 + p["w11"] * u3 + p["b4"]).named("ŷ")
    z = (p["w8"] * u1 + p["w10"] * u2 + p["w12"] * u3 + p["b5"]).named("ẑ")
    loss = (((y - 1) ** 2 + (z - 4) ** 2) / 2).named("loss")
    return loss, p | {"u1": u1, "u2": u2, "u3": u3, "ŷ": y, "ẑ": z}


def test_the_two_three_two_network_forward():
    """u = (7, −22, −3), ŷ = −21, ẑ = −2, loss 260."""
    loss, nodes = two_three_two()
    assert [nodes[name].value for name in ("u1", "u2", "u3", "ŷ", "ẑ")] == [7.0, -22.0, -3.0, -21.0, -2.0]
    assert loss.value == 260.0


def test_the_two_three_two_network_backward():
    """All 22 slopes of curriculum 7.3, as literal numbers; each ∂l/∂u is a sum over two paths."""
    loss, nodes = two_three_two()
    slopes = gradients(loss)
    expected = {
        "ŷ": -22, "ẑ": -6, "w7": -154, "w9": 484, "w11": 66, "w8": -42, "w10": 132, "w12": 18, "b4": -22, "b5": -6,
        "u1": -32, "u2": -16, "u3": -118, "b1": -32, "b2": -16, "b3": -118,
        "w1": -96, "w4": 64, "w2": -48, "w5": 32, "w3": -354, "w6": 236,
    }  # fmt: skip
    assert {name: slopes[nodes[name]] for name in expected} == expected


def test_a_network_of_nodes_agrees_with_the_network_of_matrices():
    """A random network with every activation, written with NumPy arrays of nodes, has the gradients of Network."""
    random = np.random.default_rng(0)
    names = ["tanh", "relu", "sigmoid", "identity"]
    layers = [Layer(random.normal(size=(3, 3)), random.normal(size=3), name) for name in names]
    network, x, y = Network(layers), random.normal(size=3), random.normal(size=3)
    leaf = np.vectorize(Node, otypes=[object])
    weights, a = [(leaf(layer.weights), leaf(layer.bias)) for layer in layers], x
    for (w, b), name in zip(weights, names, strict=True):
        a = [z if name == "identity" else apply(name, z) for z in w @ a + b]
    loss = sum((value - target) ** 2 for value, target in zip(a, y, strict=True)) / 2
    slopes = gradients(loss)
    assert loss.value == pytest.approx(network.cost(x, y), rel=1e-13)
    for gradient, (w, b) in zip(network.backward(network.forward(x), y), weights, strict=True):
        assert np.allclose(gradient.weights, np.vectorize(slopes.get)(w), rtol=1e-10, atol=1e-15)
        assert np.allclose(gradient.bias, np.vectorize(slopes.get)(b), rtol=1e-10, atol=1e-15)


def test_operators_take_plain_numbers_on_either_side():
    """Each operator, with the node left, right, and on both sides."""
    x, y = Node(6.0), Node(3.0)
    assert [n.value for n in (x + y, x + 3, 6 + y, x - y, x - 3, 6 - y)] == [9, 9, 9, 3, 3, 3]
    assert [n.value for n in (x * y, x * 3, 6 * y, x / y, x / 3, 6 / y)] == [18, 18, 18, 2, 2, 2]
    assert [n.value for n in (x**y, x**3, 6**y, -x)] == [216, 216, 216, -6]
    assert gradients(6 - y)[y] == -1.0 and gradients(6 / y)[y] == pytest.approx(-6 / 9)


def test_numpy_numbers_leave_the_operation_to_the_node():
    """np.float64(2) * x is a node, not an array that holds one."""
    x = Node(3.0)
    for node in (np.float64(2) * x, x * np.float64(2), np.int64(2) * x):
        assert isinstance(node, Node) and node.value == 6.0
    assert (np.float64(2) + x).value == 5.0 and (np.float64(2) - x).value == -1.0


def test_an_array_times_a_node_is_an_array_of_nodes():
    """One product per entry, on either side."""
    x = Node(3.0)
    assert [node.value for node in np.array([1.0, 2.0]) * x] == [3.0, 6.0]
    assert [node.value for node in x - np.array([1, 2])] == [2.0, 1.0]


def test_values_are_plain_floats():
    """Integers, NumPy numbers, 0-d arrays and subclasses of float come in; a plain float is kept."""
    for value in (3, np.float32(3), np.array(3), Carried(3), True + 2):
        assert type(Node(value).value) is float and Node(value).value == 3.0
    assert type(apply("sigmoid", Carried(0.0)).value) is float


def test_every_operation_of_the_table_makes_a_node():
    """apply knows every rule; the module has a function for each."""
    for name, rule in RULES.items():
        inputs = [0.5] * (2 if name in {"add", "max", "subtract", "multiply", "divide", "power", "less"} else 1)
        node = apply(name, *inputs)
        assert node.operation == name and node.value == rule.value(*inputs)
        assert node.locals == pytest.approx(rule.slopes(*inputs))
        if name != "copy":
            function = getattr(graph, {"max": "maximum"}.get(name, name))
            assert function(*inputs).value == node.value


def test_add_and_max_take_any_number_of_inputs():
    """The sum inside a neuron is one node."""
    total = graph.add(1, 2, 3, 4)
    assert total.value == 10.0 and total.locals == (1.0, 1.0, 1.0, 1.0)
    assert graph.maximum(1, 9, 3).locals == (0.0, 1.0, 0.0)


def test_a_square_has_one_input():
    """x**2 hands nothing to a constant 2, and works for a negative x."""
    node = Node(-3.0) ** 2
    assert node.operation == "square" and node.locals == (-6.0,)


def test_nodes_print_one_level():
    """A node says its name, value and where it came from, without walking the graph."""
    x, y = Node(3, "x"), Node(-2)
    assert repr(x) == "Node(x = 3.0)" and repr(y) == "Node(-2.0)"
    assert repr(x * y) == "Node(-6.0 = multiply(x, -2.0))"
    assert repr((x * y + 1).named("h")) == "Node(h = -5.0 = add(-6.0, 1.0))"


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: Node(1) / 0, ["divide", "(1.0, 0.0)"]),
        (lambda: graph.log(0), ["log", "(0.0)"]),
        (lambda: graph.log(-1), ["log", "(-1.0)"]),
        (lambda: graph.sqrt(-1), ["sqrt", "(-1.0)"]),
        (lambda: graph.exp(1000), ["exp", "(1000.0)"]),
        (lambda: Node(-8) ** (1 / 3), ["power", "-8.0"]),
        (lambda: Node(0) ** -1, ["power", "(0.0, -1.0)"]),
        (lambda: Node(10.0) ** 1000, ["power", "1000"]),
        (lambda: gradients(graph.sqrt(0)), ["the slope of sqrt", "(0.0)"]),
    ],
)
def test_outside_the_domain_a_readable_error(make, words):
    """Division by zero, log 0, √−1, overflow and √′(0) say which operation and which inputs."""
    with pytest.raises(NoValue) as error:
        make()
    assert all(word in str(error.value) for word in [*words, "domain"]), str(error.value)


def test_minus_a_thousand_underflows_silently():
    """e⁻¹⁰⁰⁰ is 0."""
    assert graph.exp(-1000).value == 0.0


def test_unknown_operations_and_missing_inputs():
    """The message lists the operations."""
    with pytest.raises(ValueError, match="'softplus'.*multiply"):
        apply("softplus", 1)
    with pytest.raises(ValueError, match="at least one input"):
        graph.maximum()
    with pytest.raises(TypeError):
        Node(1) + "2"
