"""Telling supervisors what people do with trainings."""

from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText
from lmsctl.rights.rules import ANYWHERE
from lmsctl.training.rules import TrainingRecord
from lmsctl.user import store as users
from lmsctl.user.results import SupervisorMode, UserStatus
from lmsctl.user.store import Person


def tell_supervisor(
    work: Work, person: Person, training: TrainingRecord, done: str, session: str | None
) -> None:
    """Tell a person's supervisor by notice and, where there is an address, by mail.

    Only where the training wants that; `done` is the word for what the person did. Nothing is sent
    to somebody who is not active, and nothing fails when there is nobody.
    """
    supervisor = _supervisor(work, person) if training.is_telling_supervisors else None
    if supervisor is None or supervisor.status != UserStatus.ACTIVE:
        return
    name = f"{person.first_name} {person.last_name}"
    where = f", session {session}" if session else ""
    words = MessageText(
        kind="training_supervision",
        reason=f"they supervise {person.login}, who {done} {training.code}",
        subject=f"{name} {done} '{training.title}'",
        body=f"{name} ({person.login}) {done} the training '{training.title}'{where}.\n",
    )
    notification.tell(work, supervisor.id, supervisor.email, words)


def _supervisor(work: Work, person: Person) -> Person | None:
    """Return a person's own or inherited supervisor, None without one."""
    if person.supervisor_mode == SupervisorMode.INHERITED:
        login = users.find_inherited_supervisor(work, person.id, person.path)
        return users.find(work, login, ANYWHERE) if login else None
    return users.get_by_id(work, person.supervisor_id) if person.supervisor_id else None
