"""Offering trainings in the catalog."""

from collections.abc import Iterator

from lmsctl.audit import actions as audit
from lmsctl.content.actions import catalog
from lmsctl.content.actions.catalog import CatalogRequest
from lmsctl.content.results import CatalogRuleRow
from lmsctl.content.rules import CatalogTarget
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training import store
from lmsctl.training.catalog import store as catalog_store
from lmsctl.training.rules import TrainingRecord


def offer(work: Work, given: str, wanted: CatalogRequest) -> tuple[CatalogRuleRow, bool]:
    """Offer a training in the catalog; returns the rule, and whether it is new.

    Needs `catalog.manage`, as for content. Raises AudienceUnclear, TrainingUnknown, GroupUnknown
    and DepartmentUnknown.
    """
    training, target = _get_for_update(work, given, wanted)
    is_new = catalog_store.add_opening(work, training.id, target)
    if is_new:
        _record(work, "catalog.opened", training, target)
    return _to_result(training, target), is_new


def close(work: Work, given: str, wanted: CatalogRequest) -> tuple[CatalogRuleRow, bool]:
    """Offer a training no longer to somebody; who takes part stays. The mirror of `offer`."""
    training, target = _get_for_update(work, given, wanted)
    is_gone = catalog_store.remove_opening(work, training.id, target)
    if is_gone:
        _record(work, "catalog.closed", training, target)
    return _to_result(training, target), is_gone


def _get_for_update(
    work: Work, given: str, wanted: CatalogRequest
) -> tuple[TrainingRecord, CatalogTarget]:
    """Return a training, locked, and whom it is offered to; needs `catalog.manage`."""

    def get() -> TrainingRecord:
        rights.require(work, "catalog.manage")
        found = store.get(work, given, ANYWHERE)
        work.about = f"training {found.code}"
        return found

    training = rights.get_for_update(work, get, store.lock)
    return training, catalog.resolve_target(work, wanted)


def _to_result(training: TrainingRecord, target: CatalogTarget) -> CatalogRuleRow:
    """Return an opening as it is shown."""
    return CatalogRuleRow(None, training.title, target.opening, target.name, training.code)


def _record(work: Work, code: str, training: TrainingRecord, target: CatalogTarget) -> None:
    """Write into the audit log that an opening was added or removed."""
    detail = {"to": target.opening, "name": target.name}
    audit.record(work, code, f"training {training.code}", **detail)


def list_openings(work: Work, given: str | None = None) -> Iterator[CatalogRuleRow]:
    """Return which trainings the catalog offers to whom, of one when given, by code.

    Needs `content.view`, as the rules on content do. Raises TrainingUnknown.
    """
    rights.require(work, "content.view")
    number = store.get(work, given, ANYWHERE).id if given is not None else None
    return catalog_store.openings(work, number, rights.visibility(work))
