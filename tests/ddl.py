"""Writes the statements that make the tables, so that a review sees what a model change does.

`python -m tests.ddl` writes one file per database; a test fails while they are not what it would
write.
"""

from pathlib import Path

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import SQLModel

from lmsctl.db import engine

FOLDER = Path(__file__).parent
DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}


def file(dialect: str) -> Path:
    """Return the file that keeps the statements for one database."""
    return FOLDER / f"ddl.{dialect}.sql"


def text(dialect: str) -> str:
    """Return every CREATE statement for one database: tables by name, each with its indexes."""
    engine.load_models()
    made = []
    for table in sorted(SQLModel.metadata.tables.values(), key=lambda one: one.name):
        indexes = sorted(table.indexes, key=lambda one: str(one.name))
        for item in (CreateTable(table), *map(CreateIndex, indexes)):
            words = str(item.compile(dialect=DIALECTS[dialect])).strip()
            made.append("\n".join(line.rstrip() for line in words.splitlines()))
    return ";\n\n".join(made) + ";\n"


if __name__ == "__main__":
    for name in DIALECTS:
        file(name).write_text(text(name), encoding="utf-8")
