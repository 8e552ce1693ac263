"""Code of chapter 10: bike rentals in Washington, from a table of days to a model that is judged on later days."""

from __future__ import annotations

import numpy as np

from ..authoring.exercise import Case, Judged, exercise
from ..bikes import model
from ..bikes.table import KNOWN_BEFOREHAND, MEASURED, columns, held_back_days, training_days
from .activations_code import ReLU
from .training_code import Layer, MeanSquaredError, Network
from .training_steps_code import Adam, mini_batches, train

# -- from words to numbers ---------------------------------------------------------------------------------------------


def day(season: str, weather: str, holiday: int, working_day: int, measured: list[float]) -> dict[str, list]:
    """A table of one day."""
    words = {"season": [season], "holiday": [holiday], "working_day": [working_day], "weather": [weather]}
    return words | {name: [value] for name, value in zip(MEASURED, measured, strict=True)}


def tables(draw: np.random.Generator):
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
    return {"shape": list(np.shape(features(days)))}


@features.behaviour(
    "says yes or no to each season and weather", "Has a word its column when no day of the table has it?", tables,
    points=2,
)  # fmt: skip
def words_of_features(features, days):
    return {"words": np.asarray(features(days), dtype=float)[:, :7]}


@features.behaviour("keeps the numbers", "In which order do the measurements stand?", tables)
def numbers_of_features(features, days):
    return {"numbers": np.asarray(features(days), dtype=float)[:, 7:]}


features.slip("columns_from_data", 'for season in ("winter", "spring", "summer", "autumn")',
              'for season in sorted(set(days["season"]))')  # fmt: skip
features.slip("days_in_columns", ".astype(float)", ".astype(float).T")


# -- to the same scale -------------------------------------------------------------------------------------------------


def early_and_late(draw: np.random.Generator):
    """Training rows and later rows with the same columns; the smallest first."""
    yield Case("one column", x=[[1.0], [3.0]], later=[[5.0]])
    yield Case("a column that never changes", x=[[1.0, 2.0], [1.0, 4.0]], later=[[1.0, 6.0], [2.0, 0.0]])
    yield Case("whole numbers", x=np.array([[1, 10], [3, 30], [8, 20]]), later=np.array([[2, 20]]))
    for order in ("F", "C"):
        m, n, k = (int(size) for size in draw.permutation([3, 4, 5, 6])[:3])
        x = np.asarray(draw.normal(5, 3, size=(m, n)), order=order)
        title = f"{m} rows, {k} later ones" + ", Fortran order" * (order == "F")
        yield Case(title, x=x, later=draw.normal(6, 2, size=(k, n)))


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
    "brings the training rows to one scale", "Mean and deviation of what: rows or columns?", early_and_late
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
Scale.slip("root_left_out", "np.std(x, axis=0)", "np.var(x, axis=0)")
Scale.slip("mean_not_taken_away", "(x - self.mean) / self.deviation", "x / self.deviation")


# -- before and after, and how far off ---------------------------------------------------------------------------------


def calendars(draw: np.random.Generator):
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


split_in_time.slip("later_first", "in (early, late)", "in (late, early)")


def guesses(draw: np.random.Generator):
    """Predictions and rentals; the smallest first."""
    yield Case("one day", predicted=[120.0], rentals=[100.0])
    yield Case("too high and too low", predicted=[900.0, 1100.0], rentals=[1000.0, 1000.0])
    yield Case("whole numbers", predicted=np.array([4, 6, 9]), rentals=np.array([5, 6, 12]))
    for m in (4, 7):
        yield Case(f"{m} days", predicted=draw.normal(3000, 900, m), rentals=draw.integers(500, 6000, m))


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
mean_absolute_error.slip("summed_not_averaged", "np.mean(", "np.sum(")
mean_absolute_error.slip("squares_for_distances", "np.mean(np.abs(predicted - rentals))",
                         "np.sqrt(np.mean((predicted - rentals) ** 2))")  # fmt: skip


# -- the model ---------------------------------------------------------------------------------------------------------

TRAINING, LATER = training_days(), held_back_days()
RENTALS = dict(zip(LATER["date"], LATER["total"], strict=True))
LAZY = model.baselines(TRAINING, LATER)
LADDER = ((LAZY["mean"], 0.0), (LAZY["yesterday"], 0.4), (model.TARGET_ERROR, 1.0))
"""Mean absolute error on held-back days → share of the points; straight lines in between."""

DAYS = 56  # of the 61 held back, drawn anew for grading
KNOWN = columns(TRAINING, KNOWN_BEFOREHAND)


def seasons_to_come(draw: np.random.Generator):
    """All training days, and some of the days held back."""
    chosen = sorted(int(n) for n in draw.choice(len(LATER["date"]), DAYS, replace=False))
    later = {name: [LATER[name][n] for n in chosen] for name in KNOWN_BEFOREHAND}
    yield Case(f"{DAYS} of the days held back", days=KNOWN, rentals=np.array(TRAINING["total"], float), later=later)


def number_for_each_day(given: dict, came: dict) -> Judged:
    """One finite number for each day."""
    said = np.asarray(came["predictions"], dtype=float)
    wanted = (len(given["later"]["date"]),)
    if said.shape != wanted:
        return Judged(0.0, f"predict gives shape {said.shape}; one number for each day is shape {wanted}.")
    if not np.all(np.isfinite(said)):
        return Judged(0.0, "Some predictions are not numbers. Did the cost grow in training?")
    return Judged(1.0)


def small_error(given: dict, came: dict) -> Judged:
    """More for a smaller error on held-back days."""
    if not number_for_each_day(given, came).share:
        return Judged(0.0, "There is no number for each day yet.")
    said = np.asarray(came["predictions"], dtype=float)
    error = model.mean_absolute_error(said, np.array([RENTALS[date] for date in given["later"]["date"]]))
    share = float(np.interp(error, *zip(*reversed(LADDER), strict=True)))
    told = (
        f"Off by {error:.0f} rentals on an average day. Saying the mean of the training days is off by "
        f"{LAZY['mean']:.0f}, saying yesterday's value by {LAZY['yesterday']:.0f}; "
        f"full marks from {model.TARGET_ERROR:.0f}."
    )
    if share < 1 and np.max(np.abs(said)) < 30:
        return Judged(share, told, "not_scaled_back")
    if share < 1 and not _alone_as_among_others(came):
        return Judged(share, told, "held_back_peeked")
    return Judged(share, told)


def same_alone(given: dict, came: dict) -> Judged:
    """A day is predicted alike whether it comes alone or among others."""
    return Judged(1.0) if _alone_as_among_others(came) else Judged(0.0, code="held_back_peeked")


def _alone_as_among_others(came: dict) -> bool:
    said, alone = np.asarray(came["predictions"], dtype=float), np.asarray(came["alone"], dtype=float)
    return alone.shape == (1,) and bool(np.isclose(alone[0], said[0], rtol=1e-6, atol=1e-6))


@exercise(
    "A model of bike rentals", row="10.4", seconds=120, megabytes=1024,
    needs=(Layer, ReLU, Network, MeanSquaredError, mini_batches, Adam, train, features, Scale),
)  # fmt: skip
class BikeModel:
    """Learns from some days how many bicycles are rented, and tells it for others.

    Use what you have written so far.
    """

    def fit(self, days, rentals, watch=None):
        """Make features, bring them and the rentals to one scale, build a network, and train it.

        days      a dict of columns of m training days, as in features(days)
        rentals   (m,): bicycles rented on each of them
        watch     None, or a function to be called with the cost of each pass
        """
        random = np.random.default_rng(0)
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
def numbers(BikeModel, days, rentals, later):
    model = BikeModel()
    model.fit(days, rentals)
    return {"predictions": model.predict(later)}


@BikeModel.behaviour(
    "is right about days it has never seen", "What does your model do better than a lazy guess?", seasons_to_come,
    points=10, judge=small_error, uses=(first_of,),
)  # fmt: skip
def never_seen(BikeModel, days, rentals, later):
    model = BikeModel()
    model.fit(days, rentals)
    return {"predictions": model.predict(later), "alone": model.predict(first_of(later))}


@BikeModel.behaviour(
    "predicts a day alone as among others", "Does predict look at anything but the day and what was learned?",
    seasons_to_come, judge=same_alone, uses=(first_of,),
)  # fmt: skip
def alone(BikeModel, days, rentals, later):
    model = BikeModel()
    model.fit(days, rentals)
    return {"predictions": model.predict(later), "alone": model.predict(first_of(later))}


BikeModel.slip("held_back_peeked", "x = self.inputs.down(features(days))\n        return",
               "x = Scale(features(days)).down(features(days))\n        return")  # fmt: skip
BikeModel.slip("not_scaled_back", "self.outputs.up(self.network.forward_pass(x))", "self.network.forward_pass(x)")
