"""Writing down what was done and what was refused, and reading it back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lmsctl.audit import store
from lmsctl.audit.results import AuditEntry, AuditVerdict
from lmsctl.kit import canonical
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights


def record(work: Work, code: str, target: str, /, **detail: Any) -> None:
    """Write down, in the transaction of the change itself, that `code` happened to `target`.

    `detail` holds plain values by name; secrets never go in, the caller leaves them out.
    """
    _add(work, AuditVerdict.DONE, code, target, detail)


def record_refusal(work: Work, refusal: Refusal) -> None:
    """Write down that a command was refused; called after everything else was undone.

    The sentence is left out, because it repeats what was typed, which may be a secret link.
    """
    codes = sorted({item.code for item in refusal.details})
    _add(work, AuditVerdict.REFUSED, refusal.code, work.about, {"codes": codes} if codes else {})


def list_entries(  # noqa: PLR0913 - one for each filter
    work: Work,
    *,
    since: datetime | None = None,
    verdict: AuditVerdict | None = None,
    code: str | None = None,
    target: str | None = None,
    mark: str | None = None,
) -> Iterable[AuditEntry]:
    """Return the log, oldest first, narrowed to what is given; needs `audit.view` everywhere."""
    rights.require_everywhere(work, "audit.view")
    about = None if target is None else canonical.indexable(target)
    return store.entries(work, since=since, verdict=verdict, code=code, target=about, mark=mark)


def _add(work: Work, verdict: AuditVerdict, code: str, target: str, detail: dict[str, Any]) -> None:
    """Append one row to the log."""
    store.add(
        work,
        happened_at=work.now,
        operator=work.operator,
        actor=work.as_login,
        command=work.command,
        verdict=verdict,
        code=code,
        target=canonical.indexable(target),
        detail_json=detail,
    )
