"""Layers and networks: forward, backward, and one step of gradient descent.

    >>> network = Network([Layer([[2, -1], [-4, 4], [-1, 1]], [-1, -2, 2]), Layer([[2, 1, 4], [-2, -1, 5]], [-1, 5])])
    >>> network.predict([3, -2])
    array([-21.,  -2.])
    >>> first, second = network.backward(network.forward([3, -2]), [1, 4])
    >>> second.weights
    array([[-154.,  484.,   66.],
           [ -42.,  132.,   18.]])

An example is (n,), a batch has its examples in columns, (n, m), or in rows, (m, n), with `rows=True`. Nothing is ever
changed: `forward` returns what it saw on the way, `backward` reads that and returns gradients in the shapes of the
parameters, and a step returns the next network. So there is no gradient that could be stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from .activations import ACTIVATIONS, Activation, softmax
from .arrays import Array, Numbers, ShapeError, floats, own, same_shape, sealed
from .equations import COLUMNS, ROWS, Equations
from .losses import LOSSES, Loss


@dataclass(frozen=True, eq=False)
class Layer:
    """a = σ(W a_below + b): weights (n, n_below), bias (n,), and the name of σ in ACTIVATIONS, or "softmax"."""

    weights: Array
    bias: Array
    activation: str = "identity"

    def __post_init__(self):
        # arrays of its own: a layer does not change when the arrays it was made from do
        weights, bias = own(floats(self.weights, "weights")), own(floats(self.bias, "bias"))
        if weights.ndim != 2 or weights.size == 0 or bias.shape != weights.shape[:1]:
            raise ShapeError(
                f"weights have shape {weights.shape} and bias has shape {bias.shape}: "
                "give weights (outputs, inputs) and one bias per output, for instance [[2, -1]] and [3]"
            )
        _known(self.activation, [*ACTIVATIONS, "softmax"], "activation")
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "bias", bias)

    def forward(self, inputs: Numbers, *, rows: bool = False) -> Seen:
        """z = W a + b and a = σ(z), kept together with the inputs they were made from."""
        inputs = floats(inputs, "inputs")
        z = _equations(rows).weighted_sum(self.weights, inputs, self.bias)
        return Seen(inputs, z, softmax(z, rows=rows) if self.activation == "softmax" else self._sigma.value(z))

    def backward(self, seen: Seen, delta: Numbers, *, rows: bool = False) -> Gradient:
        """BP3 and BP4: from the layer's own error δ = ∂C/∂z to the slopes of its bias and weights."""
        _, delta = same_shape(z=seen.z, delta=delta)
        equations = _equations(rows)
        return Gradient(weights=equations.bp4(delta, seen.inputs), bias=equations.bp3(delta), delta=delta)

    def slope(self, seen: Seen) -> Array:
        """σ′(z), entry by entry."""
        return self._sigma.slope(seen.z)

    @property
    def _sigma(self) -> Activation:
        return ACTIVATIONS[self.activation]

    def __repr__(self) -> str:
        outputs, inputs = self.weights.shape
        return f"<Layer {inputs} → {outputs}, {self.activation}>"


@dataclass(frozen=True, eq=False)
class Seen:
    """What a layer saw on the way forward: its inputs, the weighted sums z and the values a."""

    inputs: Array
    z: Array
    a: Array


@dataclass(frozen=True, eq=False)
class Forward:
    """What a network saw on the way forward, layer by layer, and which way round the examples stood."""

    layers: tuple[Seen, ...]
    rows: bool = False

    @property
    def prediction(self) -> Array:
        """aᴸ, the values of the last layer."""
        return self.layers[-1].a


@dataclass(frozen=True, eq=False)
class Gradient:
    """A layer's ∂C/∂W and ∂C/∂b, in the shapes of W and b, and the errors δ of its nodes, one per example."""

    weights: Array
    bias: Array
    delta: Array


class Network:
    """Layers, first to last, and the name of a loss in LOSSES."""

    def __init__(self, layers: Iterable[Layer], loss: str = "mean squared error"):
        self.layers, self.loss = tuple(layers), loss
        _known(loss, LOSSES, "loss")
        _check_chain(self.layers)
        _check_last(self.layers, loss, LOSSES[loss])

    @classmethod
    def random(
        cls,
        sizes: Sequence[int],
        *,
        hidden: str = "relu",
        last: str = "identity",
        loss: str = "mean squared error",
        seed: int = 0,
    ) -> Network:
        """Layers of the given sizes, inputs first: weights normal, variance 2 / inputs (He et al. 2015), biases 0."""
        random = np.random.default_rng(seed)
        names = [hidden] * (len(sizes) - 2) + [last]
        return cls(
            [
                Layer(random.normal(0, np.sqrt(2 / below), (n, below)), np.zeros(n), name)
                for below, n, name in zip(sizes[:-1], sizes[1:], names, strict=True)
            ],
            loss,
        )

    def forward(self, inputs: Numbers, *, rows: bool = False) -> Forward:
        """Through all layers, keeping what each one saw."""
        seen: list[Seen] = []
        for layer in self.layers:
            seen.append(layer.forward(seen[-1].a if seen else inputs, rows=rows))
        return Forward(tuple(seen), rows)

    def backward(self, forward: Forward, targets: Numbers) -> tuple[Gradient, ...]:
        """The gradient of each layer, first to last, of the cost C (the mean over the batch)."""
        equations = _equations(forward.rows)
        delta = self._last_error(forward, targets)
        gradients: list[Gradient] = []
        for index in reversed(range(len(self.layers))):
            gradients.append(self.layers[index].backward(forward.layers[index], delta, rows=forward.rows))
            if index > 0:
                slope = self.layers[index - 1].slope(forward.layers[index - 1])
                delta = equations.bp2(self.layers[index].weights, delta, slope)
        return tuple(reversed(gradients))

    def _last_error(self, forward: Forward, targets: Numbers) -> Array:
        """BP1, or a − y at once where the loss swallows the last activation."""
        last, loss = forward.layers[-1], LOSSES[self.loss]
        if loss.contains:
            return loss.slope(last.z, targets, rows=forward.rows)
        return COLUMNS.bp1(loss.slope(last.a, targets, rows=forward.rows), self.layers[-1].slope(last))

    def predict(self, inputs: Numbers, *, rows: bool = False) -> Array:
        """aᴸ alone."""
        return self.forward(inputs, rows=rows).prediction

    def cost(self, inputs: Numbers, targets: Numbers, *, rows: bool = False) -> float:
        """C, the mean over the batch of the loss of each example."""
        last, loss = self.forward(inputs, rows=rows).layers[-1], LOSSES[self.loss]
        return loss.value(last.z if loss.contains else last.a, targets, rows=rows)

    def step(self, inputs: Numbers, targets: Numbers, learning_rate: float, *, rows: bool = False) -> Network:
        """The network after one step of gradient descent on this batch, θ − η ∇C."""
        gradients = parameters(self.backward(self.forward(inputs, rows=rows), targets))
        pairs = zip(self.parameters, gradients, strict=True)
        # −η g + θ rather than θ − η g: NumPy then adds into the product it has just made, one large array fewer
        return self.with_parameters([sealed(-learning_rate * gradient + theta) for theta, gradient in pairs])

    @property
    def parameters(self) -> tuple[Array, ...]:
        """W¹, b¹, W², b², … ."""
        return parameters(self.layers)

    def with_parameters(self, new: Iterable[Numbers]) -> Network:
        """The same network with other weights and biases, in the order of `parameters` and in the same shapes."""
        new = [floats(array, "a parameter") for array in new]
        wanted, given = [p.shape for p in self.parameters], [p.shape for p in new]
        if wanted != given:
            raise ShapeError(f"the new parameters have shapes {given}, the network's {wanted}: give one for each")
        layers = zip(self.layers, new[::2], new[1::2], strict=True)
        return Network([Layer(weights, bias, layer.activation) for layer, weights, bias in layers], self.loss)

    def __repr__(self) -> str:
        sizes = [self.layers[0].weights.shape[1], *(layer.weights.shape[0] for layer in self.layers)]
        names = ", ".join(layer.activation for layer in self.layers)
        return f"<Network {'-'.join(map(str, sizes))}, {names}; {self.loss}>"


def parameters(layers: Iterable[Layer | Gradient]) -> tuple[Array, ...]:
    """Weights and biases in one list, W¹, b¹, W², b², …; of the gradients that `backward` returns, their slopes."""
    return tuple(array for layer in layers for array in (layer.weights, layer.bias))


def unroll(arrays: Iterable[Numbers]) -> Array:
    """All entries of several arrays in one vector θ, row by row."""
    return np.concatenate([floats(array, "a parameter").ravel() for array in arrays])


def roll_up(theta: Numbers, like: Iterable[Numbers]) -> tuple[Array, ...]:
    """A vector θ cut up again into arrays shaped `like` these. Raises ShapeError unless it fits exactly."""
    theta, shapes = floats(theta, "theta"), [floats(array, "a parameter").shape for array in like]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    if theta.shape != (ends[-1],):
        raise ShapeError(f"theta has shape {theta.shape}, the parameters {shapes} need ({ends[-1]},): unroll() them")
    pieces = np.split(theta, ends[:-1])
    return tuple(piece.reshape(shape).copy() for piece, shape in zip(pieces, shapes, strict=True))


def _equations(rows: bool) -> Equations:
    return ROWS if rows else COLUMNS


def _known(name: str, names: Iterable[str], kind: str) -> None:
    if name not in names:
        raise ValueError(f"no {kind} is called {name!r}: choose one of {', '.join(names)}")


def _check_chain(layers: Sequence[Layer]) -> None:
    if not layers:
        raise ValueError("a network of no layers computes nothing: give at least one Layer")
    for number, (layer, above) in enumerate(zip(layers, layers[1:], strict=False), start=1):
        if layer.weights.shape[0] != above.weights.shape[1]:
            raise ShapeError(
                f"weights {number} have shape {layer.weights.shape} and weights {number + 1} have shape "
                f"{above.weights.shape}: give weights {number + 1} one column per row of weights {number}"
            )
        if layer.activation == "softmax":
            raise ValueError(f"layer {number} is a softmax below another layer: use softmax in the last layer only")


def _check_last(layers: Sequence[Layer], loss: str, rule: Loss) -> None:
    """A loss that swallows an activation needs just that one, and a softmax needs the loss that swallows it."""
    last = layers[-1].activation
    if rule.contains and last != rule.contains:
        raise ValueError(f"the loss {loss!r} goes with {rule.contains}, not {last}: change the last layer's activation")
    if last == "softmax" and not rule.contains:
        raise ValueError(f"the loss {loss!r} cannot follow a softmax: choose 'cross-entropy with softmax'")
