"""Database: its schema, its versions, its backups and the invariants of its rows."""
