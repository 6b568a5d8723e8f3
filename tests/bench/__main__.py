"""The parts of the benchmark: start, bulk, memory, race, token, training, batch; batch-1000 too.

Without names all of them run but `batch-1000`. Absolute times vary with the machine; the ratios
hold. Nothing here fails for time; `race` and `token` do if anything was oversold or lost.
"""

import compileall
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import lmsctl
from tests.bench import batch, files, race, start, token, training
from tests.bench.common import Bench

PARTS: dict[str, Callable[[Bench], None]] = {
    "start": start.start,
    "bulk": files.bulk,
    "memory": files.memory,
    "race": race.race,
    "token": token.token,
    "training": training.training,
    "batch": batch.batch,
}
LONG: dict[str, Callable[[Bench], None]] = {"batch-1000": partial(batch.batch, count=1000)}


def main(names: Sequence[str]) -> None:
    """Run the parts named, or all of them."""
    # As whoever installs the program has it, whatever this shell says about bytecode.
    compileall.compile_dir(lmsctl.__path__[0], quiet=1)
    folder = Path(tempfile.mkdtemp(prefix="lmsctl-bench-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    bench = Bench(folder)
    try:
        for name in names or PARTS:
            {**PARTS, **LONG}[name](bench)
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
