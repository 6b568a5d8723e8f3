"""Batch: many command lines in one run of the program, each by itself or all in one.

It owns what a line may say, the order in which lines run, and the result of each. It has no tables,
and must not do what a command does: it calls the command itself.
"""
