"""Letting upper rooms and new people know what an import has changed."""

from collections.abc import Sequence

from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import MessageText, PersonalMail
from lmsctl.notification.results import MessageKind
from lmsctl.portal import actions as portal
from lmsctl.user import hookpoints
from lmsctl.user.importing.store.writing import ImportedPerson
from lmsctl.user.results import UserStatus


def announce_people(work: Work, people: Sequence[ImportedPerson]) -> None:
    """Let upper rooms do what follows from people having joined, changed type or returned."""
    hookpoints.after_join_of_department(
        work,
        {one.user_id: one.left_id for one in people if one.is_new or one.left_id is not None},
    )
    hookpoints.after_change_of_type(
        work, [one.user_id for one in people if one.is_new or one.is_retyped]
    )
    hookpoints.after_becoming_active(work, [one.user_id for one in people if one.is_awake])


def send_welcome(work: Work, people: Sequence[ImportedPerson]) -> int:
    """Write to the new, active people who have an address; return how many they are."""
    settings = portal.settings(work)
    letters = [
        PersonalMail(
            person.user_id,
            person.email,
            MessageText(
                kind=MessageKind.ACCOUNT_CREATED,
                reason="an account was made for this address",
                subject=f"Your account at {settings.name}",
                body=f"Your login is {person.login}.\n{settings.public_url}\n",
            ),
        )
        for person in people
        if person.is_new and person.email and person.status == UserStatus.ACTIVE
    ]
    notification.mail_each(work, letters)
    return len(letters)
