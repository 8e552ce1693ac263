"""Measurements, as ratios taken in one run: `make bench` runs all of them and writes docs/benchmarks.md."""
