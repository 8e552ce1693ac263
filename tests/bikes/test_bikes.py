"""The daily tables of chapter 10, and the reference model against its baselines."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from autograder.bikes import model, table

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hours():
    with (ROOT / table.HOURLY).open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_are_what_the_script_makes(tmp_path, monkeypatch):
    """The daily tables in the project are the ones made from its hourly table."""
    kept = tmp_path / "days.csv"
    monkeypatch.setattr(table, "KEPT", kept)
    (tmp_path / "data").mkdir()
    shutil.copy(ROOT / table.HOURLY, tmp_path / "data")
    (tmp_path / table.HANDED_OUT).parent.mkdir(parents=True)
    handed_out, whole = table.write_tables(tmp_path)
    assert handed_out.read_bytes() == (ROOT / table.HANDED_OUT).read_bytes()
    assert whole.read_bytes() == (ROOT / "autograder" / "bikes" / "days.csv").read_bytes()


def test_a_day_adds_up_its_hours(hours):
    """Rentals of the year agree with the hourly table, and the first day is the one the table begins with."""
    early, late = table.training_days(), table.held_back_days()
    assert sum(early["total"]) + sum(late["total"]) == sum(int(hour["bikers"]) for hour in hours)
    assert (early["date"][0], early["total"][0], early["season"][0]) == ("2011-01-01", 985, "winter")
    for days in (early, late):
        assert [c + r for c, r in zip(days["casual"], days["registered"], strict=True)] == days["total"]


def test_the_split_is_in_time():
    """304 days to learn from, the 61 after them held back, none in both and none lost."""
    early, late = table.training_days(), table.held_back_days()
    assert (len(early["date"]), len(late["date"])) == (304, 61)
    assert max(early["date"]) == "2011-10-31" and min(late["date"]) == "2011-11-01"


def test_what_is_handed_out_ends_where_the_held_back_days_begin():
    """No held-back day lies beside the notebook."""
    text = (ROOT / table.HANDED_OUT).read_text()
    assert text.count("\n") == 305 and "2011-11" not in text and "2011-12" not in text


def test_features_say_each_thing_once():
    """A day has one season and one weather, and thirteen features in all."""
    x = model.features(table.training_days())
    assert x.shape == (304, 13)
    assert np.all(x[:, :4].sum(1) == 1) and np.all(x[:, 4:7].sum(1) == 1)


def test_scales_are_those_of_the_training_days():
    """Normalised training days have mean 0 and deviation 1; a constant column stays finite; the way back is exact."""
    x = model.features(table.training_days())
    scale = model.Scale.of(x)
    down = scale.down(x)
    assert np.allclose(down.mean(0), 0) and np.allclose(down.std(0), 1)
    assert np.allclose(scale.up(down), x)
    assert np.all(model.Scale.of(np.ones((3, 1))).down(np.ones((3, 1))) == 0)


def test_baselines():
    """Two lazy guesses, computed with plain loops."""
    early, late = table.training_days(), table.held_back_days()
    mean, before = sum(early["total"]) / 304, [early["total"][-1], *late["total"]]
    off_mean = sum(abs(n - mean) for n in late["total"]) / 61
    off_yesterday = sum(abs(before[i] - before[i + 1]) for i in range(61)) / 61
    assert model.baselines(early, late) == pytest.approx({"mean": off_mean, "yesterday": off_yesterday})


@pytest.mark.parametrize("seed", [0, 3, 6, 9])
def test_the_reference_reaches_the_target_and_beats_both_baselines(seed):
    """From wherever its networks begin, the reference is under the target error on days it has never seen."""
    late = table.held_back_days()
    reached = model.error(model.reference(seed=seed), late)
    assert reached < model.TARGET_ERROR < min(model.baselines(table.training_days(), late).values())


def test_the_reference_never_looks_at_the_held_back_rentals():
    """Predictions need only what is known beforehand."""
    known = table.columns(table.held_back_days(), table.KNOWN_BEFOREHAND)
    assert "total" not in known and model.reference().predict(known).shape == (61,)


def test_training_can_be_watched():
    """The cost of every pass is told, and it falls."""
    days, costs = table.training_days(), []
    x, y = model.features(days), np.array(days["total"], float)[:, None]
    model.train(model.Scale.of(x).down(x), model.Scale.of(y).down(y), 0, costs.append)
    assert len(costs) == model.PASSES and costs[-1] < costs[0] / 3
