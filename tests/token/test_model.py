"""Whatever people do to tokens, in whatever order: both databases agree with a plain model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from lmsctl.content.actions import archiving
from lmsctl.kit import timewords
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal_actions
from lmsctl.registration import actions as registration
from lmsctl.registration.rules import Newcomer
from lmsctl.token.actions import deleting
from lmsctl.token.actions import tokens as token_actions
from lmsctl.token.redemption import actions as redemption
from lmsctl.user import actions as users
from lmsctl.user.results import UserStatus
from tests.conftest import Portal
from tests.model_machine import START, ModelMachine, RealPortal, Verb, run_beside_model
from tests.tokens import create_items

PEOPLE = st.sampled_from(["ann", "ben", "cat", "dan"])
CODES = st.sampled_from(["one", "two"])
ITEMS = st.sampled_from(["topic", "article"])


@dataclass
class ModelToken:
    """A token of the model."""

    item: str
    limit: int | None
    expires_at: datetime | None
    uses: int = 0
    is_on: bool = True


@dataclass
class Model:
    """A portal with tokens as a few plain values."""

    now: datetime = START
    is_open: bool = True
    plan: int | None = None
    status: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, ModelToken] = field(default_factory=dict)
    enrolled: set[tuple[str, str]] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    mailed: set[str] = field(default_factory=set)
    invited: int = 0
    ledger: int = 0

    @property
    def seats(self) -> int:
        """How many people are active, the owner included."""
        return 1 + sum(status == "active" for status in self.status.values())

    @property
    def is_full(self) -> bool:
        """Whether no seat is left."""
        return self.plan is not None and self.seats >= self.plan

    def change_person(self, who: str, verb: str) -> str | None:
        """Activate, deactivate or delete a person; returns the code of the refusal."""
        if who not in self.status:
            return "user_unknown"
        if verb == "activate" and self.status[who] != "active" and self.is_full:
            return "plan_full"
        if verb == "delete":
            del self.status[who]
            self.mailed.discard(who)
            self.enrolled = {pair for pair in self.enrolled if pair[0] != who}
        else:
            self.status[who] = "active" if verb == "activate" else "inactive"
        return None

    def redeem(self, name: str, code: str) -> str | None:
        """Let a person redeem a token; returns the code of the refusal."""
        token = self.tokens.get(code)
        if token is None:
            return "token_unknown"
        closed = self._closed(token, name)
        if closed or (name, token.item) in self.enrolled:
            return closed
        if token.limit is not None and token.uses >= token.limit:
            return "token_used_up"
        if name not in self.status:
            if self.is_full:
                return "plan_full"
            self.status[name] = "active"
            self.mailed.add(name)
            self.invited += 1
        token.uses += 1
        self.ledger += 1
        self.enrolled.add((name, token.item))
        return None

    def _closed(self, token: ModelToken, name: str) -> str | None:
        if not self.is_open:
            return "registration_off"
        if not token.is_on:
            return "token_disabled"
        if token.expires_at is not None and self.now > token.expires_at:
            return "token_expired"
        if token.item in self.archived:
            return "content_archived"
        return "redeemer_not_active" if self.status.get(name) == "inactive" else None


class TokenPortal(RealPortal):
    """A portal with items and tokens."""

    RESET = (
        "DELETE FROM redemptions",
        "DELETE FROM tokens",
        "DELETE FROM enrollments",
        "DELETE FROM notifications",
        "DELETE FROM users WHERE login <> 'owner'",
        "UPDATE content_items SET status = 'active'",
        "UPDATE portals SET seats_taken = 0, seat_limit = NULL, told_percent = 0",
    )

    def set_up(self) -> None:
        """Switch self-registration on."""
        self.run(START, lambda work: registration.set_switches(work, is_on=True))

    def read(self) -> dict[str, object]:
        """Return what the model knows, as the rows have it."""
        return {
            "people": dict(self.rows("SELECT email, status FROM users WHERE email IS NOT NULL")),
            "tokens": {
                code: (uses, limit, bool(is_on))
                for code, uses, limit, is_on in self.rows(
                    "SELECT code, uses, use_limit, is_active FROM tokens"
                )
            },
            "enrolled": set(
                self.rows(
                    """
                    SELECT u.email, c.code FROM enrollments e
                    JOIN users u ON u.id = e.user_id JOIN content_items c ON c.id = e.item_id
                    """
                )
            ),
            "ledger": self.rows("SELECT count(*) FROM redemptions"),
            "invited": self.rows("SELECT count(*) FROM redemptions WHERE is_new_person"),
            "mails": set(
                self.rows("SELECT DISTINCT address FROM notifications WHERE kind = 'invitation'")
            ),
            "seats": self.rows("SELECT seats_taken FROM portals"),
        }


class Tokens(ModelMachine):
    """The model beside a portal on SQLite and one on PostgreSQL; each step is done to all three."""

    model: Model

    def new_model(self) -> Model:
        """Return a portal without tokens or people that lets people register."""
        return Model()

    def check(self, expected: str | None, verb: Verb) -> None:
        """Run a verb now; every portal must answer what the model answered."""
        self.agree(expected, verb, now=self.model.now)

    @rule(name=PEOPLE, code=CODES)
    def redeem(self, name: str, code: str) -> None:
        """Redeem a token."""
        newcomer = Newcomer(address(name), "F", "L")
        expected = self.model.redeem(address(name), code)
        self.check(expected, lambda work: redemption.redeem(work, code.upper(), newcomer))

    @rule(code=CODES, item=ITEMS, limit=st.sampled_from([None, 1, 2]), days=st.integers(-1, 3))
    def create(self, code: str, item: str, limit: int | None, days: int) -> None:
        """Make a token; a day less than none is no expiry."""
        model, expected = self.model, None
        expires_at = None if days < 0 else model.now + timedelta(days=days)
        if item in model.archived:
            expected = "content_archived"
        elif code in model.tokens:
            expected = "token_exists"
        else:
            model.tokens[code] = ModelToken(item, limit, expires_at)
        self.check(
            expected,
            lambda work: token_actions.create(
                work,
                given_content=item,
                code=code,
                limit=str(limit or "unlimited"),
                expires=timewords.parse(f"+{days}d" if days >= 0 else "never"),
            ),
        )

    @rule(code=CODES, limit=st.sampled_from([None, 1, 2, 3]))
    def limit(self, code: str, limit: int | None) -> None:
        """Change a limit."""
        token, expected = self.model.tokens.get(code), None
        if token is None:
            expected = "token_unknown"
        elif limit is not None and limit < token.uses:
            expected = "token_limit_below_uses"
        else:
            token.limit = limit
        self.check(
            expected, lambda work: token_actions.edit(work, code, limit=str(limit or "unlimited"))
        )

    @rule(code=CODES, is_on=st.booleans())
    def switch(self, code: str, is_on: bool) -> None:
        """Pause a token or let it work again."""
        token = self.model.tokens.get(code)
        if token:
            token.is_on = is_on
        expected = None if token else "token_unknown"
        self.check(expected, lambda work: token_actions.switch(work, code, is_on=is_on))

    @rule(code=CODES)
    def destroy(self, code: str) -> None:
        """Destroy a token."""
        expected = None if self.model.tokens.pop(code, None) else "token_unknown"
        self.check(expected, lambda work: deleting.delete(work, [code]))

    @rule(name=PEOPLE)
    def make_person(self, name: str) -> None:
        """Let an administrator make a person, inactive when the plan is full."""
        model, expected = self.model, None
        if address(name) in model.status:
            expected = "email_taken"
        else:
            model.status[address(name)] = "inactive" if model.is_full else "active"
        self.check(
            expected,
            lambda work: users.create(work, first_name="F", last_name="L", email=address(name)),
        )

    @rule(name=PEOPLE, verb=st.sampled_from(["activate", "deactivate", "delete"]))
    def change_person(self, name: str, verb: str) -> None:
        """Let an administrator activate, deactivate or delete a person."""
        who = address(name)
        verbs: dict[str, Callable[[Work], object]] = {
            "activate": lambda work: users.activate(work, who),
            "deactivate": lambda work: users.end_account(work, who, UserStatus.INACTIVE, None),
            "delete": lambda work: users.delete(work, who),
        }
        self.check(self.model.change_person(who, verb), verbs[verb])

    @rule(hours=st.integers(1, 48))
    def pass_time(self, hours: int) -> None:
        """Let time pass; nothing has to happen for it."""
        self.model.now += timedelta(hours=hours)

    @rule(is_open=st.booleans())
    def registration(self, is_open: bool) -> None:
        """Switch self-registration on or off."""
        self.model.is_open = is_open
        self.check(None, lambda work: registration.set_switches(work, is_on=is_open))

    @rule(plan=st.sampled_from([None, 2, 3, 4]))
    def plan(self, plan: int | None) -> None:
        """Change the plan."""
        expected = None
        if plan is not None and plan < self.model.seats:
            expected = "plan_below_taken"
        else:
            self.model.plan = plan
        words = [f"plan.max-active-users={plan or 'unlimited'}"]
        self.check(expected, lambda work: portal_actions.set_settings(work, words))

    @rule(item=ITEMS, is_archiving=st.booleans())
    def archive(self, item: str, is_archiving: bool) -> None:
        """Archive an item or restore it."""
        if is_archiving:
            self.model.archived.add(item)
            self.check(None, lambda work: archiving.archive(work, item))
        else:
            self.model.archived.discard(item)
            self.check(None, lambda work: archiving.restore(work, item))

    def expected_rows(self) -> dict[str, object]:
        """Return the rows that the model stands for."""
        model = self.model
        return {
            "people": model.status,
            "tokens": {c: (t.uses, t.limit, t.is_on) for c, t in model.tokens.items()},
            "enrolled": model.enrolled,
            "ledger": [(model.ledger,)],
            "invited": [(model.invited,)],
            "mails": {(who,) for who in model.mailed},
            "seats": [(model.seats if model.plan is not None else 0,)],
        }


def address(name: str) -> str:
    """Return the address of a person."""
    return f"{name}@example.com"


@pytest.mark.parametrize("examples", [10, pytest.param(30, marks=pytest.mark.heavy)])
def test_both_databases_do_what_the_model_does(both_databases: list[Portal], examples: int) -> None:
    """Redeeming, making, changing, pausing and destroying tokens while people and time go on."""
    portals = [TokenPortal(create_items(portal)) for portal in both_databases]
    run_beside_model(Tokens, portals, examples=examples, steps=30)
