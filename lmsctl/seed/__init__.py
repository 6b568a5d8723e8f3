"""Test portals that are the same every time.

The room owns the plan of such a portal: who is in it and what happened there. It writes no row: a
plan is command lines and files, and what they do is up to the rooms whose commands they are.
"""
