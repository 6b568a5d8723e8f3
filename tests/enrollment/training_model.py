"""What a training with two sessions is, in a few plain values: the model of its stateful test."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lmsctl.training.results import Deadline
from tests.model_machine import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

NAMES = ["ann", "ben", "cat", "dan"]
Codes = list[str]


@dataclass
class Participation:
    """How a person of the model takes part."""

    session: str | None
    is_preselected: bool
    side: str
    access_at: datetime
    is_invited: bool = False
    has_result: bool = False
    attended: set[str] = field(default_factory=set)


@dataclass
class ModelSession:
    """A session of the model."""

    starts_at: datetime
    capacity: int | None = None
    over: int = 0


@dataclass
class Model:
    """What a training with two sessions is, in a few plain values; its zone is UTC."""

    now: datetime = START
    is_offered: bool = True
    is_locked: bool = False
    stops: dict[Deadline, int | None] = field(default_factory=dict)
    extensions: dict[tuple[str, Deadline], datetime] = field(default_factory=dict)
    active: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(NAMES, True))
    unreachable: set[str] = field(default_factory=set)
    were: set[str] = field(default_factory=set)
    parts: dict[str, Participation] = field(default_factory=dict)
    sessions: dict[str, ModelSession] = field(
        default_factory=lambda: {
            "a": ModelSession(START + 4 * DAY),
            "b": ModelSession(START + 9 * DAY),
        }
    )

    # Places

    def taken(self, code: str) -> int:
        """How many people are in a session."""
        return sum(part.session == code for part in self.parts.values())

    def free(self, code: str) -> float:
        """How many places are left."""
        capacity = self.sessions[code].capacity
        return float("inf") if capacity is None else max(0, capacity - self.taken(code))

    def settle(self) -> None:
        """Count anew who is over capacity."""
        for code, session in self.sessions.items():
            taken = self.taken(code)
            session.over = max(0, taken - session.capacity) if session.capacity else 0

    def note_invited(self) -> None:
        """Keep in mind who has had access, and so was invited."""
        for part in self.parts.values():
            part.is_invited = part.is_invited or part.access_at <= self.now

    def is_to_come(self, code: str) -> bool:
        """Whether a session is not over."""
        return self.now < self.sessions[code].starts_at + HOUR

    # Gates

    def is_ahead(self, code: str) -> bool:
        """Whether a session is to come."""
        return self.now < self.sessions[code].starts_at

    def stops_at(self, deadline: Deadline, code: str, name: str) -> datetime | None:
        """When a session stops for somebody."""
        days = self.stops.get(deadline)
        if days is None:
            return None
        stop = self.sessions[code].starts_at - days * DAY
        return max(stop, self.extensions.get((name, deadline), stop))

    def is_stopped(self, deadline: Deadline, code: str, name: str) -> bool:
        """Whether a session has stopped for somebody."""
        stop = self.stops_at(deadline, code, name)
        return stop is not None and self.now >= stop

    def waiting(self, name: str) -> Codes:
        """Return what keeps somebody from acting who has no access yet."""
        return ["access_to_come"] * (self.now < self.parts[name].access_at)

    def leaving(self, name: str) -> Codes:
        """Return what keeps somebody from leaving, in order."""
        part, locked = self.parts[name], ["participants_locked"] * self.is_locked
        if part.session is None:
            ahead = [code for code in self.sessions if self.is_ahead(code)]
            if not ahead:
                return [*self.waiting(name), *locked, "no_session_open"]
            is_over = all(self.is_stopped(Deadline.CANCELLATION, code, name) for code in ahead)
            return [*self.waiting(name), *locked, *["cancellations_stopped"] * is_over]
        is_over = self.is_stopped(Deadline.CANCELLATION, part.session, name)
        return [
            *self.waiting(name),
            *["session_preselected"] * part.is_preselected,
            *["session_begun"] * (not self.is_ahead(part.session)),
            *["attendance_recorded"] * (part.session in part.attended),
            *locked,
            *["cancellations_stopped"] * is_over,
        ]

    def coming(self, name: str, code: str) -> Codes:
        """Return what keeps somebody out of a session, in order."""
        return [
            *["session_begun"] * (not self.is_ahead(code)),
            *["registration_stopped"] * self.is_stopped(Deadline.REGISTRATION, code, name),
            *["session_full"] * (self.free(code) == 0),
        ]

    def joining(self, name: str, code: str | None) -> Codes:
        """Return what keeps somebody from joining, in order."""
        closed = ["training_not_offered"] * (not self.is_offered)
        if code is not None:
            return [*closed, *self.coming(name, code)]
        is_open = any(
            self.is_ahead(one) and not self.is_stopped(Deadline.REGISTRATION, one, name)
            for one in self.sessions
        )
        return [*closed, *["no_session_open"] * (not is_open)]

    def unfit(self, name: str, *, takes_part: bool) -> Codes:
        """Return what keeps somebody from acting at all."""
        if name not in self.active:
            return ["user_unknown"]
        if not self.active[name]:
            return ["person_not_active"]
        return ["participation_unknown"] * (takes_part and name not in self.parts)

    # Acts of learners

    def join(self, name: str, code: str | None) -> Codes:
        """Let a learner join."""
        if unfit := self.unfit(name, takes_part=False):
            return unfit
        if name in self.parts:
            is_same = code in {None, self.parts[name].session}
            return [] if is_same else ["takes_part_already"]
        if closed := self.joining(name, code):
            return closed
        self.parts[name] = Participation(code, False, "learner", self.now)
        self.were.add(name)
        return []

    def switch(self, name: str, code: str) -> Codes:
        """Let a learner switch."""
        if unfit := self.unfit(name, takes_part=True):
            return unfit
        part = self.parts[name]
        if part.session == code:
            return []
        going = ["result_recorded"] * part.has_result
        if part.session:
            going += self.leaving(name)
        else:
            going += [*self.waiting(name), *["participants_locked"] * self.is_locked]
        closed = [*going, *self.coming(name, code)]
        if not closed:
            part.session = code
        return closed

    def leave(self, name: str) -> Codes:
        """Let a learner leave."""
        closed = self.unfit(name, takes_part=True) or self.leaving(name)
        if not closed:
            del self.parts[name]
        return closed

    # Acts of administrators

    def enroll(
        self, names: Sequence[str], code: str | None, hours: int, *, over: bool, going: bool
    ) -> Codes:
        """Let an administrator enroll people: all or nobody, or as many as there are places."""
        # Whoever is unknown is told first.
        wrong = ["user_unknown" for name in names if name not in self.active]
        placed: list[str] = []
        for name in (name for name in names if name in self.active):
            verdict = self._verdict(name, code)
            if verdict is None and code and not over and self.free(code) <= len(placed):
                verdict = "session_full"
            if verdict is None:
                placed.append(name)
            elif verdict != "unchanged":
                wrong.append(verdict)
        if wrong and not going:
            return wrong
        for name in placed:
            if name in self.parts:
                self.parts[name].session = code
                self.parts[name].is_preselected = True
            else:
                access_at = self.now + hours * HOUR
                self.parts[name] = Participation(code, code is not None, "administrator", access_at)
                self.were.add(name)
        return []

    def _verdict(self, name: str, code: str | None) -> str | None:
        """Return what an enrollment comes to, None when it takes a place if one is needed."""
        part = self.parts.get(name)
        if not self.active[name]:
            return "person_not_active"
        if part is None:
            return None
        if code in {None, part.session}:
            return "unchanged"
        if part.session:
            return "session_second"
        return "result_recorded" if part.has_result else None

    def move(self, names: Sequence[str], code: str | None, *, over: bool) -> Codes:
        """Let an administrator give people another session, or none."""
        wrong = ["user_unknown" for name in names if name not in self.active]
        moved: list[str] = []
        known = [name for name in names if name in self.active]
        for name in known:
            part = self.parts.get(name)
            if part is None:
                wrong.append("participation_unknown")
            elif part.session == code:
                continue
            elif part.has_result:
                wrong.append("result_recorded")
            elif code and not over and self.free(code) <= len(moved):
                wrong.append("session_full")
            else:
                moved.append(name)
        for part in (self.parts[name] for name in known if not wrong):
            part.session, part.is_preselected = code, code is not None
        return wrong

    def cancel(self, names: Sequence[str]) -> Codes:
        """Let an administrator take people out."""
        wrong = ["user_unknown" for name in names if name not in self.active]
        known = [name for name in names if name in self.active]
        wrong += ["participation_unknown" for name in known if name not in self.were]
        if not wrong:
            for name in names:
                self.parts.pop(name, None)
        return wrong
