"""Answers a shell that asks how a command line may go on, and the scripts that make it ask.

It owns the command `completion`. What the values of a room are is found by its `offers.py`, which
is loaded only when they are asked for.
"""
