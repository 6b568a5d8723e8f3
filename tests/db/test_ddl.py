"""The statements that make the tables are the reviewed ones."""

from tests import ddl


def test_the_tables_are_made_as_reviewed(dialect: str) -> None:
    """Whoever changes a model sees here what that does to the database, in both dialects."""
    assert ddl.text(dialect) == ddl.file(dialect).read_text(encoding="utf-8"), (
        "run 'python -m tests.ddl' and read the difference"
    )
