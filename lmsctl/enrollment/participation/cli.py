"""The command line of people in trainings: what administrators do, and what learners do.

It is one file because Typer takes the options of each verb from the parameters of its function.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from lmsctl.enrollment import rules
from lmsctl.enrollment.items.actions import joining
from lmsctl.enrollment.options import Departments, Groups, Users, count_outcomes, name_target
from lmsctl.enrollment.participation.actions import (
    answering,
    editing,
    explaining,
    extending,
    grading,
    learning,
)
from lmsctl.enrollment.participation.options import (
    OVER_FORMERLY,
    AccessAt,
    InOneItem,
    InOneTraining,
    InTraining,
    Learner,
    OverLimit,
    OverReason,
    read_terms,
)
from lmsctl.enrollment.participation.results import ClosedGate, ParticipationStatus
from lmsctl.enrollment.participation.rules import placing
from lmsctl.enrollment.results import PairOutcome
from lmsctl.enrollment.rules import Selection
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.kit import options, timewords, wall_clock
from lmsctl.kit.answer import DetailWithList, Done, Listing, Outcome
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import Wanted, verb
from lmsctl.kit.work import Work
from lmsctl.training import rules as training_rules
from lmsctl.training.results import Deadline, InvitationAnswer
from lmsctl.training.sessions.results import SessionChoice

app = options.verbs()


@verb(
    app,
    examples=(
        "lmsctl enrollment edit --user anna --training first-aid --session summer",
        "lmsctl enrollment edit --department Sales --training first-aid --access-at 2026-03-01",
    ),
    wanted=Wanted(one_of=[("user", "department", "group")]),
    formerly=OVER_FORMERLY,
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
    over_limit: OverLimit = False,
    reason: OverReason = None,
) -> Any:
    """Give participants of a training another session, or another instant of access.

    New places are taken before the old ones are given up. Deadlines bind learners only. Whoever has
    a result keeps their session.
    """
    people = Selection(user or (), department or (), group or ())
    terms = read_terms(env, access_at, reason, is_over=over_limit)
    code = placing.check_without_session(training)

    def write(work: Work) -> Done:
        target = name_target(*training_rules.parse_session(code, session or None))
        request = PairRequest(people, [target], keep_going)
        outcomes, notes = editing.edit_participation(
            work, request, terms, leaves_session=session == ""
        )
        return count_outcomes(outcomes, "enrolled", "unchanged", notes, updated="changed")

    return env.write(write)


@verb(app, examples=("lmsctl --as anna enrollment confirm --training first-aid",))
def confirm(env: Environment, training: InTraining, user: Learner = None) -> Any:
    """Say that somebody will take part: oneself, or whose enrollments one manages."""
    return _answer(env, training, user, InvitationAnswer.CONFIRMED)


@verb(app, examples=("lmsctl --as anna enrollment decline --training first-aid",))
def decline(env: Environment, training: InTraining, user: Learner = None) -> Any:
    """Say that somebody will not take part. They stay enrolled and keep their place."""
    return _answer(env, training, user, InvitationAnswer.DECLINED)


def _answer(env: Environment, training: str, user: str | None, said: InvitationAnswer) -> Any:
    """Record an answer to an invitation, and return the answer of the command."""

    def write(work: Work) -> Done:
        part, is_new = answering.answer(work, user, training, said)
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
    wanted=Wanted(one_of=[("user", "department", "group")]),
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
    placing.check_result(points, certificate, is_clearing=clear)
    people = Selection(user or (), department or (), group or ())
    whole = placing.check_without_session(training)

    def write(work: Work) -> Done:
        outcomes = grading.record_result(
            work,
            PairRequest(people, [whole], keep_going),
            points=points,
            certificate=certificate,
        )
        return count_outcomes(outcomes, "enrolled", "unchanged", updated="recorded")

    return env.write(write)


@verb(
    app,
    examples=(
        "lmsctl --as anna enrollment join --training first-aid --session spring",
        "lmsctl --as anna enrollment join --content GDPR-101",
        "lmsctl enrollment join --user anna --training first-aid",
    ),
    wanted=Wanted(one_of=[("training", "content")]),
)
def join(
    env: Environment,
    training: InOneTraining = None,
    content: InOneItem = None,
    session: Annotated[
        str | None, typer.Option("--session", metavar="SESSION", help="In which; or choose later.")
    ] = None,
    user: Learner = None,
) -> Any:
    """Take a training or an item that the catalog opens to oneself.

    Of a training, while registration is open, it says when and where that is, and warns of another
    session of the person at the same time. Without a session it lists those that can be chosen
    later.
    """
    rules.check_content_or_training(content, training, is_needed=True)
    rules.check_dependent_options("--training", training, {"--session": session})
    if content is not None:
        return env.write(lambda work: _taken(joining.join(work, user, content)))
    code, named = training_rules.parse_session(training or "", session)

    def write(work: Work) -> Done:
        part, is_new, notes = learning.join(work, user, code, named)
        said = "takes part in" if is_new else "takes part already in"
        return Done(part, f"{part.login} {said} {_place(part)}.", is_changed=is_new, notes=notes)

    return env.write(write)


def _taken(pair: PairOutcome) -> Done:
    """Return the answer to who took an item from the catalog."""
    already = "" if pair.outcome is Outcome.CREATED else " already"
    sentence = f"{pair.login} is enrolled in {pair.content}{already}."
    return Done(pair, sentence, is_changed=pair.outcome is Outcome.CREATED)


def _place(part: ParticipationStatus) -> str:
    """Return the training and session of a participant as one target."""
    return name_target(part.training, part.session)


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
        str | None, typer.Option("--to", metavar="SESSION", help="Where to; lists them if omitted.")
    ] = None,
    user: Learner = None,
) -> Any:
    """Take another session of a training, or a first one; without --to list those that are open.

    They are listed with their days, places and how many places are free. It warns of a session of
    the person at the same time. The new place is taken first and the old one given up only then.
    After a deadline, in a locked training, and from a session that was chosen by an administrator
    nobody switches.
    """
    if to is None:
        return env.read(lambda work: _offers(env, work, user, training))
    code, named = training_rules.parse_named_session(training, to)

    def write(work: Work) -> Done:
        part, is_new, notes = learning.switch(work, user, code, named)
        said = "is now" if is_new else "is already"
        return Done(part, f"{part.login} {said} in {_place(part)}.", is_changed=is_new, notes=notes)

    return env.write(write)


def _offers(
    env: Environment, work: Work, user: str | None, training: str
) -> Listing[SessionChoice]:
    """List the sessions to switch to, with times in the zone of the training."""
    row, found = learning.list_switchable_sessions(work, user, training)
    env.zone = env.time_zone or row.zone
    return Listing(SessionChoice, found, when_empty="There is no session to switch to.")


@verb(
    app,
    examples=(
        "lmsctl --as anna enrollment leave --training first-aid",
        "lmsctl --as anna enrollment leave --content GDPR-101",
    ),
    wanted=Wanted(one_of=[("training", "content")]),
)
def leave(
    env: Environment,
    training: InOneTraining = None,
    content: InOneItem = None,
    user: Learner = None,
) -> Any:
    """Leave a training, whose place is free then, or give back an item from the catalog.

    It asks first when there is no way back. What one did with an item stays.
    """
    rules.check_content_or_training(content, training, is_needed=True)

    def write(work: Work) -> Done:
        if content is not None:
            pair, warnings = joining.leave(work, user, content)
            sentence = f"{pair.login} has left {pair.content}."
            if pair.outcome is Outcome.UPDATED:
                stays = "and stays enrolled in it for other reasons"
                sentence = f"{pair.login} gave {pair.content} back, {stays}."
            return _left(work, pair, sentence, warnings)
        part, warnings = learning.leave(work, user, training or "")
        return _left(work, part, f"{part.login} has left {_place(part)}.", warnings)

    return env.write(write)


def _left(work: Work, result: Any, sentence: str, warnings: Sequence[str]) -> Done:
    """Return the answer to who has left; a rehearsal says what they would have been told."""
    return Done(result, sentence, notes=warnings if work.is_rehearsal else ())


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
    """Extend one person's deadline, even one that has passed. The start stays the limit."""
    word = timewords.parse(until)

    def write(work: Work) -> Done:
        given, is_new, env.zone = extending.extend(
            work,
            user,
            training,
            deadline=deadline,
            until=word,
            reason=reason,
            zone=env.time_zone,
        )
        shown = wall_clock.show(given.until_at, env.zone)
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
        str | None, typer.Option("--at", metavar="TIME", help="When; now if omitted.")
    ] = None,
) -> Any:
    """Say why a person may not join, leave or switch: every closed gate, and who could open it."""
    word = timewords.parse(at) if at is not None else None
    code, named = training_rules.parse_session(training, session)

    def read(work: Work) -> DetailWithList:
        head, gates, env.zone = explaining.explain(
            work, user, code, given_session=named, at=word, zone=env.time_zone
        )
        may = {"join": head.may_join, "leave": head.may_leave, "switch": head.may_switch}
        verdicts = ", ".join(
            f"may {'' if is_open else 'not '}{act}"
            for act, is_open in may.items()
            if is_open is not None
        )
        shown = wall_clock.show(head.at, env.zone)
        sentence = f"At {shown} {head.login} {verdicts} ({head.training})."
        return DetailWithList(head, "gates", Listing(ClosedGate, gates), sentence)

    return env.read(read)
