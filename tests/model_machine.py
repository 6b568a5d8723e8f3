"""What every stateful test does: each step goes to a plain model and to a portal of each kind."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    run_state_machine_as_test,
)

from lmsctl.kit import database, driver
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work, run_write
from lmsctl.portal import actions as portal_actions
from lmsctl.user import actions as users
from tests.conftest import Portal
from tests.statements import execute_text

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
Verb = Callable[[Work], object]


class RealPortal:
    """One real portal beside the model; a subclass says how it is reset and what is compared."""

    # The statements that take away what an example has left.
    RESET: ClassVar[tuple[str, ...]] = ()

    def __init__(self, portal: Portal) -> None:
        self._connection = driver.open_database(portal.url, patience=30)
        if portal.is_sqlite:
            # Nothing here has to survive a power failure.
            database.execute(self._connection, "PRAGMA synchronous=OFF")

    def close(self) -> None:
        """Close the connection to the database."""
        self._connection.close()

    def reset(self) -> None:
        """Bring the portal back to where every example begins."""
        self._connection.begin_writing()
        for statement in self.RESET:
            database.execute(self._connection, statement)
        self._connection.commit()
        self.set_up()

    def set_up(self) -> None:
        """Create what every example begins with, if anything."""

    def run(self, now: datetime, verb: Verb, *, begins_itself: bool = False) -> Refusal | None:
        """Run one verb at `now` and return its refusal, if any."""

        def make() -> Work:
            return Work(
                self._connection,
                now,
                operator="model",
                command="model",
                load_portal=portal_actions.load_portal,
                apply_due_changes=users.apply_due_changes,
                is_confirmed=True,
            )

        try:
            run_write(make, verb, begins_itself=begins_itself)
        except Refusal as refusal:
            return refusal
        return None

    def read(self) -> dict[str, object]:
        """Return what the model knows, as the rows have it."""
        raise NotImplementedError

    def rows(self, sql: str, **values: object) -> list[tuple[Any, ...]]:
        """Return the rows of one statement."""
        self._connection.begin_reading()
        rows = [tuple(row) for row in execute_text(self._connection, sql, **values).fetchall()]
        self._connection.rollback()
        return rows


class ModelMachine(RuleBasedStateMachine):
    """A model beside real portals; the rules of a subclass do each step to all of them."""

    portals: ClassVar[Sequence[Any]] = ()
    model: Any

    @initialize()
    def begin(self) -> None:
        """Begin with a new model and with portals that are reset."""
        self.model = self.new_model()
        for portal in self.portals:
            portal.reset()

    def new_model(self) -> Any:
        """Return the model with which every example begins."""
        raise NotImplementedError

    def expected_rows(self) -> dict[str, object]:
        """Return what `RealPortal.read` has to return, by the model."""
        raise NotImplementedError

    def agree(
        self, expected: object, verb: Verb, *, now: datetime = START, begins_itself: bool = False
    ) -> None:
        """Run a verb on every portal and check that each answers what the model answered."""
        refusals = [portal.run(now, verb, begins_itself=begins_itself) for portal in self.portals]
        assert [self.answer(refusal) for refusal in refusals] == [expected] * len(self.portals)

    def answer(self, refusal: Refusal | None) -> object:
        """Return the answer of a portal as the model would give it: the code of its refusal."""
        return refusal.code if refusal else None

    @invariant()
    def rows_agree(self) -> None:
        """Check that the rows are what the model holds."""
        for portal in self.portals:
            assert portal.read() == self.expected_rows()


def run_beside_model(
    machine: type[ModelMachine], portals: Sequence[RealPortal], *, examples: int, steps: int
) -> None:
    """Run so many examples of so many steps on the model and on these portals, then close them."""
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with mock.patch.object(machine, "portals", portals):
        run_state_machine_as_test(machine, settings=how)
    for portal in portals:
        portal.close()
