"""One training step of our engine against HIPS autograd and PyTorch: same network, batch and float64, one thread.

The measuring happens in a process of its own, because the number of threads is fixed when NumPy is first imported.
Every contender's step is compared with ours before it is timed, and they take turns, so that a busy moment of the
machine hits all of them. PyTorch and HIPS autograd are measured only where they are installed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

BATCH, LEARNING_RATE = 64, 0.01
CASES = {
    "13-64-64-1": ([13, 64, 64, 1], "identity", "mean squared error"),
    "784-128-10": ([784, 128, 10], "softmax", "cross-entropy with softmax"),
}
ROUNDS, STEPS = 41, 20
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
ROOT = pathlib.Path(__file__).parent.parent


def run() -> list[dict]:
    """One row per network and contender: our microseconds a step, and how many times that the others take."""
    done = subprocess.run([sys.executable, "-m", "bench.engine", "--measure"], cwd=ROOT, env=os.environ | ONE_THREAD,
                          capture_output=True, text=True, check=True)  # fmt: skip
    return json.loads(done.stdout)


def measure() -> list[dict]:
    """The rows, measured in this process."""
    rows = []
    for case, (sizes, last, loss) in CASES.items():
        network, x, y = problem(sizes, last, loss)
        steps = {name: make(network, x, y) for name, make in CONTENDERS.items() if importlib.util.find_spec(name)}
        for name, step in steps.items():
            same_step(name, step(), network.step(x, y, LEARNING_RATE).parameters)
        seconds = take_turns(steps)
        ours = seconds.pop("autograder")
        rows.append({"what": f"{case}, batch {BATCH}: ours, µs", "value": 1e6 * statistics.median(ours)})
        for name, theirs in seconds.items():
            ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
            rows.append({"what": f"{case}, batch {BATCH}: {TITLES[name]} over ours", "value": ratio})
    return rows


def problem(sizes: list[int], last: str, loss: str):
    """A random network and a random batch in columns, the same on every machine."""
    import numpy as np

    from autograder.engine import Network

    random = np.random.default_rng(0)
    network = Network.random(sizes, hidden="relu", last=last, loss=loss, seed=1)
    x, targets = random.normal(size=(sizes[0], BATCH)), random.integers(0, sizes[-1], BATCH)
    return network, x, np.eye(sizes[-1])[:, targets] if last == "softmax" else random.normal(size=(sizes[-1], BATCH))


def ours(network, x, y) -> Callable:
    """A step of `Network`."""
    return lambda: network.step(x, y, LEARNING_RATE).parameters


def hips(network, x, y) -> Callable:
    """The same step with HIPS autograd."""
    import autograd.numpy as np
    from autograd import grad

    def cost(parameters):
        a = x
        for weights, bias in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            a = np.maximum(0.0, np.dot(weights, a) + bias[:, None])
        z = np.dot(parameters[-2], a) + parameters[-1][:, None]
        if network.layers[-1].activation == "identity":
            return np.sum((z - y) ** 2) / (2 * BATCH)
        top = np.max(z, axis=0)
        return np.sum(top + np.log(np.sum(np.exp(z - top), axis=0)) - np.sum(y * z, axis=0)) / BATCH

    slope, start = grad(cost), list(network.parameters)
    return lambda: [p - LEARNING_RATE * g for p, g in zip(start, slope(start), strict=True)]


def torch(network, x, y) -> Callable:
    """The same step with PyTorch on the CPU: examples in rows, which it is made for, and its own SGD."""
    import torch

    torch.set_num_threads(1)
    linears = [torch.nn.Linear(*layer.weights.shape[::-1], dtype=torch.float64) for layer in network.layers]
    with torch.no_grad():
        for linear, layer in zip(linears, network.layers, strict=True):
            linear.weight.copy_(torch.tensor(layer.weights))
            linear.bias.copy_(torch.tensor(layer.bias))
    model = torch.nn.Sequential(*[part for linear in linears for part in (linear, torch.nn.ReLU())][:-1])
    inputs, targets = torch.tensor(x.T.copy()), torch.tensor(y.T.copy())
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    softmax = network.layers[-1].activation == "softmax"
    # with a single output, half of PyTorch's mean is our 1/(2m) Σ (a − y)²
    cost = torch.nn.CrossEntropyLoss() if softmax else lambda z, y: torch.nn.functional.mse_loss(z, y) / 2

    def step():
        optimizer.zero_grad()
        cost(model(inputs), targets).backward()
        optimizer.step()
        return [p.data for p in model.parameters()]

    return step


CONTENDERS = {"autograder": ours, "autograd": hips, "torch": torch}
TITLES = {"autograd": "HIPS autograd", "torch": "PyTorch, CPU"}


def same_step(name: str, theirs, ours) -> None:
    """Raises if a contender does not compute what we compute: then a ratio would mean nothing."""
    import numpy as np

    for a, b in zip(theirs, ours, strict=True):
        if not np.allclose(a, b, rtol=1e-9, atol=1e-12):
            raise AssertionError(f"the step of {name} is not ours: they differ by {np.max(np.abs(a - b)):.2g}")


def take_turns(steps: dict[str, Callable]) -> dict[str, list[float]]:
    """Seconds per step of each contender in each round."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            start = time.perf_counter()
            for _ in range(STEPS):
                step()
            seconds[name].append((time.perf_counter() - start) / STEPS)
    return seconds


if __name__ == "__main__":
    rows = measure() if "--measure" in sys.argv else run()
    print(json.dumps(rows) if "--measure" in sys.argv else "\n".join(f"{r['what']}: {r['value']:.3g}" for r in rows))
