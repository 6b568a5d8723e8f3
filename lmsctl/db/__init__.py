"""Database: its schema, its versions, its backups and the invariants of its rows.

It owns the migrations, copies of a whole database, and `db check` and `doctor`, which run the
`checks.py` of every room. It must not decide anything about the portal.
"""
