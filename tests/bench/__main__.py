"""The parts of the benchmark, of which all run where none is named.

`batch-1000` runs only by its name. Absolute times vary with the machine;
the ratios hold. Nothing here fails for time; `race` and `token` do if anything was oversold or
lost. `growth` takes sizes of portals and words of the command lines that are meant, as in
`growth --people 10000 200000 --only list`.
"""

import argparse
import compileall
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import lmsctl
from tests.bench import audit, batch, files, growth, mail, race, start, token, training
from tests.bench.common import Bench

PARTS: dict[str, Callable[[Bench], None]] = {
    "start": start.start,
    "bulk": files.bulk,
    "memory": files.memory,
    "sheets": files.sheets,
    "race": race.race,
    "token": token.token,
    "audit": audit.audit,
    "training": training.training,
    "batch": batch.batch,
    "mail": mail.mail,
    "growth": growth.growth,
}
LONG: dict[str, Callable[[Bench], None]] = {"batch-1000": partial(batch.batch, count=1000)}


def main(argv: Sequence[str]) -> None:
    """Run the parts named, or all of them."""
    reader = argparse.ArgumentParser(prog="python -m tests.bench")
    reader.add_argument("names", nargs="*", choices=[*PARTS, *LONG, []], metavar="PART")
    sizes = [growth.SMALL, growth.LARGE]
    reader.add_argument("--people", nargs=2, type=int, default=sizes, metavar=("SMALL", "LARGE"))
    reader.add_argument("--only", default="", metavar="WORDS")
    given = reader.parse_args(argv)
    sized = partial(growth.growth, people=given.people, only=given.only)
    parts: dict[str, Callable[[Bench], None]] = {**PARTS, **LONG, "growth": sized}
    # As whoever installs the program has it, whatever this shell says about bytecode.
    compileall.compile_dir(lmsctl.__path__[0], quiet=1)
    folder = Path(tempfile.mkdtemp(prefix="lmsctl-bench-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    bench = Bench(folder)
    try:
        for name in given.names or PARTS:
            parts[name](bench)
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
