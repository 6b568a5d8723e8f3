"""The versions of the schema, one file each, and how Alembic is driven through them."""
