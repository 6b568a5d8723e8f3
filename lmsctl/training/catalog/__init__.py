"""Catalog: to whom trainings are offered, so that they may join by themselves.

It owns the openings of trainings, and the command line for content and trainings alike.
It may not enroll anybody, nor decide whether a place is free.
"""
