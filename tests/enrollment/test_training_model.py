"""Whatever happens to people in trainings, in whatever order: both databases agree with a model."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from lmsctl.content.actions.catalog import CatalogRequest
from lmsctl.enrollment.participation.actions import (
    canceling,
    editing,
    enrolling,
    extending,
    grading,
    learning,
)
from lmsctl.enrollment.participation.rules.placing import Terms
from lmsctl.enrollment.rules import Selection
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.kit import timewords
from lmsctl.kit.errors import Refusal
from lmsctl.kit.wall_clock import Amount, Unit
from lmsctl.kit.work import Work
from lmsctl.notification.calendar.rules import entry as entry_rules
from lmsctl.training import actions as training_actions
from lmsctl.training.catalog import actions as catalog
from lmsctl.training.catalog import actions as training_catalog
from lmsctl.training.deadlines import actions as deadlines
from lmsctl.training.participants.actions import attending
from lmsctl.training.results import Deadline
from lmsctl.training.sessions.actions import planning as session_actions
from lmsctl.training.sessions.actions.planning import DayChange, DayPlan
from lmsctl.user import actions as users
from lmsctl.user.results import UserStatus
from tests.conftest import Portal
from tests.enrollment.training_model import DAY, HOUR, NAMES, Codes, Model
from tests.model_machine import START, ModelMachine, RealPortal, Verb, run_beside_model

PEOPLE = st.sampled_from(NAMES)
SEVERAL = st.lists(PEOPLE, min_size=1, max_size=3, unique=True)
SESSIONS = st.sampled_from(["a", "b"])
MAYBE = st.sampled_from(["a", "b", None])
DEADLINES = st.sampled_from(list(Deadline))


class TrainingPortal(RealPortal):
    """A portal with people and a training of two sessions."""

    RESET = (
        "DELETE FROM trainings",
        "DELETE FROM users WHERE login <> 'owner'",
        "UPDATE portals SET seats_taken = 0",
    )

    def set_up(self) -> None:
        """Create people, and the training with its sessions."""
        assert self.run(START, _create_training) is None

    def read(self) -> dict[str, object]:
        """Return what the model knows, as the rows have it."""
        people = """
            SELECT u.login, s.code, e.is_preselected, e.side FROM training_enrollments e
            JOIN users u ON u.id = e.user_id LEFT JOIN training_sessions s ON s.id = e.session_id
            WHERE e.canceled_at IS NULL
        """
        places = "SELECT code, taken, over_capacity, capacity FROM training_sessions"
        return {
            "people": {row[0]: (row[1], bool(row[2]), row[3]) for row in self.rows(people)},
            "places": {row[0]: row[1:] for row in self.rows(places)},
        }

    def calendar(self, name: str, now: datetime) -> set[datetime]:
        """Return when the sessions start that a person's mails up to now say are to come.

        No entry is ever told the same or a lower number again.
        """
        mails = """
            SELECT n.calendar FROM notifications n JOIN users u ON u.id = n.user_id
            WHERE u.login = :name AND n.calendar IS NOT NULL AND n.due_at <= :now
            ORDER BY n.due_at, n.id
        """
        entries: dict[str, tuple[int, datetime | None]] = {}
        for (text,) in self.rows(mails, name=name, now=now):
            common, own = entry_rules.split(text)
            entry = entry_rules.read(common)
            assert own.uid not in entries or own.sequence > entries[own.uid][0]
            (day,) = entry.days
            entries[own.uid] = (own.sequence, None if entry.is_canceled else day.starts_at)
        return {at for _, at in entries.values() if at is not None and at + HOUR > now}


def _create_training(work: Work) -> None:
    for name in NAMES:
        email = f"{name}@example.com"
        users.create(work, first_name="F", last_name="L", login=name, email=email)
    training_actions.create(work, "Aid", code="aid", time_zone="UTC")
    for code, days in (("a", 4), ("b", 9)):
        plan = DayPlan(timewords.parse(f"+{days}d"), HOUR)
        session_actions.create_session(work, "aid", code=code, plan=plan)
    training_catalog.offer(work, "aid", CatalogRequest(is_everybody=True))


class Trainings(ModelMachine):
    """The model beside a portal on SQLite and one on PostgreSQL; each step is done to all three."""

    model: Model

    def new_model(self) -> Model:
        """Return four people and a training in which nobody is."""
        return Model()

    def answer(self, refusal: Refusal | None) -> Codes:
        """Return the codes of all that stands in the way."""
        if refusal is None:
            return []
        return [detail.code for detail in refusal.details] or [refusal.code]

    def check(self, expected: Codes, verb: Verb) -> None:
        """Run a verb now; every portal must answer what the model answered."""
        self.model.settle()
        self.agree(expected, verb, now=self.model.now)

    @rule(name=PEOPLE, code=MAYBE)
    def join(self, name: str, code: str | None) -> None:
        """Join the training."""
        expected = self.model.join(name, code)
        self.check(expected, lambda work: learning.join(work, name, "aid", code))

    @rule(name=PEOPLE, code=SESSIONS)
    def switch(self, name: str, code: str) -> None:
        """Switch to a session."""
        expected = self.model.switch(name, code)
        self.check(expected, lambda work: learning.switch(work, name, "aid", code))

    @rule(name=PEOPLE)
    def leave(self, name: str) -> None:
        """Leave the training."""
        self.check(self.model.leave(name), lambda work: learning.leave(work, name, "aid"))

    @rule(
        names=SEVERAL,
        code=MAYBE,
        over=st.booleans(),
        going=st.booleans(),
        hours=st.sampled_from([0, 0, 30]),
    )
    def enroll(
        self, names: list[str], code: str | None, over: bool, going: bool, hours: int
    ) -> None:
        """Enroll people, who have access at once or later."""
        expected = self.model.enroll(names, code, hours, over=over, going=going)
        order = PairRequest(Selection(names), [f"aid:{code}" if code else "aid"], going)
        terms = Terms(timewords.parse(f"+{hours}h"), over_reason="why" if over else None)
        self.check(expected, lambda work: enrolling.enroll_in_trainings(work, order, terms))

    @rule(names=SEVERAL, code=MAYBE, over=st.booleans())
    def move(self, names: list[str], code: str | None, over: bool) -> None:
        """Give people another session."""
        expected = self.model.move(names, code, over=over)
        order = PairRequest(Selection(names), [f"aid:{code}" if code else "aid"])
        terms = Terms(over_reason="why" if over else None)
        self.check(
            expected,
            lambda work: editing.edit_participation(
                work, order, terms, leaves_session=code is None
            ),
        )

    @rule(name=PEOPLE, hours=st.sampled_from([0, 10, 30]))
    def change_access(self, name: str, hours: int) -> None:
        """Let somebody have access at another instant."""
        expected = self.model.unfit(name, takes_part=True)
        if expected == ["person_not_active"]:
            expected = [] if name in self.model.parts else ["participation_unknown"]
        if not expected:
            self.model.note_invited()
            self.model.parts[name].access_at = self.model.now + hours * HOUR
        order = PairRequest(Selection([name]), ["aid"])
        terms = Terms(timewords.parse(f"+{hours}h"))
        self.check(expected, lambda work: editing.edit_participation(work, order, terms))

    @rule(names=SEVERAL)
    def cancel(self, names: list[str]) -> None:
        """Take people out."""
        order = PairRequest(Selection(names), ["aid"])
        expected = self.model.cancel(names)
        self.check(expected, lambda work: canceling.cancel_participation(work, order))

    @rule(code=SESSIONS, capacity=st.sampled_from([None, 1, 2, 3]))
    def capacity(self, code: str, capacity: int | None) -> None:
        """Change how many places there are."""
        session, expected = self.model.sessions[code], []
        if capacity is not None and self.model.taken(code) - capacity > session.over:
            expected = ["capacity_below_taken"]
        else:
            session.capacity = capacity
        given = str(capacity or "unlimited")
        self.check(
            expected,
            lambda work: session_actions.edit_session(
                work, "aid", code, shift=DayChange(), capacity=given
            ),
        )

    @rule(deadline=DEADLINES, days=st.sampled_from([None, 1, 3]))
    def set_deadline(self, deadline: Deadline, days: int | None) -> None:
        """Set a deadline, or switch it off."""
        self.model.stops[deadline] = days
        distance = None if days is None else Amount(days, Unit.DAY)
        self.check([], lambda work: deadlines.set_deadlines(work, "aid", {deadline: distance}))

    @rule(name=PEOPLE, deadline=DEADLINES, hours=st.integers(0, 60))
    def extend(self, name: str, deadline: Deadline, hours: int) -> None:
        """Extend one person's deadline."""
        expected = [] if name in self.model.active else ["user_unknown"]
        if not expected:
            self.model.extensions[name, deadline] = self.model.now + hours * HOUR
        self.check(
            expected,
            lambda work: extending.extend(
                work,
                name,
                "aid",
                deadline=deadline,
                until=timewords.parse(f"+{hours}h"),
                reason="why",
                zone=None,
            ),
        )

    @rule(is_on=st.booleans())
    def lock(self, is_on: bool) -> None:
        """Lock the list of participants, or unlock it."""
        self.model.is_locked = is_on
        self.check([], lambda work: deadlines.set_lock(work, "aid", is_on=is_on))

    @rule(is_open=st.booleans())
    def catalog(self, is_open: bool) -> None:
        """Offer the training, or not."""
        self.model.is_offered = is_open
        act = catalog.offer if is_open else catalog.close
        self.check([], lambda work: act(work, "aid", CatalogRequest(is_everybody=True)))

    @rule(code=SESSIONS, days=st.integers(1, 6))
    def postpone(self, code: str, days: int) -> None:
        """Move a session to some days from now."""
        self.model.sessions[code].starts_at = self.model.now + days * DAY
        shift = DayChange(starts=timewords.parse(f"+{days}d"))
        self.check([], lambda work: session_actions.edit_session(work, "aid", code, shift=shift))

    @rule(code=SESSIONS)
    def attend(self, code: str) -> None:
        """Record that everybody was there."""
        expected = ["attendance_too_early"] if self.model.is_ahead(code) else []
        for part in self.model.parts.values() if not expected else ():
            if part.session == code:
                part.attended.add(code)
        self.check(expected, lambda work: attending.record_attendance(work, "aid", code, logins=()))

    @rule(name=PEOPLE, points=st.sampled_from([None, 7]))
    def grade(self, name: str, points: int | None) -> None:
        """Record a result, or take it away."""
        expected = self.model.unfit(name, takes_part=True)
        if expected == ["person_not_active"]:
            expected = [] if name in self.model.parts else ["participation_unknown"]
        if not expected:
            self.model.parts[name].has_result = points is not None
        order = PairRequest(Selection([name]), ["aid"])
        self.check(
            expected,
            lambda work: grading.record_result(work, order, points=points, certificate=None),
        )

    @rule(name=PEOPLE, verb=st.sampled_from(["activate", "deactivate", "delete"]))
    def change_person(self, name: str, verb: str) -> None:
        """Activate, deactivate or delete a person."""
        model = self.model
        expected = [] if name in model.active else ["user_unknown"]
        if not expected and verb == "delete":
            del model.active[name]
            model.parts.pop(name, None)
            model.were.discard(name)
            for deadline in Deadline:
                model.extensions.pop((name, deadline), None)
        elif not expected:
            model.active[name] = verb == "activate"
            if verb == "deactivate":
                model.unreachable.add(name)
        verbs: dict[str, Callable[[Work], object]] = {
            "activate": lambda work: users.activate(work, name),
            "deactivate": lambda work: users.end_account(work, name, UserStatus.INACTIVE, None),
            "delete": lambda work: users.delete(work, name),
        }
        self.check(expected, verbs[verb])

    @rule(hours=st.integers(1, 40))
    def pass_time(self, hours: int) -> None:
        """Let time pass."""
        self.model.now += hours * HOUR

    def expected_rows(self) -> dict[str, object]:
        """Return the rows that the model stands for."""
        model = self.model
        model.settle()
        return {
            "people": {
                name: (part.session, part.is_preselected, part.side)
                for name, part in model.parts.items()
            },
            "places": {
                code: (model.taken(code), session.over, session.capacity)
                for code, session in model.sessions.items()
            },
        }

    @invariant()
    def calendars_agree(self) -> None:
        """Check that who follows their mails has what is to come in the calendar, and no more."""
        model = self.model
        model.note_invited()
        for name in NAMES:
            part, starts = model.parts.get(name), set()
            if part and part.session and part.is_invited and model.is_to_come(part.session):
                starts = {model.sessions[part.session].starts_at}
            if name not in model.unreachable:
                for portal in self.portals:
                    assert portal.calendar(name, model.now) == starts


@pytest.mark.parametrize("examples", [10, pytest.param(30, marks=pytest.mark.heavy)])
def test_both_databases_do_what_the_model_does(both_databases: list[Portal], examples: int) -> None:
    """Learners and administrators come, go and move while places, deadlines and time change."""
    portals = [TrainingPortal(portal) for portal in both_databases]
    run_beside_model(Trainings, portals, examples=examples, steps=30)
