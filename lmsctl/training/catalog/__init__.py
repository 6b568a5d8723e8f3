"""Trainings in the catalog: what is offered to whom."""
