"""The command line of the enrollment room: who is in what, and ending that."""

from typing import Annotated, Any

import typer

from lmsctl.enrollment import actions, rules
from lmsctl.enrollment.enroll_cli import (
    AccessAt,
    OverCapacity,
    OverReason,
    counted,
    of_session,
    terms_of,
)
from lmsctl.enrollment.participation.rules import placing as training_rules
from lmsctl.enrollment.results import (
    ClosedGate,
    EnrollmentRow,
    PairOutcome,
    Participation,
    Reason,
    State,
)
from lmsctl.enrollment.rules import Selection
from lmsctl.kit import options, timewords
from lmsctl.kit.answer import Done, Headed, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work
from lmsctl.training.results import Answer, Deadline, SessionRow

app = options.noun("enrollment", "Who is enrolled in what, why and until when.")

Users = Annotated[
    list[str] | None, typer.Option("--user", metavar="LOGIN", help="Who; again for more.")
]
Departments = Annotated[
    list[str] | None,
    typer.Option("--department", metavar="PATH", help="Everybody in it and under it; again."),
]
Groups = Annotated[
    list[str] | None, typer.Option("--group", metavar="NAME", help="Its members; again.")
]
InTraining = Annotated[str, typer.Option("--training", metavar="CODE", help="In what.")]
Learner = Annotated[
    str | None, typer.Option("--user", metavar="LOGIN", help="Who; you yourself if absent.")
]
Why = Annotated[
    Reason | None,
    typer.Option("--reason", help="administrator, import, rule, token, open-link or pathway."),
]


@verb(
    app,
    "list",
    examples=(
        "lmsctl enrollment list --content GDPR-101 --phase completed",
        "lmsctl enrollment list --training first-aid:spring",
        "lmsctl enrollment list --user anna -o json",
    ),
)
def list_(
    env: Environment,
    user: Annotated[
        str | None, typer.Option("--user", metavar="LOGIN", help="Only of this person.")
    ] = None,
    content: Annotated[
        str | None, typer.Option("--content", metavar="CODE", help="Only in this item.")
    ] = None,
    training: Annotated[
        str | None,
        typer.Option("--training", metavar="CODE[:SESSION]", help="Only in this training."),
    ] = None,
    department: Annotated[
        str | None,
        typer.Option("--department", metavar="PATH", help="Only of its people and those below."),
    ] = None,
    phase: Annotated[
        State | None,
        typer.Option("--phase", help="pre-enrolled, enrolled, completed or canceled."),
    ] = None,
    reason: Why = None,
) -> Any:
    """List enrollments in content and trainings by person; filters combine.

    Canceled ones only with --phase. In a training everybody is in the phase enrolled, and the
    reason is who enrolled them: administrator or learner.
    """
    wanted = actions.Wanted(user, content, training, department, phase, reason)
    return env.read(lambda work: Listing(EnrollmentRow, actions.list_enrollments(work, wanted)))


@verb(
    app,
    examples=(
        "lmsctl enrollment show --user anna --content GDPR-101",
        "lmsctl enrollment show --user anna --training first-aid",
    ),
)
def show(
    env: Environment,
    user: Annotated[str, typer.Option("--user", metavar="LOGIN", help="Who.")],
    content: Annotated[
        str | None, typer.Option("--content", metavar="CODE", help="In which item.")
    ] = None,
    training: Annotated[
        str | None, typer.Option("--training", metavar="CODE", help="Or in which training.")
    ] = None,
) -> Any:
    """Show one enrollment: why, since when, and what came of it.

    In content: phase, due date, every reason, and what the person did so far. In a training: the
    session, access, what they said to the invitation, attendance, result and extended deadlines.
    """
    rules.check_one_sort(content, training, is_needed=True)

    def read(work: Work) -> Any:
        if training is None:
            return actions.show(work, user, content or "")
        part, zone = actions.show_participation(work, user, training)
        env.zone = env.time_zone or zone
        return part

    return env.read(read)


@verb(
    app,
    examples=(
        "lmsctl enrollment cancel --user anna --user ben --content GDPR-101",
        "lmsctl enrollment cancel --user anna --content GDPR-101 --reason token --reference fair",
        "lmsctl enrollment cancel --user anna --training first-aid",
    ),
)
def cancel(
    env: Environment,
    content: Annotated[
        list[str] | None, typer.Option("--content", metavar="CODE", help="In what; again for more.")
    ] = None,
    training: Annotated[
        list[str] | None,
        typer.Option("--training", metavar="CODE[:SESSION]", help="In what; again for more."),
    ] = None,
    session: Annotated[
        str | None, typer.Option("--session", metavar="SESSION", help="Only of who is in this one.")
    ] = None,
    user: Users = None,
    department: Departments = None,
    group: Groups = None,
    reason: Why = None,
    reference: Annotated[
        str | None,
        typer.Option("--reference", metavar="TEXT", help="Only this token, rule or pathway."),
    ] = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Cancel the rest when some cannot be.")
    ] = False,
) -> Any:
    """Cancel enrollments, or take one reason away: with another one left, they go on.

    What people did stays. Canceling a pathway takes back what it had prepared; canceling in a
    training frees the place. --reason and --reference are for content only, --session for
    trainings.
    """
    people = Selection(user or (), department or (), group or ())
    rules.check_named(content, training)
    rules.check_needed("--training", training, {"--session": session})
    rules.check_needed("--content", content, {"--reason": reason, "--reference": reference})

    def write(work: Work) -> Done:
        outcomes: list[PairOutcome] = []
        notes: list[str] = []
        if content:
            order = actions.Order(people, content, keep_going)
            outcomes += actions.cancel(work, order, reason=reason, reference=reference)
        if training:
            targets = [of_session(code, session) for code in training]
            more, notes = actions.cancel_participation(
                work, actions.TrainingOrder(people, targets, keep_going)
            )
            outcomes += more
        return counted(outcomes, "canceled", "not canceled", notes)

    return env.write(write)


# In trainings ------------------------------------------------------------------------------------


@verb(
    app,
    examples=(
        "lmsctl enrollment edit --user anna --training first-aid --session summer",
        "lmsctl enrollment edit --department Sales --training first-aid --access-at 2026-03-01",
    ),
)
def edit(
    env: Environment,
    training: InTraining,
    session: Annotated[
        str | None,
        typer.Option(
            "--session", metavar="SESSION", help="Put them into it; '' to let them choose."
        ),
    ] = None,
    access_at: AccessAt = None,
    user: Users = None,
    department: Departments = None,
    group: Groups = None,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Change the rest when some cannot be.")
    ] = False,
    over_capacity: OverCapacity = False,
    reason: OverReason = None,
) -> Any:
    """Give participants of a training another session, or another instant of access.

    New places are taken before the old ones are given up. Deadlines bind learners only. Whoever has
    a result keeps their session.
    """
    people = Selection(user or (), department or (), group or ())
    terms = terms_of(env, access_at, reason, is_over=over_capacity)
    code = training_rules.check_whole(training)

    def write(work: Work) -> Done:
        order = actions.TrainingOrder(people, [of_session(code, session or None)], keep_going)
        outcomes, notes = actions.edit_participation(
            work, order, terms, leaves_session=session == ""
        )
        return counted(outcomes, "enrolled", "unchanged", notes, updated="changed")

    return env.write(write)


@verb(app, examples=("lmsctl --as anna enrollment confirm --training first-aid",))
def confirm(env: Environment, training: InTraining, user: Learner = None) -> Any:
    """Say that somebody will take part: oneself, or whose enrollments one manages."""
    return _answer(env, training, user, Answer.CONFIRMED)


@verb(app, examples=("lmsctl --as anna enrollment decline --training first-aid",))
def decline(env: Environment, training: InTraining, user: Learner = None) -> Any:
    """Say that somebody will not take part. They stay enrolled and keep their place."""
    return _answer(env, training, user, Answer.DECLINED)


def _answer(env: Environment, training: str, user: str | None, said: Answer) -> Any:
    def write(work: Work) -> Done:
        part, is_new = actions.answer(work, user, training, said)
        already = "" if is_new else " already"
        sentence = f"{part.login} has {said.value} {part.training}{already}."
        return Done(part, sentence, is_changed=is_new)

    return env.write(write)


@verb(
    app,
    examples=(
        "lmsctl enrollment result --user anna --training first-aid --points 87",
        "lmsctl enrollment result --user anna --training first-aid --clear",
    ),
)
def result(
    env: Environment,
    training: InTraining,
    user: Users = None,
    department: Departments = None,
    group: Groups = None,
    points: Annotated[
        int | None, typer.Option("--points", metavar="N", help="How many points they have.")
    ] = None,
    certificate: Annotated[
        str | None, typer.Option("--certificate", metavar="TEXT", help="Which certificate.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the result away.")] = False,
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Record the rest when some cannot be.")
    ] = False,
) -> Any:
    """Record what participants of a training reached, in place of what was recorded before.

    Whoever has points or a certificate does not move to another session any more.
    """
    training_rules.check_result(points, certificate, is_clearing=clear)
    people = Selection(user or (), department or (), group or ())
    whole = training_rules.check_whole(training)

    def write(work: Work) -> Done:
        outcomes = actions.record_result(
            work,
            actions.TrainingOrder(people, [whole], keep_going),
            points=points,
            certificate=certificate,
        )
        return counted(outcomes, "enrolled", "unchanged", updated="recorded")

    return env.write(write)


# What learners do --------------------------------------------------------------------------------


@verb(
    app,
    examples=(
        "lmsctl --as anna enrollment join --training first-aid --session spring",
        "lmsctl enrollment join --user anna --training first-aid",
    ),
)
def join(
    env: Environment,
    training: InTraining,
    session: Annotated[
        str | None, typer.Option("--session", metavar="SESSION", help="In which; or choose later.")
    ] = None,
    user: Learner = None,
) -> Any:
    """Take part in a training that the catalog opens to oneself, while registration is open."""

    def write(work: Work) -> Done:
        part, is_new = actions.join(work, user, training, session)
        said = "takes part in" if is_new else "takes part already in"
        return Done(part, f"{part.login} {said} {_place(part)}.", is_changed=is_new)

    return env.write(write)


def _place(part: Participation) -> str:
    return of_session(part.training, part.session)


@verb(
    app,
    examples=(
        "lmsctl --as anna enrollment switch --training first-aid",
        "lmsctl --as anna enrollment switch --training first-aid --to summer",
    ),
)
def switch(
    env: Environment,
    training: InTraining,
    to: Annotated[
        str | None, typer.Option("--to", metavar="SESSION", help="Where to; lists them if absent.")
    ] = None,
    user: Learner = None,
) -> Any:
    """Take another session of a training, or a first one; without --to list those that are open.

    The new place is taken first and the old one given up only then. After a deadline, in a locked
    training, and from a session that was chosen by an administrator nobody switches.
    """
    if to is None:
        return env.read(lambda work: _offers(env, work, user, training))

    def write(work: Work) -> Done:
        part, is_new = actions.switch(work, user, training, to)
        said = "is now" if is_new else "is already"
        return Done(part, f"{part.login} {said} in {_place(part)}.", is_changed=is_new)

    return env.write(write)


def _offers(env: Environment, work: Work, user: str | None, training: str) -> Listing[SessionRow]:
    row, found = actions.offers(work, user, training)
    env.zone = env.time_zone or row.zone
    return Listing(SessionRow, found)


@verb(app, examples=("lmsctl --as anna enrollment leave --training first-aid",))
def leave(env: Environment, training: InTraining, user: Learner = None) -> Any:
    """Leave a training, whose place is free then. It asks first when there is no way back."""

    def write(work: Work) -> Done:
        part, warnings = actions.leave(work, user, training)
        notes = warnings if work.is_rehearsal else ()
        return Done(part, f"{part.login} has left {_place(part)}.", notes=notes)

    return env.write(write)


@verb(
    app,
    examples=(
        (
            "lmsctl enrollment extend --user anna --training first-aid --deadline registration"
            " --until 2026-03-30 --reason 'Was ill'"
        ),
    ),
)
def extend(
    env: Environment,
    training: InTraining,
    user: Annotated[str, typer.Option("--user", metavar="LOGIN", help="For whom.")],
    deadline: Annotated[
        Deadline, typer.Option("--deadline", help="Which: registration or cancellation.")
    ],
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", help="Until when; a date means all of it.")
    ],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is logged.")],
) -> Any:
    """Let a deadline hold off for one person, also when it has come. The start stays the end."""
    word = timewords.parse(until)

    def write(work: Work) -> Done:
        given, is_new, env.zone = actions.extend(
            work,
            user,
            training,
            deadline=deadline,
            until=word,
            reason=reason,
            zone=env.time_zone,
        )
        shown = timewords.show(given.until_at, env.zone)
        already = "" if is_new else " already"
        what = "come to" if deadline is Deadline.REGISTRATION else "go from"
        sentence = f"{given.login} may {what} {given.training} until {shown}{already}."
        return Done(given, sentence, is_changed=is_new)

    return env.write(write)


@verb(
    app,
    examples=(
        "lmsctl enrollment explain --user anna --training first-aid",
        "lmsctl --as anna enrollment explain --training first-aid --session summer --at +2d",
    ),
)
def explain(
    env: Environment,
    training: InTraining,
    user: Learner = None,
    session: Annotated[
        str | None, typer.Option("--session", metavar="SESSION", help="To join or to switch to.")
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="When; now if absent.")
    ] = None,
) -> Any:
    """Say why a person may not join, leave or switch: every closed gate, and who could open it."""
    word = timewords.parse(at) if at is not None else None

    def read(work: Work) -> Headed:
        head, gates, env.zone = actions.explain(
            work, user, training, given_session=session, at=word, zone=env.time_zone
        )
        may = {"join": head.may_join, "leave": head.may_leave, "switch": head.may_switch}
        verdicts = ", ".join(
            f"may {'' if is_open else 'not '}{act}"
            for act, is_open in may.items()
            if is_open is not None
        )
        shown = timewords.show(head.at, env.zone)
        sentence = f"At {shown} {head.login} {verdicts} ({head.training})."
        return Headed(head, "gates", Listing(ClosedGate, gates), sentence)

    return env.read(read)
