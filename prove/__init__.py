"""Brute force: `make prove` tries every page on many variants and writes what came of it to docs/quality.md."""
