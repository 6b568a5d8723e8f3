"""Writes the statements that make the tables, so that a review sees what a model change does.

`python -m tests.ddl` writes one file per database; a test fails while they are not what it would
write.
"""

from pathlib import Path

from sqlalchemy import create_mock_engine
from sqlalchemy.schema import CreateIndex, CreateTable, ExecutableDDLElement
from sqlmodel import SQLModel

from lmsctl.db import engine

FOLDER = Path(__file__).parent
ADDRESSES = {"sqlite": "sqlite://", "postgresql": "postgresql+psycopg://"}


def file(dialect: str) -> Path:
    """Return the file that keeps the statements for one database."""
    return FOLDER / f"ddl.{dialect}.sql"


def text(dialect: str) -> str:
    """Return every CREATE statement for one database: tables by name, each with its indexes."""
    engine.load_models()
    spoken = create_mock_engine(ADDRESSES[dialect], print).dialect
    made: list[str] = []
    for table in sorted(SQLModel.metadata.tables.values(), key=lambda one: one.name):
        indexes = sorted(table.indexes, key=lambda one: str(one.name))
        items: list[ExecutableDDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
        for item in items:
            words = str(item.compile(dialect=spoken)).strip()
            made.append("\n".join(line.rstrip() for line in words.splitlines()))
    return ";\n\n".join(made) + ";\n"


if __name__ == "__main__":
    for name in ADDRESSES:
        file(name).write_text(text(name), encoding="utf-8")
