"""Bulk: one engine for every file that changes many things: check all, then write.

It owns runs, their faults, and the staging tables in which files are examined. What the rows of a
file mean it is told by an `ImportSpec`; it must not know users, tokens or any other thing.
"""
