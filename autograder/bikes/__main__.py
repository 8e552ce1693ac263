"""`python -m autograder.bikes`: make the daily tables from the hourly one."""

from pathlib import Path

from .table import write_tables

for path in write_tables(Path(__file__).parents[2]):
    print(path)
