"""Writes the statements that make the tables, so that a review sees what a model change does.

`python -m tests.ddl` writes one file per database; a test fails while they are not what it would
write.
"""

from pathlib import Path

from sqlalchemy import create_mock_engine
from sqlalchemy.schema import ExecutableDDLElement
from sqlmodel import SQLModel

from lmsctl.db import engine

FOLDER = Path(__file__).parent
ADDRESSES = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}


def file(dialect: str) -> Path:
    """Return the file that keeps the statements for one database."""
    return FOLDER / f"ddl.{dialect}.sql"


def text(dialect: str) -> str:
    """Return every CREATE statement for one database, each table followed by its indexes."""
    engine.load_models()
    made: list[str] = []

    def note(statement: ExecutableDDLElement, *_: object) -> None:
        words = str(statement.compile(dialect=mock.dialect)).strip()
        made.append("\n".join(line.rstrip() for line in words.splitlines()))

    mock = create_mock_engine(ADDRESSES[dialect], note)
    SQLModel.metadata.create_all(mock, checkfirst=False)
    return ";\n\n".join(made) + ";\n"


if __name__ == "__main__":
    for name in ADDRESSES:
        file(name).write_text(text(name), encoding="utf-8")
