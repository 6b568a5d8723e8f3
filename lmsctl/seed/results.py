"""What `seed` answers with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the portal holds now, in numbers; `seed` makes the same portal again."""

    seed: int
    people: int
    departments: int
    groups: int
    content: int
    profiles: int
    activations: int
    tokens: int
    redemptions: int
    trainings: int
    sessions: int
    enrollments: int
    events: int
