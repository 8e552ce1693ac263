"""A training step of a small convolution network and of an attention block: ours against PyTorch, float64, one thread.

As in bench/engine.py: a process of its own, every step compared with ours before it is timed, and turns taken. Where
PyTorch is not installed, the ratio is not measured, and the row says so.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable

from .engine import LEARNING_RATE, ONE_THREAD, ROOT, same_step, take_turns

M, SIDE, FILTERS, K, POOL, CLASSES = 32, 14, 8, 3, 2, 10  # the convolution network
SENTENCES, WORDS, WIDTH, HEADS = 16, 16, 32, 4  # the attention block
MISSING = "PyTorch is not installed"


def run() -> list[dict]:
    """Two rows for each layer: our microseconds a step, and how many times that PyTorch takes."""
    done = subprocess.run([sys.executable, "-m", "bench.layers", "--measure"], cwd=ROOT, env=os.environ | ONE_THREAD,
                          capture_output=True, text=True, check=True)  # fmt: skip
    return json.loads(done.stdout)


def measure() -> list[dict]:
    """The rows, measured in this process."""
    rows = []
    for case, makers in CASES.items():
        steps = {name: make() for name, make in makers.items() if importlib.util.find_spec(name)}
        for name, step in steps.items():
            same_step(name, step(), steps["autograder"]())
        seconds = take_turns(steps)
        ours, theirs = seconds["autograder"], seconds.get("torch")
        ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True)) if theirs else MISSING
        rows += [
            {"what": f"{case}: ours, µs", "value": 1e6 * statistics.median(ours)},
            {"what": f"{case}: PyTorch, CPU over ours", "value": ratio},
        ]
    return rows


# -- filters, ReLU, max pooling, a dense layer, softmax with cross-entropy ---------------------------------------------


def pictures():
    """Pictures, one-hot targets in columns, and the first weights: the same on every machine."""
    import numpy as np

    random = np.random.default_rng(0)
    x, y = random.normal(size=(M, 1, SIDE, SIDE)), np.eye(CLASSES)[:, random.integers(0, CLASSES, M)]
    flat = FILTERS * ((SIDE - K + 1) // POOL) ** 2
    shapes = (FILTERS, 1, K, K), (FILTERS,), (CLASSES, flat), (CLASSES,)
    return x, y, [0.2 * random.normal(size=shape) for shape in shapes]


def our_filters() -> Callable:
    """A step by the rules of the engine."""
    from autograder import engine

    x, y, start = pictures()

    def step():
        w, b, dense, bias = start
        z = engine.correlate(x, w, b)
        a = engine.relu(z)
        pooled = engine.max_pool(a, (POOL, POOL))
        flat = pooled.reshape(M, -1).T
        delta = engine.softmax(engine.weighted_sum(dense, flat, bias)) - y
        upstream = (dense.T @ delta).T.reshape(pooled.shape)
        back = engine.max_pool_slope(a, upstream, (POOL, POOL)) * engine.relu_slope(z)
        gradients = [
            engine.correlate_weights(back, x, (K, K)), engine.correlate_bias(back, (K, K)), engine.bp4(delta, flat),
            engine.bp3(delta),
        ]  # fmt: skip
        return [p - LEARNING_RATE * g.reshape(p.shape) for p, g in zip(start, gradients, strict=True)]

    return step


def torch_filters() -> Callable:
    """The same step with PyTorch."""
    import torch
    from torch.nn import functional

    x, y, start = pictures()
    inputs, classes = torch.tensor(x), torch.tensor(y.argmax(axis=0))

    def cost(parameters):
        w, b, dense, bias = parameters
        pooled = functional.max_pool2d(functional.relu(functional.conv2d(inputs, w, b)), POOL)
        return functional.cross_entropy(functional.linear(pooled.flatten(1), dense, bias), classes)

    return _torch_step(start, cost)


# -- attention with heads and the mask of the past, a residual connection, a norm --------------------------------------


def sentences():
    """Words, targets, and the first weights: the four matrices, the gain and the bias."""
    import numpy as np

    random = np.random.default_rng(1)
    x, y = random.normal(size=(2, SENTENCES, WORDS, WIDTH))
    matrices = [random.normal(size=(WIDTH, WIDTH)) / WIDTH**0.5 for _ in range(4)]
    return x, y, [*matrices, np.ones(WIDTH), np.zeros(WIDTH)]


def our_block() -> Callable:
    """A step by the rules of the engine."""
    from autograder.engine import Attention, normalisation

    x, y, start = sentences()

    def step():
        *matrices, gain, bias = start
        layer = Attention(*matrices, heads=HEADS, causal=True)
        forward = layer.forward(x)
        before = x + forward.outputs
        upstream = (normalisation.layer_norm(before, gain, bias) - y) / SENTENCES
        gradient = layer.backward(forward, normalisation.gradient_of_row(before, gain, upstream))
        gradients = [
            gradient.w_q, gradient.w_k, gradient.w_v, gradient.w_o, normalisation.gradient_of_gain(before, upstream),
            normalisation.gradient_of_bias(upstream),
        ]  # fmt: skip
        return [p - LEARNING_RATE * g for p, g in zip(start, gradients, strict=True)]

    return step


def torch_block() -> Callable:
    """The same step with PyTorch and its own fused attention."""
    import torch
    from torch.nn import functional

    x, y, start = sentences()
    inputs, targets = torch.tensor(x), torch.tensor(y)

    def heads(words):
        return words.unflatten(-1, (HEADS, WIDTH // HEADS)).transpose(1, 2)

    def cost(parameters):
        w_q, w_k, w_v, w_o, gain, bias = parameters
        q, k, v = (heads(inputs @ w) for w in (w_q, w_k, w_v))
        means = functional.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        outputs = functional.layer_norm(inputs + means @ w_o, (WIDTH,), gain, bias, 1e-5)
        return torch.sum((outputs - targets) ** 2) / (2 * SENTENCES)

    return _torch_step(start, cost)


def _torch_step(start, cost) -> Callable:
    import torch

    torch.set_num_threads(1)
    parameters = [torch.tensor(p, requires_grad=True) for p in start]
    first = [p.detach().clone() for p in parameters]
    optimizer = torch.optim.SGD(parameters, lr=LEARNING_RATE)

    def step():
        with torch.no_grad():  # each step begins where ours does
            for p, value in zip(parameters, first, strict=True):
                p.copy_(value)
        optimizer.zero_grad()
        cost(parameters).backward()
        optimizer.step()
        return [p.detach().numpy().copy() for p in parameters]

    return step


CASES = {
    f"{SIDE}×{SIDE} pictures, {FILTERS} filters, max pooling, {CLASSES} classes, batch {M}": {
        "autograder": our_filters, "torch": torch_filters,
    },
    f"attention block, {SENTENCES} sentences of {WORDS} words, width {WIDTH}, {HEADS} heads": {
        "autograder": our_block, "torch": torch_block,
    },
}  # fmt: skip

if __name__ == "__main__":
    rows = measure() if "--measure" in sys.argv else run()
    text = "\n".join(f"{row['what']}: {row['value']}" for row in rows)
    print(json.dumps(rows) if "--measure" in sys.argv else text)
