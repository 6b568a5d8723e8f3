"""What the user room announces to the rooms above it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from lmsctl.kit.hooks import Hook
from lmsctl.kit.work import Work

# Joining -----------------------------------------------------------------------------------------


@Hook
def wants_who_joins(work: Work) -> bool:
    """Return whether it matters who joins what, for callers who have to look that up first."""
    raise NotImplementedError


@Hook
def after_join_of_department(work: Work, came_from: Mapping[int, int | None]) -> None:
    """Do what follows from people having joined their department.

    `came_from` gives for the id of each the department they were in before; None for who is new.
    """


@Hook
def after_join_of_group(work: Work, added: Sequence[tuple[int, int]]) -> None:
    """Do what follows from people having joined groups: pairs of the group's id and theirs."""


@Hook
def after_change_of_type(work: Work, ids: Sequence[int]) -> None:
    """Do what follows from people being new, or of another type than before."""


@Hook
def after_becoming_active(work: Work, ids: Sequence[int]) -> None:
    """Do what follows from people having become active who were not."""


@Hook
def after_return_of_users(work: Work, ids: Sequence[int]) -> int:
    """Send people who are active again what they missed; returns how many messages there are."""
    raise NotImplementedError


# Registration ------------------------------------------------------------------------------------


@Hook
def with_confirmation_of_users(work: Work, ids: Sequence[int]) -> None:
    """Note that people who waited are confirmed, by whatever way."""


@Hook
def with_expiry_of_users(work: Work, ids: Sequence[int]) -> None:
    """Take leave of people who never confirmed and are about to be deleted."""


# The end of an account ---------------------------------------------------------------------------


@Hook
def places_of_user(work: Work, user_id: int, at: datetime) -> list[str]:
    """Return the names of the sessions beginning after `at` in which a person has a place."""
    raise NotImplementedError


@Hook
def count_places_of_users(work: Work, ids: Sequence[int]) -> int:
    """Return how many places in sessions to come these people have."""
    raise NotImplementedError


@Hook
def with_end_of_trainings(work: Work, user_id: int, at: datetime) -> list[str]:
    """Take a person out of the trainings that would go on after `at`; returns their names."""
    raise NotImplementedError


@Hook
def records_of_user(work: Work, user_id: int) -> dict[str, int]:
    """Return what belongs to a person alone and goes with them: how many of each."""
    raise NotImplementedError


@Hook
def with_delete_of_user(work: Work, user_id: int) -> None:
    """Take leave of a person who is about to be deleted."""
