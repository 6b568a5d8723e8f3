"""Letting mails be tried anew that failed, once the cause is fixed."""

from collections.abc import Sequence

from lmsctl.audit import actions as audit
from lmsctl.kit.answer import ItemOutcome, Outcome
from lmsctl.kit.work import Work
from lmsctl.notification.delivery import store
from lmsctl.notification.delivery.actions.delivering import PERMISSION
from lmsctl.notification.delivery.errors import MailNotFailed, MailUnknown
from lmsctl.notification.results import MessageState
from lmsctl.rights import actions as rights


def retry(work: Work, numbers: Sequence[int] | None) -> list[ItemOutcome]:
    """Queue failed mails anew, or those that wait for another try; None means all that failed.

    Needs `notification.deliver` everywhere. Raises MailUnknown and MailNotFailed, and then changes
    none of them.
    """
    rights.require_everywhere(work, PERMISSION)
    for number in numbers or ():
        work.about = f"mail {number}"
        _check(work, number)
    queued = store.requeue(work, numbers)
    if queued:
        audit.record(work, "notification.retried", "mails", mails=len(queued))
    return [ItemOutcome(str(number), Outcome.UPDATED) for number in queued]


def _check(work: Work, number: int) -> None:
    found = store.find_for_update(work, number) if 0 < number < 2**63 else None
    if found is None:
        raise MailUnknown(number=number)
    is_waiting = found.state is MessageState.QUEUED
    if found.state is MessageState.FAILED or (
        is_waiting and found.tries and not found.is_leased(work.now)
    ):
        return
    raise MailNotFailed(number=number, state=found.state.value)
