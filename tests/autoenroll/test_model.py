"""Whatever happens to people and rules, in whatever order: both databases agree with a model."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import rule

from lmsctl.autoenroll.actions import applying, keeping
from lmsctl.autoenroll.rules import RuleRequest
from lmsctl.bulk.actions.requests import FileImport
from lmsctl.bulk.actions.requests import ImportRequest as FileOrder
from lmsctl.content.actions import archiving
from lmsctl.enrollment.items.actions import canceling
from lmsctl.enrollment.rules import Selection
from lmsctl.enrollment.selection.rules import PairRequest
from lmsctl.group import actions as groups
from lmsctl.kit.work import Work
from lmsctl.user import actions as users
from lmsctl.user.importing import actions as file_actions
from lmsctl.user.results import UserStatus, UserType
from tests.conftest import Portal
from tests.content.test_items import create_item
from tests.model_machine import ModelMachine, RealPortal, run_beside_model

# Whom the rules of the model name; the word is the rule's code.
WANTED = {
    "deep": RuleRequest(department="Sales"),
    "flat": RuleRequest(department="Sales", is_deep=False),
    "other": RuleRequest(department="Other"),
    "group": RuleRequest(group="Pilots"),
    "client": RuleRequest(type=UserType.CLIENT),
}
PEOPLE = st.sampled_from(["ann", "ben"])
PLACES = st.sampled_from(["Sales", "Sales/EMEA", "Other"])
TYPES = st.sampled_from([UserType.STAFF, UserType.CLIENT])
ITEM = "lesson"
WORDS = st.sampled_from(sorted(WANTED))


@dataclass
class ModelPerson:
    """Somebody of the model."""

    place: str
    type: UserType
    is_active: bool = True
    is_pilot: bool = False

    def fits(self, word: str) -> bool:
        """Say whether the rule of that word is about them."""
        return {
            "deep": self.place.startswith("Sales"),
            "flat": self.place == "Sales",
            "other": self.place == "Other",
            "group": self.is_pilot,
            "client": self.type is UserType.CLIENT,
        }[word]


@dataclass
class Model:
    """Who is where, which rules on the one item there are, and what follows."""

    people: dict[str, ModelPerson] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    is_archived: bool = False
    alive: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    reasons: set[tuple[str, str]] = field(default_factory=set)
    waiting: set[tuple[str, str]] = field(default_factory=set)

    def reach(self, name: str, words: set[str]) -> None:
        """Let those of the rules reach somebody that are about them."""
        person = self.people[name]
        for word in self.rules:
            if word in words and person.fits(word):
                if person.is_active and not self.is_archived:
                    self.enroll(name, word)
                else:
                    self.waiting.add((word, name))

    def enroll(self, name: str, word: str) -> None:
        """Enroll somebody by a rule."""
        self.alive.add(name)
        self.known.add(name)
        self.reasons.add((name, word))
        self.waiting.discard((word, name))

    def change(self, name: str, **wanted: Any) -> None:
        """Make somebody, or change them, all at once; then rules reach them."""
        before = self.people.get(name)
        now = ModelPerson(**{**(vars(before) if before else {}), **wanted})
        self.people[name] = now
        words: set[str] = set()
        if before is None or before.place != now.place:
            places = {"deep", "flat", "other"}
            words |= {word for word in places if not (before and before.fits(word))}
        if before is None or before.type is not now.type:
            words.add("client")
        if now.is_pilot and not (before and before.is_pilot):
            words.add("group")
        self.reach(name, words)
        if before and now.is_active and not before.is_active:
            self.reach(name, {word for word, who in self.waiting if who == name})

    def forget(self, name: str) -> None:
        """Delete somebody."""
        del self.people[name]
        self.alive.discard(name)
        self.known.discard(name)
        self.reasons = {reason for reason in self.reasons if reason[0] != name}
        self.waiting = {pair for pair in self.waiting if pair[1] != name}


class RulePortal(RealPortal):
    """A portal with people and rules that enroll them."""

    RESET = (
        "DELETE FROM autoenroll_rules",
        "DELETE FROM enrollments",
        "DELETE FROM users WHERE login <> 'owner'",
        "UPDATE content_items SET status = 'active'",
        "UPDATE portals SET seats_taken = 0",
    )

    def read(self) -> dict[str, object]:
        """Return what the model knows, as the rows have it."""
        return {
            "alive": {
                name
                for (name,) in self.rows(
                    """
                    SELECT u.login FROM enrollments e JOIN users u ON u.id = e.user_id
                    WHERE e.canceled_at IS NULL
                    """
                )
            },
            "reasons": set(
                self.rows(
                    """
                    SELECT u.login, r.reference FROM enrollment_reasons r
                    JOIN enrollments e ON e.id = r.enrollment_id
                    JOIN users u ON u.id = e.user_id
                    """
                )
            ),
            "waiting": set(
                self.rows(
                    """
                    SELECT r.code, u.login FROM autoenroll_waiting w
                    JOIN autoenroll_rules r ON r.id = w.rule_id JOIN users u ON u.id = w.user_id
                    """
                )
            ),
        }


class Joining(ModelMachine):
    """The model beside a portal on SQLite and one on PostgreSQL; each step is done to all three."""

    folder: ClassVar[Path]
    model: Model

    def new_model(self) -> Model:
        """Return a portal with nobody and no rules."""
        return Model()

    @rule(name=PEOPLE, place=PLACES, type_=TYPES)
    def make_person(self, name: str, place: str, type_: UserType) -> None:
        """Make a person, or move and retype who is there."""
        if name not in self.model.people:
            self.model.change(name, place=place, type=type_)
            self.agree(
                None,
                lambda work: users.create(
                    work,
                    first_name="F",
                    last_name="L",
                    login=name,
                    department=place,
                    type_=type_,
                ),
            )
            return
        self.model.change(name, place=place)
        self.agree(None, lambda work: users.move(work, name, place))
        self.model.change(name, type=type_)
        self.agree(None, lambda work: users.edit(work, name, type_=type_))

    @rule(name=PEOPLE, is_in=st.booleans())
    def group(self, name: str, is_in: bool) -> None:
        """Put somebody into the group or take them out."""
        if name in self.model.people:
            self.model.change(name, is_pilot=is_in)
            act = groups.add_people if is_in else groups.remove_people
            self.agree(None, lambda work: act(work, "Pilots", [name]))

    @rule(name=PEOPLE, is_active=st.booleans())
    def switch(self, name: str, is_active: bool) -> None:
        """Activate or deactivate somebody."""
        if name in self.model.people:
            self.model.change(name, is_active=is_active)
            if is_active:
                self.agree(None, lambda work: users.activate(work, name))
            else:
                self.agree(
                    None, lambda work: users.end_account(work, name, UserStatus.INACTIVE, None)
                )

    @rule(name=st.just("ben"))
    def delete_person(self, name: str) -> None:
        """Delete somebody."""
        if name in self.model.people:
            self.model.forget(name)
            self.agree(None, lambda work: users.delete(work, name))

    @rule(
        rows=st.dictionaries(
            PEOPLE, st.tuples(PLACES, TYPES, st.booleans(), st.booleans()), min_size=1
        )
    )
    def take_in_file(self, rows: dict[str, tuple[str, UserType, bool, bool]]) -> None:
        """Import a file that says everything about some people, known or new."""
        lines = ["Login,First name,Last name,Department,Type,Status,Group"]
        for name, (place, type_, is_active, is_pilot) in rows.items():
            self.model.change(name, place=place, type=type_, is_active=is_active, is_pilot=is_pilot)
            status = UserStatus.ACTIVE if is_active else UserStatus.INACTIVE
            group = "Pilots" if is_pilot else "none"
            lines.append(f"{name},F,L,{place},{type_},{status},{group}")
        file = self.folder / "people.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")

        def take_in(work: Work) -> None:
            with FileImport(FileOrder(str(file))) as upload:
                file_actions.import_people(work, upload, wants_notices=False)

        self.agree(None, take_in, begins_itself=True)

    @rule(word=WORDS)
    def make_rule(self, word: str) -> None:
        """Make a rule."""
        model, expected = self.model, None
        twins = {"deep", "flat"} if word in {"deep", "flat"} else {word}
        if model.is_archived:
            expected = "content_archived"
        elif word in model.rules:
            expected = "autoenroll_exists"
        elif twins & set(model.rules):
            expected = "autoenroll_repeated"
        else:
            model.rules.append(word)
        self.agree(expected, lambda work: keeping.create(work, ITEM, WANTED[word], code=word))

    @rule(word=WORDS)
    def delete_rule(self, word: str) -> None:
        """Delete a rule; what it did stays."""
        model, expected = self.model, None
        if word in model.rules:
            model.rules.remove(word)
            model.waiting = {pair for pair in model.waiting if pair[0] != word}
        else:
            expected = "autoenroll_unknown"
        self.agree(expected, lambda work: keeping.delete(work, word))

    @rule(word=WORDS, is_for_all=st.booleans(), includes=st.booleans())
    def apply(self, word: str, is_for_all: bool, includes: bool) -> None:
        """Apply a rule by hand; who was taken out by hand stays out unless included."""
        model, expected = self.model, None
        if word not in model.rules:
            expected = "autoenroll_unknown"
        elif model.is_archived:
            expected = "content_archived"
        else:
            for name, person in model.people.items():
                is_waiting = (word, name) in model.waiting
                is_removed = name in model.known - model.alive and not is_waiting
                is_meant = person.fits(word) and (is_for_all or is_waiting)
                is_meant = is_meant and (includes or not is_removed)
                if is_meant and (name, word) not in model.reasons:
                    model.reach(name, {word})
        self.agree(
            expected,
            lambda work: applying.apply(
                work,
                word,
                is_for_all=is_for_all,
                includes_removed=includes,
                wants_notices=False,
            ),
        )

    @rule(name=PEOPLE)
    def cancel(self, name: str) -> None:
        """Cancel an enrollment."""
        model = self.model
        if name in model.people:
            expected = None if name in model.known else "enrollment_unknown"
            if name in model.alive:
                model.waiting = {pair for pair in model.waiting if pair[1] != name}
            model.alive.discard(name)
            model.reasons = {reason for reason in model.reasons if reason[0] != name}
            order = PairRequest(Selection([name]), [ITEM])
            self.agree(expected, lambda work: canceling.cancel(work, order))

    @rule(is_archiving=st.sampled_from([True, False, False, False]))
    def archive(self, is_archiving: bool) -> None:
        """Restore the item, or archive it; seldom, because little happens then."""
        self.model.is_archived = is_archiving
        act = archiving.archive if is_archiving else archiving.restore
        self.agree(None, lambda work: act(work, ITEM))

    def expected_rows(self) -> dict[str, object]:
        """Return the rows that the model stands for."""
        model = self.model
        return {"alive": model.alive, "reasons": model.reasons, "waiting": model.waiting}


def create_places(portal: Portal) -> Portal:
    """Create departments, a group and an item, and return the portal."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("department", "create", "Other")
    portal.ok("group", "create", "Pilots")
    create_item(portal, ITEM)
    return portal


@pytest.mark.parametrize("examples", [8, pytest.param(25, marks=pytest.mark.heavy)])
def test_both_databases_do_what_the_model_does(
    both_databases: list[Portal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, examples: int
) -> None:
    """Joining, leaving and becoming active, by hand and by file, while rules come and go."""
    monkeypatch.setattr(Joining, "folder", tmp_path, raising=False)
    portals = [RulePortal(create_places(portal)) for portal in both_databases]
    run_beside_model(Joining, portals, examples=examples, steps=40)
