"""Code of chapter 10: bike rentals in Washington, from a table of days to a model that is judged on later days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..authoring.exercise import Case, Judged, exercise, whole_numbers
from ..bikes import model
from ..bikes.table import KNOWN_BEFOREHAND, MEASURED, columns, held_back_days, training_days
from .activations_code import ReLU
from .training_code import Layer, MeanSquaredError, Network
from .training_steps_code import Adam, mini_batches, train

# -- from words to numbers ---------------------------------------------------------------------------------------------


def day(season: str, weather: str, holiday: int, working_day: int, measured: list[float]) -> dict[str, list[Any]]:
    """A table of one day."""
    words = {"season": [season], "holiday": [holiday], "working_day": [working_day], "weather": [weather]}
    return words | {name: [value] for name, value in zip(MEASURED, measured, strict=True)}


def tables(draw: np.random.Generator) -> Iterator[Case]:
    """Tables of days, as dicts of columns; the smallest first."""
    yield Case("one day", days=day("spring", "cloudy/misty", 0, 1, [0.4, 0.41, 0.6, 0.2]))
    yield Case("one holiday", days=day("autumn", "clear", 1, 0, [0.5, 0.49, 0.7, 0.1]))
    some = training_days()
    for count in (5, 12):
        rows = sorted(int(n) for n in draw.choice(len(some["date"]), count, replace=False))
        yield Case(f"{count} days", days={name: [some[name][n] for n in rows] for name in KNOWN_BEFOREHAND})


@exercise("Features of a day", row="10.4")
def features(days):
    """A row of 13 numbers for each day.

    days    a dict of columns, name → list with an entry for each of m days: season, weather
            (words), holiday, working_day (0 or 1), temperature, felt_temperature, humidity,
            wind (between 0 and 1), and others

    Returns an array (m, 13) with the columns: winter, spring, summer, autumn; clear,
    cloudy/misty, light rain/snow (1 for yes, 0 for no); then holiday, working_day, temperature,
    felt_temperature, humidity, wind.
    """
    seasons = [np.array(days["season"]) == season for season in ("winter", "spring", "summer", "autumn")]
    weathers = [np.array(days["weather"]) == weather for weather in ("clear", "cloudy/misty", "light rain/snow")]
    others = ("holiday", "working_day", "temperature", "felt_temperature", "humidity", "wind")
    return np.column_stack([*seasons, *weathers, *(days[name] for name in others)]).astype(float)


@features.behaviour("gives each day its row", "Which shape has a table of m days?", tables)
def shape_of_features(features, days):
    table = features(days)
    return {"shape": None if table is None else list(np.shape(table))}


def part(table, first, last):
    """Some columns of the table; None where there is no table."""
    return None if table is None else np.asarray(table, dtype=float)[:, first:last]


@features.behaviour(
    "says yes or no to each season and weather",
    "In which order do the words have their columns, those included that no day of the table has?", tables,
    points=2, uses=(part,),
)  # fmt: skip
def words_of_features(features, days):
    return {"words": part(features(days), 0, 7)}


@features.behaviour("keeps the numbers", "In which order do the measurements stand?", tables, uses=(part,))
def numbers_of_features(features, days):
    return {"numbers": part(features(days), 7, None)}


features.slip("columns_from_data", 'for season in ("winter", "spring", "summer", "autumn")',
              'for season in sorted(set(days["season"]))',
              'for weather in ("clear", "cloudy/misty", "light rain/snow")',
              'for weather in sorted(set(days["weather"]))')  # fmt: skip
features.slip("days_in_columns", ".astype(float)", ".astype(float).T")


# -- to the same scale -------------------------------------------------------------------------------------------------


def early_and_late(draw: np.random.Generator) -> Iterator[Case]:
    """Training rows and later rows with the same columns; the smallest first."""
    yield Case("one column", x=[[1.0], [3.0]], later=[[5.0]])
    yield Case("a column that never changes", x=[[1.0, 2.0], [1.0, 4.0]], later=[[1.0, 6.0], [2.0, 0.0]])
    yield Case("two columns", x=[[1.0, 10.0], [3.0, 30.0], [8.0, 20.0]], later=[[2.0, 20.0]])
    for order in ("F", "C"):
        m, n, k = (int(size) for size in draw.permutation([3, 4, 5, 6])[:3])
        shuffled = [draw.permutation(np.arange(1.0, m + 1)) for _ in range(n)]  # no column is of one number alone
        x = np.asarray(np.column_stack(shuffled) * np.arange(1, n + 1), order=order)
        title = f"{m} rows, {k} later ones" + ", Fortran order" * (order == "F")
        yield Case(title, x=x, later=whole_numbers(draw, k, n))


@exercise("To the same scale", row="10.4")
class Scale:
    """Brings columns to mean 0 and deviation 1, as measured on the rows it was made from."""

    def __init__(self, x):
        """x, (m, n): the training rows.

        Keeps the mean of each column, and its standard deviation (÷ m).

        A column that never changes has deviation 0. Take 1 instead, so that nothing is divided
        by zero.
        """
        self.mean, deviation = np.mean(x, axis=0), np.std(x, axis=0)
        self.deviation = np.where(deviation == 0, 1, deviation)

    def down(self, x):
        """x, (k, n): any rows, the training rows or later ones.

        Returns (x − mean) / deviation, (k, n).
        """
        return (x - self.mean) / self.deviation

    def up(self, z):
        """The way back: z, (k, n). Returns the rows of which down makes z."""
        return z * self.deviation + self.mean


@Scale.behaviour(
    "brings the training rows to one scale", "Mean and deviation of each column: by what is the sum divided?",
    early_and_late,
)
def scaled(Scale, x):
    return {"z": Scale(x).down(x)}


@Scale.behaviour(
    "measures later rows with the same scale", "Whose mean and deviation are known when the network is trained?",
    early_and_late, points=2,
)  # fmt: skip
def scaled_later(Scale, x, later):
    return {"z": Scale(x).down(later)}


@Scale.behaviour("finds the way back", "Which two steps undo the scaling, and in which order?", early_and_late)
def scaled_back(Scale, x, later):
    return {"x": Scale(x).up(later)}


@Scale.behaviour(
    "leaves the rows as they are", "Does your code write into an array that it was handed?", early_and_late
)
def rows_untouched(Scale, x, later):
    scale = Scale(x)
    scale.up(scale.down(later))
    return {"x": x, "later": later}


Scale.slip("held_back_peeked", "return (x - self.mean) / self.deviation",
           "return (x - np.mean(x, axis=0)) / np.where(np.std(x, axis=0) == 0, 1, np.std(x, axis=0))")  # fmt: skip
Scale.slip("divided_by_zero", "np.where(deviation == 0, 1, deviation)", "deviation")
Scale.slip("one_scale_for_all", "np.mean(x, axis=0), np.std(x, axis=0)", "np.mean(x), np.std(x)")
Scale.slip("deviation_of_a_sample", "np.std(x, axis=0)", "np.std(x, axis=0, ddof=1)")
Scale.slip("rows_measured", "np.mean(x, axis=0), np.std(x, axis=0)",
           "np.mean(x, axis=1, keepdims=True), np.std(x, axis=1, keepdims=True)")  # fmt: skip
Scale.slip("root_left_out", "np.std(x, axis=0)", "np.var(x, axis=0)")
Scale.slip("mean_not_taken_away", "(x - self.mean) / self.deviation", "x / self.deviation")


# -- before and after, and how far off ---------------------------------------------------------------------------------


def calendars(draw: np.random.Generator) -> Iterator[Case]:
    """Tables with a date to cut at; the smallest first."""
    yield Case("one day, cut after it", days={"date": ["2011-05-01"], "total": [20]}, date="2011-06-01")
    yield Case("one day, cut at it", days={"date": ["2011-05-01"], "total": [20]}, date="2011-05-01")
    mixed = {"date": ["2011-03-02", "2011-01-09", "2011-02-01"], "total": [5, 6, 7], "wind": [0.1, 0.2, 0.3]}
    yield Case("days that are not in order", days=mixed, date="2011-02-01")
    for count in (6, 10):
        rows = sorted(int(n) for n in draw.choice(300, count, replace=False))
        some = {name: [training_days()[name][n] for n in rows] for name in ("date", "weather", "humidity", "total")}
        yield Case(f"{count} days", days=some, date=some["date"][int(draw.integers(1, count))])


@exercise("Split in time", row="10.4")
def split_in_time(days, date):
    """The days before a date, to learn from, and the days from that date on, to be judged by.

    days   a dict of columns, name → list; the column date holds texts such as "2011-09-01"
    date   the first day of the later ones, written in the same way; < compares such texts

    Returns two dicts with the same columns: the earlier days and the later ones, each in the
    order of days.
    """
    early = [n for n, day in enumerate(days["date"]) if day < date]
    late = [n for n, day in enumerate(days["date"]) if not day < date]
    return tuple({name: [column[n] for n in half] for name, column in days.items()} for half in (early, late))


@split_in_time.behaviour(
    "parts the earlier days from the later ones", "To which side does the day itself belong?", calendars, points=2
)
def parted(split_in_time, days, date):
    earlier, later = split_in_time(days, date)
    return {"earlier": list(earlier["date"]), "later": list(later["date"])}


@split_in_time.behaviour("keeps rows together", "Is every column cut in the same way?", calendars)
def rows_together(split_in_time, days, date):
    earlier, later = split_in_time(days, date)
    return {"earlier": {name: list(column) for name, column in earlier.items()},
            "later": {name: list(column) for name, column in later.items()}}  # fmt: skip


@split_in_time.slip("day_on_the_wrong_side")
def _(days, date):
    early = [n for n, day in enumerate(days["date"]) if day <= date]
    late = [n for n, day in enumerate(days["date"]) if day > date]
    return tuple({name: [column[n] for n in half] for name, column in days.items()} for half in (early, late))


@split_in_time.slip("counts_on_order")
def _(days, date):
    cut = sum(day < date for day in days["date"])
    early = {name: column[:cut] for name, column in days.items()}
    return early, {name: column[cut:] for name, column in days.items()}


split_in_time.slip("later_first", "in (early, late)", "in (late, early)")


def guesses(draw: np.random.Generator) -> Iterator[Case]:
    """Predictions and rentals; the smallest first."""
    yield Case("one day", predicted=[120.0], rentals=[100.0])
    yield Case("too high and too low", predicted=[400.0, 600.0], rentals=[500.0, 500.0])
    yield Case("three days", predicted=[4.0, 6.0, 9.0], rentals=[5.0, 6.0, 12.0])
    for m in (4, 7):
        predicted, rentals = (100.0 * draw.integers(5, 60, m) for _ in range(2))
        yield Case(f"{m} days", predicted=predicted, rentals=rentals)


@exercise("Mean absolute error", row="10.4")
def mean_absolute_error(predicted, rentals):
    """By how many bicycles a prediction is off on an average day.

    predicted   (m,): what a model says, one number for each day
    rentals     (m,): what was rented

    Returns one number, the mean of the distances between them, in bicycles a day.
    """
    return np.mean(np.abs(predicted - rentals))


@mean_absolute_error.behaviour("measures how far off", "Which sign has a distance?", guesses, points=2)
def how_far_off(mean_absolute_error, predicted, rentals):
    return {"error": mean_absolute_error(predicted, rentals)}


mean_absolute_error.slip("signs_cancelled", "np.mean(np.abs(predicted - rentals))",
                         "abs(np.mean(predicted - rentals))")  # fmt: skip
mean_absolute_error.slip("distances_summed", "np.mean(", "np.sum(")
mean_absolute_error.slip("squares_for_distances", "np.mean(np.abs(predicted - rentals))",
                         "np.sqrt(np.mean((predicted - rentals) ** 2))")  # fmt: skip


# -- the model ---------------------------------------------------------------------------------------------------------

TRAINING, LATER = training_days(), held_back_days()
RENTALS = dict(zip(LATER["date"], LATER["total"], strict=True))
LAZY = model.baselines(TRAINING, LATER)
LADDER = ((LAZY["mean"], 0.0), (LAZY["yesterday"], 0.4), (model.TARGET_ERROR, 1.0))
"""Mean absolute error on held-back days → share of the points; straight lines in between."""

DAYS = 56  # of the 61 held back, drawn anew for grading
RUNS = 5  # from different first weights; their predictions are averaged, which evens out good and bad luck
LARGE_COST = 10  # of the first pass, in a scale in which a lazy guess costs ½
KNOWN = columns(TRAINING, KNOWN_BEFOREHAND)


def seasons_to_come(draw: np.random.Generator) -> Iterator[Case]:
    """All training days, some of the days held back, and where the generators start."""
    chosen = sorted(int(n) for n in draw.choice(len(LATER["date"]), DAYS, replace=False))
    later = {name: [LATER[name][n] for n in chosen] for name in KNOWN_BEFOREHAND}
    yield Case(f"{DAYS} of the days held back", days=KNOWN, rentals=np.array(TRAINING["total"], float), later=later,
               seeds=draw.integers(1, 10**6, RUNS))  # fmt: skip


def number_for_each_day(given: Mapping[str, Any], came: Mapping[str, Any]) -> Judged:
    """One finite number for each day."""
    if came["predictions"] is None:
        return Judged(0.0, "predict gives None. Is there a return?")
    shape, wanted = np.shape(came["predictions"]), (len(given["later"]["date"]),)
    if shape != wanted:
        return Judged(0.0, f"predict gives shape {shape}; one number for each day is shape {wanted}.")
    return Judged(1.0) if np.all(np.isfinite(_flat(came, "predictions"))) else Judged(0.0, NOT_NUMBERS)


NOT_NUMBERS = "Some predictions are not numbers. Did the cost grow in training?"


def _flat(came: Mapping[str, Any], name: str) -> np.ndarray:
    """Predictions in a row, also those that lie in a column: the behaviour that asks for the shape has said so."""
    numbers = np.asarray(came[name], dtype=float)
    return numbers[:, 0] if numbers.ndim == 2 and numbers.shape[1] == 1 else numbers


def _fault(given: Mapping[str, Any], came: Mapping[str, Any]) -> str:
    """Why the predictions cannot be looked at; "" where there is a number for each day, in a row or a column."""
    if came["predictions"] is None or len(_flat(came, "predictions")) != len(given["later"]["date"]):
        return "There is no number for each day yet."
    return "" if np.all(np.isfinite(_flat(came, "predictions"))) else NOT_NUMBERS


def small_error(given: Mapping[str, Any], came: Mapping[str, Any]) -> Judged:
    """More for a smaller error on held-back days. How large it is stays untold: it would invite trying one's luck."""
    if fault := _fault(given, came):
        return Judged(0.0, fault)
    predictions = _flat(came, "predictions")
    error = model.mean_absolute_error(predictions, np.array([RENTALS[date] for date in given["later"]["date"]]))
    errors, shares = zip(*reversed(LADDER), strict=True)
    share = round(float(np.interp(error, errors, shares)), 1)
    return Judged(share) if share == 1 else Judged(share, _how_good(error), _why_not_good(came, predictions))


def _how_good(error: float) -> str:
    if error >= LAZY["mean"]:
        return "No better yet than saying the mean of the training days every day."
    if error >= LAZY["yesterday"]:
        return "Better than saying the mean of the training days, and no better yet than saying yesterday's value."
    return "Better than yesterday's value, and not yet as good as the target. Look at the costs of the passes."


def _why_not_good(came: Mapping[str, Any], predictions: np.ndarray) -> str:
    """The code of the mistake that shows, if one does."""
    if np.max(np.abs(predictions)) < 30:
        return "not_scaled_back"
    if not _alone_as_among_others(came):
        return "held_back_peeked"
    costs = np.asarray(came["costs"], dtype=float)  # of the first pass of each run, where watch was told
    return "first_weights_large" if costs.size and LARGE_COST < np.median(costs) < 10_000 else ""


def same_alone(given: Mapping[str, Any], came: Mapping[str, Any]) -> Judged:
    """A day is predicted alike whether it comes alone or among others."""
    if fault := _fault(given, came):
        return Judged(0.0, fault)
    return Judged(1.0) if _alone_as_among_others(came) else Judged(0.0, code="held_back_peeked")


def _alone_as_among_others(came: Mapping[str, Any]) -> bool:
    predictions, alone = (_flat(came, name) for name in ("predictions", "alone"))
    return alone.shape == (1,) and bool(np.isclose(alone[0], predictions[0], rtol=1e-6, atol=1e-6))


@exercise(
    "A model of bike rentals", row="10.4", seconds=120, megabytes=1024,
    needs=(Layer, ReLU, Network, MeanSquaredError, mini_batches, Adam, train, features, Scale),
)  # fmt: skip
class BikeModel:
    """Learns from some days how many bicycles are rented, and tells it for others.

    Use what you have written so far. Your model is trained five times, each time from another
    random generator, and the mean of the five predictions counts. So no luck is needed.
    """

    def fit(self, days, rentals, random, watch=None):
        """Make features, bring them and the rentals to one scale, build a network, and train it.

        days      a dict of columns of m training days, as in features(days)
        rentals   (m,): bicycles rented on each of them
        random    a generator such as np.random.default_rng(0): draw the first weights and the
                  order of the examples from it, so that the same generator gives the same model
        watch     None, or a function to be called with the cost of each pass
        """
        rentals = np.array(rentals, dtype=float)[:, None]
        self.inputs, self.outputs = Scale(features(days)), Scale(rentals)
        x, y = self.inputs.down(features(days)), self.outputs.down(rentals)
        first = Layer(random.normal(0, np.sqrt(2 / 13), (13, 32)), np.zeros((1, 32)))
        last = Layer(random.normal(0, np.sqrt(2 / 32), (32, 1)), np.zeros((1, 1)))
        self.network = Network([first, ReLU(), last])

        def new_batches():
            return mini_batches(x, y, 64, random)

        train(self.network, MeanSquaredError(), Adam(0.01), new_batches, 60, watch)

    def predict(self, days):
        """days: a dict of columns of k days.

        Returns the rentals of each, (k,), in bicycles a day.
        """
        x = self.inputs.down(features(days))
        return self.outputs.up(self.network.forward_pass(x))[:, 0]


def first_of(days):
    """A table with the first day alone."""
    return {name: column[:1] for name, column in days.items()}


@BikeModel.behaviour(
    "says a number for each day", "Which shape do your predictions have?", seasons_to_come, judge=number_for_each_day
)
def numbers(BikeModel, days, rentals, later, seeds):
    model = BikeModel()
    model.fit(days, rentals, np.random.default_rng(seeds[0]))
    return {"predictions": model.predict(later)}


@BikeModel.behaviour(
    "is right about days it has never seen", "What does your model do better than a lazy guess?", seasons_to_come,
    points=10, judge=small_error, uses=(first_of,),
)  # fmt: skip
def never_seen(BikeModel, days, rentals, later, seeds):
    predictions, alone, first_costs = [], [], []
    for seed in seeds:
        model, costs = BikeModel(), []
        model.fit(days, rentals, np.random.default_rng(seed), costs.append)
        predictions.append(model.predict(later))
        alone.append(model.predict(first_of(later)))
        first_costs += [float(cost) for cost in costs[:1]]
    return {"predictions": np.mean(predictions, axis=0), "alone": np.mean(alone, axis=0), "costs": first_costs}


@BikeModel.behaviour(
    "predicts a day alone as among others", "Does predict look at anything but the day and what was learned?",
    seasons_to_come, judge=same_alone, uses=(first_of,),
)  # fmt: skip
def alone(BikeModel, days, rentals, later, seeds):
    model = BikeModel()
    model.fit(days, rentals, np.random.default_rng(seeds[0]))
    return {"predictions": model.predict(later), "alone": model.predict(first_of(later))}


BikeModel.slip("held_back_peeked", "x = self.inputs.down(features(days))\n        return",
               "x = Scale(features(days)).down(features(days))\n        return",
               fatal="It spoils what is said of a day as well as what is said of all of them.")  # fmt: skip
BikeModel.slip("not_scaled_back", "self.outputs.up(self.network.forward_pass(x))", "self.network.forward_pass(x)")
BikeModel.slip("first_weights_large", "np.sqrt(2 / 13)", "1.0", "np.sqrt(2 / 32)", "1.0")
