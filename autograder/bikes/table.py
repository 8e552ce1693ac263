"""The days: made from hours, split in time.

    training_days()     January to October, what students learn from: a column for each name in COLUMNS
    held_back_days()    November and December, which the grader keeps
    write_tables(root)  both made again from data/bike-sharing-hourly-2011.csv

Days are a dict of columns, name → list, so that they can be handed to a student's code as plain data.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

HOURLY = "data/bike-sharing-hourly-2011.csv"
HANDED_OUT = "source/10-training/bike-days.csv"
KEPT = Path(__file__).with_name("days.csv")

HELD_BACK_FROM = "2011-11-01"
SEASONS = {"1": "winter", "2": "spring", "3": "summer", "4": "autumn"}
WEATHER = ("clear", "cloudy/misty", "light rain/snow")
MEASURED = {"temperature": "temp", "felt_temperature": "atemp", "humidity": "hum", "wind": "windspeed"}
COUNTED = {"casual": "casual", "registered": "registered", "total": "bikers"}
COLUMNS = ("date", "season", "holiday", "working_day", "weather", *MEASURED, *COUNTED)
KNOWN_BEFOREHAND = COLUMNS[: -len(COUNTED)]  # what a prediction may be made from: everything but the rentals

Days: TypeAlias = Mapping[str, list[Any]]  # a column holds texts, or numbers


def training_days() -> Days:
    """January to October 2011, 304 days, rentals included."""
    return _days(late=False)


def held_back_days() -> Days:
    """November and December 2011, 61 days, rentals included."""
    return _days(late=True)


def columns(days: Days, names: Iterable[str]) -> Days:
    """Some of the columns."""
    return {name: days[name] for name in names}


def write_tables(root: Path) -> list[Path]:
    """Make the daily tables of the project at `root` from its hourly one; returns the files written."""
    days = daily(_read(root / HOURLY))
    early = [day for day in days if day["date"] < HELD_BACK_FROM]
    return [_write(root / HANDED_OUT, early), _write(KEPT, days)]


def daily(hours: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """One row a day: rentals added up, measurements averaged over the hours there are, the weather of most hours."""
    by_day: dict[int, list[Mapping[str, str]]] = defaultdict(list)
    for hour in hours:
        by_day[int(hour["day"])].append(hour)
    return [_day(number, by_day[number]) for number in sorted(by_day)]


def _day(number: int, hours: list[Mapping[str, str]]) -> dict[str, str]:
    first = hours[0]
    return {
        "date": (date(2011, 1, 1) + timedelta(number - 1)).isoformat(),
        "season": SEASONS[first["season"]],
        "holiday": first["holiday"],
        "working_day": first["workingday"],
        "weather": Counter(hour["weathersit"] for hour in hours).most_common(1)[0][0],
        **{name: f"{sum(float(h[theirs]) for h in hours) / len(hours):.4f}" for name, theirs in MEASURED.items()},
        **{name: str(sum(int(h[theirs]) for h in hours)) for name, theirs in COUNTED.items()},
    }


@lru_cache(maxsize=2)
def _days(late: bool) -> Days:
    rows = [row for row in _read(KEPT) if (row["date"] >= HELD_BACK_FROM) == late]
    return {name: [_value(name, row[name]) for row in rows] for name in COLUMNS}


def _value(name: str, text: str) -> str | float | int:
    if name in ("date", "season", "weather"):
        return text
    return float(text) if name in MEASURED else int(text)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
