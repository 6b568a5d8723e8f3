"""Plans: what a file would change, kept to be carried out as it was looked at or not at all."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lmsctl.kit.output_files import OutputFile
from lmsctl.kit.writing import replacing
from lmsctl.setup.errors import PlanStale, PlanUnreadable
from lmsctl.setup.results import SetupChange

_VERSION = 1


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """A setup file as it was, when it was compared, and what it would have changed."""

    file: str
    text: str
    prunes: bool
    made_at: datetime
    changes: Sequence[SetupChange]


def write(target: OutputFile, plan: SetupPlan) -> None:
    """Write a plan to a file; raises CsvFileUnwritable."""
    document = {
        "plan": _VERSION,
        "file": plan.file,
        "prunes": plan.prunes,
        "made_at": plan.made_at.isoformat(),
        "changes": [asdict(change) for change in plan.changes],
        "text": plan.text,
    }
    with replacing(target) as stream:
        json.dump(document, stream, ensure_ascii=False, indent=1)
        stream.write("\n")


def read(path: str) -> SetupPlan:
    """Return the plan in a file; raises PlanUnreadable."""
    try:
        found: Any = json.loads(Path(path).read_bytes())
        if found["plan"] != _VERSION:
            raise PlanUnreadable(file=path, reason="it is of another version")
        return SetupPlan(
            str(found["file"]),
            str(found["text"]),
            bool(found["prunes"]),
            datetime.fromisoformat(found["made_at"]),
            [SetupChange(**change) for change in found["changes"]],
        )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise PlanUnreadable(file=path, reason=reason) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PlanUnreadable(file=path, reason="it is not what 'diff --out' writes") from error


def check_same(planned: Sequence[SetupChange], found: Sequence[SetupChange]) -> None:
    """Raise PlanStale unless both are the same changes."""
    before, after = set(map(_identity, planned)), set(map(_identity, found))
    for change in [*found, *planned]:
        identity = _identity(change)
        if identity not in before or identity not in after:
            what = f"{change.kind} '{change.name}'"
            raise PlanStale(what=f"{what}, {change.field}" if change.field else what)


def _identity(change: SetupChange) -> tuple[str | None, ...]:
    return tuple(None if value is None else str(value) for value in asdict(change).values())
