"""Temporary tables on SQLite: in a file that nobody else can open, and not in memory."""

from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, Table

from lmsctl.kit import database, driver

STAGED = Table("staged", MetaData(), Column("row_no", Integer), prefixes=["TEMPORARY"])


def test_temporary_tables_stand_in_a_file_without_a_name(tmp_path: Path) -> None:
    """Libraries that keep all that is temporary in memory do not decide about a million rows."""
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    connection = driver.open_database(url, patience=1, create=True)
    try:
        database.create_staging_tables(connection, [STAGED])
        listed = {name: file for _, name, file in connection.raw.execute("PRAGMA database_list")}
        assert listed["staging"]
        assert not Path(listed["staging"]).exists()
        assert not Path(listed["staging"]).parent.exists()
        tables = connection.raw.execute("SELECT name FROM staging.sqlite_master").fetchall()
        assert tables == [("staged",)]
        assert connection.raw.execute("SELECT name FROM temp.sqlite_master").fetchall() == []
    finally:
        connection.close()


def test_what_is_undone_is_undone_there_too(tmp_path: Path) -> None:
    """Rows that a transaction has changed are as before when it comes to nothing."""
    url = f"sqlite:///{tmp_path / 'portal.db'}"
    connection = driver.open_database(url, patience=1, create=True)
    try:
        database.create_staging_tables(connection, [STAGED])
        with database.bulk_loading(connection):
            database.load(connection, "staged", ["row_no"], [(1,), (2,)])
        connection.begin_writing()
        connection.raw.execute("UPDATE staged SET row_no = row_no + 10")
        connection.rollback()
        rows = connection.raw.execute("SELECT row_no FROM staged ORDER BY row_no").fetchall()
        assert rows == [(1,), (2,)]
    finally:
        connection.close()
