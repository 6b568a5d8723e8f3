"""Minting: making many tokens of one use each at once.

It owns the verb, what it refuses, and the file that the codes are written to.
It may not write to anybody: people distribute the codes.
"""
