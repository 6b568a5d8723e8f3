"""Telling those who organize trainings what others do with them."""

from collections.abc import Sequence

from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText
from lmsctl.notification.results import MessageKind
from lmsctl.rights import actions as rights
from lmsctl.training.rules import TrainingRecord
from lmsctl.user import store as users
from lmsctl.user.results import UserStatus

_PERMISSIONS_OF_ORGANIZERS = ("training.enroll", "training.manage")


def may_organize(work: Work, person_id: int) -> bool:
    """Say whether somebody holds a role that lets them see trainings."""
    permissions = {
        name for holding in rights.held_roles(work, person_id) for name in holding.permissions
    }
    return not permissions.isdisjoint(_PERMISSIONS_OF_ORGANIZERS)


def tell_organizer(work: Work, training: TrainingRecord, subject: str, body: str = "") -> None:
    """Tell who organizes a training what others did with it; `subject` is a sentence on that.

    By notice and, where there is an address, by mail. Nothing is sent to somebody who is not
    active, and nothing fails when there is nobody.
    """
    number = training.organizer_id
    if number is None or number == rights.actor(work).user_id:
        return
    person = users.get_by_id(work, number)
    if person.status != UserStatus.ACTIVE or not may_organize(work, number):
        return
    words = MessageText(
        kind=MessageKind.TRAINING_ORGANIZER,
        reason=f"they organize the training {training.code}",
        subject=subject,
        body=f"{subject}.\n{body}",
    )
    notification.tell(work, person.id, person.email, words)


def tell_organizer_of_people(  # noqa: PLR0913 - how many, what, and where
    work: Work,
    training: TrainingRecord,
    count: int,
    done: str,
    *,
    session: str | None,
    logins: Sequence[str] = (),
) -> None:
    """Tell who organizes a training what was done with how many people, such as `enrolled in`."""
    where = f", session {session}" if session else ""
    names = f"{', '.join(logins)}.\n" if logins else ""
    tell_organizer(
        work, training, f"{counted(count, 'person', done)} '{training.title}'{where}", names
    )
