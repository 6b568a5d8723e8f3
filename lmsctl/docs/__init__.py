"""Docs: the reference of every command, written as files.

It owns the command `docs`. What it writes comes from the tree of commands, as `--help` does.
It opens no database.
"""
