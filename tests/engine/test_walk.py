"""The walk back: order, fan-out, depth, nothing left over."""

import sys

import pytest

from autograder.engine import graph
from autograder.engine.graph import Node
from autograder.engine.walk import count_uses, gradients, walk


def by_node(output):
    return {record.node: record for record in walk(output)}


def test_upstream_times_local_is_downstream():
    """Every record of a walk satisfies it, and the upstream is the sum of what arrives."""
    x, y = Node(0.7), Node(-1.3)
    output = graph.sin(x * y) / (1 + graph.exp(x)) + graph.maximum(x, y) ** 3
    for record in walk(output):
        assert record.upstream == sum(record.arrivals)
        assert record.downstreams == tuple(record.upstream * slope for slope in record.locals)
        assert len(record.locals) == len(record.node.inputs)


def test_the_local_gradients_of_a_max_node():
    """max(3, 5) under an upstream of 2 hands 0 to the loser and 2 to the winner."""
    x, y = Node(3, "x"), Node(5, "y")
    record = by_node(2 * graph.maximum(x, y))
    node = next(node for node in record if node.operation == "max")
    assert (record[node].upstream, record[node].locals, record[node].downstreams) == (2.0, (0.0, 1.0), (0.0, 2.0))


def test_fan_out_sums():
    """A node used in three places gets three arrivals, and their sum upstream."""
    x = Node(5, "x")
    record = by_node(2 * x + 3 * x - x)[x]
    assert sorted(record.arrivals) == [-1.0, 2.0, 3.0] and record.upstream == 4.0


def test_a_node_used_twice_by_the_same_operation():
    """x·x has slope 2x, x + x has slope 2, x − x and x / x have slope 0."""
    x = Node(3.0)
    assert [gradients(f)[x] for f in (x * x, x + x, x - x, x / x)] == [6.0, 2.0, 0.0, 0.0]


def test_copies_make_the_fan_out_visible():
    """Each copy hands its upstream through, and the original sums them."""
    x = Node(3, "x")
    first, second = graph.copy(x, 2)
    records = by_node(first * 10 + second * -4)
    assert (records[first].upstream, records[second].upstream) == (10.0, -4.0)
    assert sorted(records[x].arrivals) == [-4.0, 10.0] and records[x].upstream == 6.0


def test_every_node_comes_once_and_after_all_its_uses():
    """A diamond of diamonds has 2³⁰ paths but few nodes, and is walked in order."""
    x = node = Node(1.0)
    for _ in range(30):
        node = node + node
    records = list(walk(node))
    assert len(records) == 31 and records[-1].node is x and records[-1].upstream == 2.0**30
    place = {record.node: i for i, record in enumerate(records)}
    assert all(place[source] > place[r.node] for r in records for source in r.node.inputs)


def test_a_long_shortcut_waits_for_the_long_way():
    """x reaches the output directly and through ten steps; it is visited once, with both arrivals."""
    x = Node(1.0, "x")
    node = x
    for _ in range(10):
        node = node * 2
    visits = [record for record in walk(node + x) if record.node is x]
    assert [record.upstream for record in visits] == [1025.0] and sorted(visits[0].arrivals) == [1.0, 1024.0]


def test_a_chain_of_a_hundred_thousand_additions():
    """No recursion: the chain is built, walked, printed and thrown away."""
    x = node = Node(1.0)
    for _ in range(100_000):
        node = node + 1
    assert sys.getrecursionlimit() < 100_000
    assert node.value == 100_001.0 and gradients(node)[x] == 1.0
    assert repr(node) == "Node(100001.0 = add(100000.0, 1.0))"
    del node


def test_a_second_walk_starts_afresh():
    """Walking twice, or walking another output over shared nodes, leaves nothing behind."""
    x, y = Node(2.0), Node(3.0)
    product = x * y
    first, other = product + x, product * 10
    assert gradients(first)[x] == gradients(first)[x] == 4.0
    assert gradients(other)[x] == 30.0 and gradients(first)[y] == 2.0


def test_only_nodes_that_matter_are_visited():
    """A node the output does not depend on has no gradient."""
    x, y = Node(2.0), Node(3.0)
    unused = x * y
    assert set(gradients(x + 1)) >= {x} and unused not in gradients(x + 1) and y not in gradients(x + 1)


def test_a_leaf_alone():
    """The output's own slope is 1, or whatever upstream is given."""
    x = Node(2.0)
    assert gradients(x) == {x: 1.0} and gradients(x, upstream=-3) == {x: -3.0}
    assert count_uses(x) == {}


def test_the_walk_is_lazy():
    """A stepper takes one record at a time; the slope of √ at 0 is asked for only when its node is reached."""
    steps = walk(graph.sqrt(Node(0.0)) + 1)
    assert next(steps).node.operation == "add"
    with pytest.raises(graph.NoValue):
        list(steps)


def test_records_print_themselves():
    """One readable line per step, with the sum where several uses meet."""
    x = Node(3, "x")
    assert str(list(walk(x * x))[0]) == "Node(9.0 = multiply(x, x)): upstream 1.0, locals 3.0 3.0, downstream 3.0 3.0"
    assert str(list(walk(x * x))[-1]) == "Node(x = 3.0): upstream 3.0 + 3.0 = 6.0"
