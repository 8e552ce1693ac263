"""The walk back through a graph of scalars: upstream × local = downstream, at one node after another.

    >>> from autograder.engine.graph import Node, maximum
    >>> x, y = Node(3, "x"), Node(5, "y")
    >>> for record in walk(2 * maximum(x, y)):
    ...     print(record)
    Node(10.0 = multiply(2.0, 5.0)): upstream 1.0, locals 5.0 2.0, downstream 5.0 2.0
    Node(2.0): upstream 5.0
    Node(5.0 = max(x, y)): upstream 2.0, locals 0.0 1.0, downstream 0.0 2.0
    Node(x = 3.0): upstream 0.0
    Node(y = 5.0): upstream 2.0

The walk is lazy, so a stepper can take one `next` per click; it uses no recursion, so a graph may be of any depth.
It asks of a node only its `inputs` and its `locals`.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .graph import Node


@dataclass(frozen=True, slots=True)
class Record:
    """What happens at one node. `arrivals` are the downstreams of its uses; their sum is the upstream."""

    node: Node
    arrivals: tuple[float, ...]
    upstream: float
    locals: tuple[float, ...]
    downstreams: tuple[float, ...]

    def __str__(self) -> str:
        arrivals = " + ".join(map(str, self.arrivals))
        text = f"{self.node}: upstream {arrivals + ' = ' if len(self.arrivals) > 1 else ''}{self.upstream}"
        if self.locals:
            text += f", locals {' '.join(map(str, self.locals))}, downstream {' '.join(map(str, self.downstreams))}"
        return text


def walk(output: Node, upstream: float = 1.0) -> Iterator[Record]:
    """A record for every node that the output depends on: the output first, each node once all its uses are done."""
    waiting_for = count_uses(output)
    arrivals, ready = {output: [float(upstream)]}, deque([output])
    while ready:
        node = ready.popleft()
        record = visit(node, arrivals.pop(node))
        yield record
        for source, downstream in zip(node.inputs, record.downstreams, strict=True):
            arrivals.setdefault(source, []).append(downstream)
            waiting_for[source] -= 1
            if not waiting_for[source]:
                ready.append(source)


def visit(node: Node, arrivals: list[float]) -> Record:
    """One step: sum what arrives, multiply it by each local gradient, hand that on."""
    upstream, slopes = sum(arrivals), node.locals
    return Record(node, tuple(arrivals), upstream, slopes, tuple(upstream * slope for slope in slopes))


def gradients(output: Node, upstream: float = 1.0) -> dict[Node, float]:
    """∂output/∂node for every node that the output depends on."""
    return {record.node: record.upstream for record in walk(output, upstream)}


def count_uses(output: Node) -> Counter[Node]:
    """How often each node below the output is an input of another; x * x uses x twice."""
    uses: Counter[Node] = Counter()
    to_visit = [output]
    while to_visit:
        for source in to_visit.pop().inputs:
            if source not in uses:
                to_visit.append(source)
            uses[source] += 1
    return uses
