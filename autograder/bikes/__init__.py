"""Daily bike rentals in Washington, D.C., in 2011: the data of chapter 10, and a model to measure others by.

table   the hourly table made into days; the days up to October to learn from, the later ones held back
model   features, the baselines, and a reference model trained on the engine

`python -m autograder.bikes` writes the daily tables anew. Where the data come from: data/README.md.

Imports: engine.
"""
