"""The command line of until when learners come and go."""

from typing import Annotated, Any

import typer

from lmsctl.kit import options, timewords
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.environment import Environment
from lmsctl.kit.options import verb
from lmsctl.kit.work import Work
from lmsctl.training import options as training_options
from lmsctl.training.deadlines import actions as deadlines
from lmsctl.training.deadlines.errors import DeadlinesMissing
from lmsctl.training.deadlines.results import TimelineEntry
from lmsctl.training.options import TrainingCode
from lmsctl.training.results import Deadline

app = options.verbs()


@verb(
    app,
    "set-deadlines",
    examples=(
        "lmsctl training set-deadlines first-aid --stop-registration 2d --stop-cancellations 1mo",
        "lmsctl training set-deadlines first-aid --stop-cancellations off",
    ),
)
def set_deadlines(
    env: Environment,
    code: TrainingCode,
    stop_registration: Annotated[
        str | None,
        typer.Option("--stop-registration", metavar="LENGTH|off", help="Before each start."),
    ] = None,
    stop_cancellations: Annotated[
        str | None,
        typer.Option("--stop-cancellations", metavar="LENGTH|off", help="Before each start."),
    ] = None,
) -> Any:
    """Stop learners from coming, or from going, so long before each session: 1 to 9999 h, d, w, mo.

    Days, weeks and months keep the time on the clocks of the training's zone; hours are elapsed
    time. Whatever is off ends when the session starts. Administrators are not bound by deadlines.
    """
    given = {Deadline.REGISTRATION: stop_registration, Deadline.CANCELLATION: stop_cancellations}
    wanted = {
        deadline: timewords.parse_amount(text)
        for deadline, text in given.items()
        if text is not None
    }
    if not wanted:
        raise DeadlinesMissing(field="--stop-registration")

    def write(work: Work) -> Done:
        after, is_changed = deadlines.set_deadlines(work, code, wanted)
        word = "Set" if is_changed else "Unchanged:"
        stops = (
            f"registration stops {_before(after.stop_registration)},"
            f" cancellations {_before(after.stop_cancellations)}"
        )
        sentence = f"{word} the deadlines of {after.code}: {stops}."
        return Done(
            after,
            sentence,
            is_changed=is_changed,
            notes=training_options.notes_on_coming(env, work, after),
        )

    return env.write(write)


def _before(distance: str | None) -> str:
    return f"{distance} before each start" if distance else "with the start"


@verb(app, examples=("lmsctl training lock first-aid",))
def lock(env: Environment, code: TrainingCode) -> Any:
    """Lock the list of participants: learners can neither leave nor switch. Joining goes on."""
    return _set_lock(env, code, is_on=True)


@verb(app, examples=("lmsctl training unlock first-aid",))
def unlock(env: Environment, code: TrainingCode) -> Any:
    """Unlock the list of participants: learners leave and switch again, as deadlines allow."""
    return _set_lock(env, code, is_on=False)


def _set_lock(env: Environment, code: str, *, is_on: bool) -> Any:
    def write(work: Work) -> Done:
        after, is_changed = deadlines.set_lock(work, code, is_on=is_on)
        already = "" if is_changed else " already"
        sentence = f"The training {after.code} is {'' if is_on else 'un'}locked{already}."
        return Done(after, sentence, is_changed=is_changed)

    return env.write(write)


@verb(app, examples=("lmsctl training timeline first-aid",))
def timeline(env: Environment, code: TrainingCode) -> Listing[TimelineEntry]:
    """List what is still to come in a training, when, and what it changes, in its own zone."""

    def read(work: Work) -> Listing[TimelineEntry]:
        row, coming = deadlines.timeline(work, code)
        env.zone = row.zone
        return Listing(
            TimelineEntry, coming, when_empty="Nothing is still to come in this training."
        )

    return env.read(read)
