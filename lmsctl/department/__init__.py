"""Department: one tree with one root; managing one means managing everything under it.

It owns the tree and who supervises the people of a department. It never asks who is in it but
through `hooks.py`, because people, groups and profiles are rooms above it.
"""
