"""Writing down what was done and what was refused, and reading it back."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from lmsctl.audit import rules, store
from lmsctl.audit.results import AuditEntry, AuditVerdict, ChainFinding, VerifiedChain
from lmsctl.audit.rules import LogFilter
from lmsctl.kit import canonical, clock
from lmsctl.kit.database_errors import RetryTransaction
from lmsctl.kit.driver import Connection
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work, run_at_once
from lmsctl.rights import actions as rights

# How many rows are sealed in one transaction, after a command and by who does nothing else.
_SOME, _MANY = 1_000, 20_000
# How many breaks of the chain are told one by one.
_TOLD = 100


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


def list_entries(work: Work, wanted: LogFilter) -> Iterable[AuditEntry]:
    """Return the entries that fit `wanted`, oldest first; needs `audit.view` everywhere."""
    rights.require_everywhere(work, "audit.view")
    return store.entries(work, wanted)


# Seals -------------------------------------------------------------------------------------------


def seal_some(connection: Connection) -> bool:
    """Seal some rows of the log, unless somebody else does; say whether there may be more.

    It is nobody's command: no right is needed, and nothing is recorded. Raises what `run_at_once`
    raises.
    """
    return run_at_once(connection, clock.read(), lambda work: _seal(work, _SOME, is_patient=False))


def seal_all(connection: Connection) -> None:
    """Seal every row of the log that has none yet, as long as nobody else does; raises nothing."""
    with suppress(Refusal, RetryTransaction):
        while run_at_once(
            connection, clock.read(), lambda work: _seal(work, _MANY, is_patient=False)
        ):
            pass


def seal_rest(work: Work) -> bool:
    """Seal some rows of the log, waiting for whoever does; say whether there may be more.

    Needs `audit.view` everywhere.
    """
    rights.require_everywhere(work, "audit.view")
    return _seal(work, _MANY, is_patient=True)


def _seal(work: Work, most: int, *, is_patient: bool) -> bool:
    # Where the end of the chain is gone, nobody knows what to go on from.
    head = store.find_head_for_update(work, is_patient=is_patient)
    if head is None:
        return False
    rows = store.list_unsealed(work, most)
    if rows:
        store.set_seals(work, list(rules.seals_after(head, rows)))
    return len(rows) == most


def verify(work: Work) -> tuple[VerifiedChain, list[ChainFinding]]:
    """Return the state of the chain of seals and where it is broken, at first 100 places of that.

    Needs `audit.view` everywhere. Rows that are not sealed yet are counted and not judged.
    """
    rights.require_everywhere(work, "audit.view")
    head = store.find_head(work)
    counts = _Counted(store.links(work))
    breaches = rules.find_breaches(counts, head)
    told = list(islice(breaches, _TOLD))
    broken = len(told) + sum(1 for _ in breaches)
    state = VerifiedChain(
        counts.number, store.count_unsealed(work), head.seal if head else None, broken
    )
    return state, sorted(told, key=lambda finding: finding.first)


class _Counted(Iterable[rules.ChainLink]):
    """Links of the chain, counted as they are read."""

    def __init__(self, links: Iterable[rules.ChainLink]) -> None:
        self.number = 0
        self._links = links

    def __iter__(self) -> Iterator[rules.ChainLink]:
        for link in self._links:
            self.number += 1
            yield link


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
