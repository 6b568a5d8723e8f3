"""Made-up portals of many sizes: written, made anew on the other database, written the same."""

from pathlib import Path

import pytest

from tests.conftest import Templates
from tests.setup.samples import apply, diff, export

# Twice as many in pairs: each goes from one database to the other.
HUNDREDS = range(1, 501)


@pytest.mark.usefixtures("postgresql")
@pytest.mark.parametrize(
    "seeds", [(2, 3), pytest.param(HUNDREDS, marks=pytest.mark.heavy)], ids=["two", "hundreds"]
)
def test_made_up_portals_come_again(
    templates: Templates, tmp_path: Path, seeds: tuple[int, ...]
) -> None:
    """The file of a portal with people makes the same portal on the other database, to the byte."""
    for seed in seeds:
        texts: list[str] = []
        dialects = ("sqlite", "postgresql") if seed % 2 else ("postgresql", "sqlite")
        for dialect in dialects:
            folder = tmp_path / f"{seed}-{dialect}"
            folder.mkdir()
            portal = templates.copy(dialect, folder)
            if texts:
                apply(portal, texts[0])
                assert diff(portal, texts[0]) == [], seed
            else:
                sizes = {"people": 10 + seed % 7, "tokens": seed % 9, "trainings": seed % 4}
                words = [word for name, size in sizes.items() for word in (f"--{name}", str(size))]
                portal.ok("seed", "--seed", str(seed), *words)
            texts.append(export(portal, "--with-people"))
            templates.drop(portal)
        assert texts[0] == texts[1], seed
