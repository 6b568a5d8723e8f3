"""The command line of the learner's view."""

from itertools import chain
from typing import Annotated, Any

import typer

from lmsctl.enrollment.learner import actions
from lmsctl.enrollment.learner.results import Appointment, CalendarFile, Course, Offer
from lmsctl.kit import options
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.kit.writing import replacing
from lmsctl.notification.calendar import actions as calendar_entries
from lmsctl.notification.results import Notice

app = options.noun("learner", "What one person sees, and why.")

Who = Annotated[str, typer.Argument(metavar="LOGIN", help="Login, address or number.")]


@verb(app, examples=("lmsctl learner courses anna", "lmsctl --as anna learner courses anna"))
def courses(env: Environment, login: Who) -> Listing[Course]:
    """List what a person is enrolled in and what they may open, saying which and why.

    Then the trainings they take part in, with the instants before which they may leave, and may
    switch to another session that has a place left; empty when they may not.
    """

    def read(work: Work) -> Listing[Course]:
        content = actions.list_courses(work, login)
        return Listing(
            Course,
            chain(content, actions.list_trainings(work, login)),
            when_empty=f"Nothing yet: lmsctl enroll --user {login} --content CODE",
        )

    return env.read(read)


@verb(app, examples=("lmsctl learner catalog anna -o json",))
def catalog(env: Environment, login: Who) -> Listing[Offer]:
    """List what the catalog offers a person, and by which rules: content, then trainings.

    A training is offered while registration for a session of it is open; `choices` are those that
    have a place left, with their days and places.
    """

    def read(work: Work) -> Listing[Offer]:
        content = actions.list_offers(work, login)
        return Listing(
            Offer,
            chain(content, actions.list_training_offers(work, login)),
            when_empty=f"Nothing is offered to {login} yet: lmsctl catalog open CODE",
        )

    return env.read(read)


@verb(
    app,
    examples=("lmsctl learner calendar anna", "lmsctl learner calendar anna --ics anna.ics"),
)
def calendar(
    env: Environment,
    login: Who,
    ics: Annotated[
        str | None, typer.Option("--ics", metavar="FILE", help="Write it for calendar programs.")
    ] = None,
) -> Listing[Appointment]:
    """List the days of the sessions a person is in, or write them to an iCalendar file.

    With the instant before which they may leave; empty when they may not.
    """
    target = env.files.claim(ics, "--ics") if ics is not None else None

    def read(work: Work) -> Any:
        appointments, entries = actions.get_calendar(work, login)
        if target is None:
            return Listing(
                Appointment,
                appointments,
                when_empty=f"{login} is in no session that is still to come.",
            )
        with replacing(target) as stream:
            stream.write(calendar_entries.write_calendar(entries))
        sentence = f"Wrote {counted(len(entries), 'calendar entry')} to {target}."
        return Done(CalendarFile(str(target), len(entries)), sentence, is_changed=False)

    return env.read(read)


@verb(
    app,
    examples=(
        "lmsctl learner notifications anna",
        "lmsctl --as anna learner notifications anna --first 5 -o json",
    ),
)
def notifications(env: Environment, login: Who) -> Listing[Notice]:
    """List the notices in a person's account, the latest first."""
    return env.read(
        lambda work: Listing(
            Notice,
            actions.list_notices(work, login),
            when_empty=f"There are no notices in the account of {login}.",
        )
    )
