"""Measures speed as ratios, each beside its base in one run: `python -m tests.bench [NAME...]`."""
