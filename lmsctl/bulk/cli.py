"""The command line of runs: what files did that were taken in."""

from typing import Annotated, Any

import typer

from lmsctl.bulk.results import KeptFault, RunSummary
from lmsctl.kit import options
from lmsctl.kit.answer import DetailWithList, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work

_NO_RUNS = "No file was taken in yet; 'lmsctl user import' takes people, for one."

app = options.noun("run", "What files did that were taken in, and why rows failed.")


@verb(app, "list", examples=("lmsctl run list --sort -started_at --first 5",))
def list_(env: Environment) -> Listing[RunSummary]:
    """List the runs of files whose rows were written, oldest first."""
    from lmsctl.bulk.actions import history

    return env.read(lambda work: Listing(RunSummary, history.list_runs(work), when_empty=_NO_RUNS))


@verb(app, examples=("lmsctl run show 7", "lmsctl run show 7 -o csv"))
def show(
    env: Environment,
    number: Annotated[int, typer.Argument(metavar="RUN", help="The run's number.")],
) -> Any:
    """Show one run, and what was wrong with the rows that it left out.

    The reasons are kept of the last run of a file, and of the last 50 runs in which rows failed.
    """
    from lmsctl.bulk.actions import history

    def read(work: Work) -> DetailWithList:
        run, faults = history.show_run(work, number)
        did = f"{run.created:,} created, {run.updated:,} updated, {run.unchanged:,} unchanged"
        sentence = f"Run {run.id} of {run.file} ({run.kind}) is {run.state}: {did}"
        sentence += f", {run.failed:,} failed." if run.failed else "."
        if run.failed and not run.faults_kept:
            sentence += " Why is not kept any more."
        elif run.failed:
            sentence += f" {counted(run.faults_kept, 'fault', 'kept')}."
        return DetailWithList(run, "faults", Listing(KeptFault, faults), sentence)

    return env.read(read)
