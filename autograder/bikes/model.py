"""How well can a day's rentals be told beforehand? Baselines, an error, and a small network trained on the engine.

    error(reference(), held_back)                 mean absolute error, in rentals a day
    baselines(training, held_back)                what two lazy guesses reach: the mean, and yesterday's value

The network sees features made from the season, holiday, working day, weather, temperature, felt temperature, humidity
and wind of a day, normalised with the means and deviations of the training days alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..engine.network import Network, parameters
from ..engine.optimizers import Adam
from .table import MEASURED, SEASONS, WEATHER, Days, training_days

TARGET_ERROR = 560.0
"""Mean absolute error on the held-back days, rentals a day, that the exercise asks for."""

HIDDEN, PASSES, BATCH, LEARNING_RATE = 32, 60, 64, 0.01
NETWORKS = 3  # their predictions are averaged, which evens out where each began


def features(days: Days) -> np.ndarray:
    """(m, 13): a yes-or-no column for each season and each weather, holiday, working day, then the measurements."""
    chosen = [np.array(days["season"]) == season for season in SEASONS.values()]
    chosen += [np.array(days["weather"]) == weather for weather in WEATHER]
    return np.column_stack([*chosen, *(days[name] for name in ("holiday", "working_day", *MEASURED))]).astype(float)


class Scale(NamedTuple):
    """The mean and standard deviation of each column, to bring other rows to the same scale."""

    mean: np.ndarray
    deviation: np.ndarray

    @classmethod
    def of(cls, x: np.ndarray) -> Scale:
        """Of the rows of x, (m, n). A column that never changes keeps its size: its deviation counts as 1."""
        deviation = x.std(axis=0)
        return cls(x.mean(axis=0), np.where(deviation == 0, 1.0, deviation))

    def down(self, x: np.ndarray) -> np.ndarray:
        """(x − mean) / deviation."""
        return (x - self.mean) / self.deviation

    def up(self, x: np.ndarray) -> np.ndarray:
        """The way back."""
        return x * self.deviation + self.mean


class Model(NamedTuple):
    """A trained model: predict(days) → rentals, (m,)."""

    networks: tuple[Network, ...]
    inputs: Scale
    outputs: Scale

    def predict(self, days: Days) -> np.ndarray:
        """The rentals of each day, the mean of what the networks say."""
        x = self.inputs.down(features(days))
        predictions = [network.predict(x, rows=True) for network in self.networks]
        return self.outputs.up(np.mean(predictions, axis=0))[:, 0]


def reference(days: Days | None = None, seed: int = 0) -> Model:
    """The reference model, trained on `days`, by default all training days."""
    days = training_days() if days is None else days
    x, y = features(days), np.array(days["total"], dtype=float)[:, None]
    inputs, outputs = Scale.of(x), Scale.of(y)
    networks = (train(inputs.down(x), outputs.down(y), seed=seed + k) for k in range(NETWORKS))
    return Model(tuple(networks), inputs, outputs)


def train(x: np.ndarray, y: np.ndarray, seed: int, watch: Callable[[float], None] | None = None) -> Network:
    """A network with one hidden layer, after PASSES passes of Adam over x (m, n) and y (m, 1) in mini-batches."""
    network = Network.random([x.shape[1], HIDDEN, y.shape[1]], seed=seed)
    optimizer, shuffle = Adam(LEARNING_RATE), np.random.default_rng(seed)
    state = optimizer.start(network.parameters)
    for _ in range(PASSES):
        order = shuffle.permutation(len(x))
        for start in range(0, len(x), BATCH):
            batch = order[start : start + BATCH]
            gradients = parameters(network.backward(network.forward(x[batch], rows=True), y[batch]))
            new, state = optimizer.step(network.parameters, gradients, state)
            network = network.with_parameters(new)
        if watch:
            watch(network.cost(x, y, rows=True))
    return network


def mean_absolute_error(predicted: np.ndarray, rentals: np.ndarray) -> float:
    """By how many rentals a prediction is off on an average day."""
    return float(np.mean(np.abs(np.asarray(predicted, dtype=float) - np.asarray(rentals, dtype=float))))


def error(model: Model, days: Days) -> float:
    """The model's mean absolute error on these days, rentals a day."""
    return mean_absolute_error(model.predict(days), np.array(days["total"]))


def baselines(training: Days, later: Days) -> dict[str, float]:
    """The errors on the later days of saying the training days' mean each day, and of saying the day before's rentals.

    The first of the later days follows the last training day.
    """
    rentals = np.array(later["total"], dtype=float)
    before = np.array([training["total"][-1], *later["total"][:-1]], dtype=float)
    mean = np.full(len(rentals), np.mean(training["total"]))
    return {"mean": mean_absolute_error(mean, rentals), "yesterday": mean_absolute_error(before, rentals)}
