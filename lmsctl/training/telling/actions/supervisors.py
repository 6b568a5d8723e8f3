"""Telling supervisors what people do with trainings, and what is recorded of them."""

from collections.abc import Mapping

from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText, PersonalMessage
from lmsctl.notification.results import MessageKind
from lmsctl.training.rules import TrainingRecord
from lmsctl.user import store as users
from lmsctl.user.store import SupervisedPerson


def tell_supervisors(
    work: Work,
    training: TrainingRecord,
    done: Mapping[int, str],
    *,
    session: str | None,
) -> None:
    """Tell the supervisors of people by notice and, where there is an address, by mail.

    `done` says by their ids what the people did, such as `joined`; each supervisor gets one message
    about all of theirs. Only where the training wants that. Nothing is sent to somebody who is not
    active, and nothing fails when there is nobody.
    """
    if not training.is_telling_supervisors or not done:
        return
    found = users.list_supervised(work, list(done))
    teams: dict[int, list[SupervisedPerson]] = {}
    for person in found:
        teams.setdefault(person.supervisor_id, []).append(person)
    where = f", session {session}" if session else ""
    notification.tell_each(work, [_message(training, team, done, where) for team in teams.values()])


def _message(
    training: TrainingRecord, team: list[SupervisedPerson], done: Mapping[int, str], where: str
) -> PersonalMessage:
    """Return what somebody is told who supervises everybody in `team`."""
    first = team[0]
    if len(team) == 1:
        subject = f"{first.name} {done[first.user_id]} '{training.title}'"
        whom = f"{first.login}, who {done[first.user_id]} {training.code}"
    else:
        subject = f"{counted(len(team), 'person')} of yours in '{training.title}'"
        whom = f"{counted(len(team), 'person')} in {training.code}"
    lines = (
        f"{one.name} ({one.login}) {done[one.user_id]} the training '{training.title}'{where}.\n"
        for one in team
    )
    words = MessageText(
        kind=MessageKind.TRAINING_SUPERVISION,
        reason=f"they supervise {whom}",
        subject=subject,
        body="".join(lines),
    )
    # Of one person the last is enough; a message about several is not to hide another one.
    topic = f"supervision {training.id} {first.user_id}" if len(team) == 1 else None
    return PersonalMessage(
        first.supervisor_id, first.address, words, about=None, calendar=None, topic=topic
    )
