"""What must hold for the portal's row."""

from sqlmodel import col, func, select

from lmsctl.kit.check import Check
from lmsctl.kit.statements import example
from lmsctl.portal.model import Portal

_PORTALS = select(func.count().label("count")).select_from(Portal).subquery("found_portals")

CHECKS = (
    Check(
        "one_portal",
        "There is exactly one portal.",
        select(example(_PORTALS.c.count, " portals")).where(_PORTALS.c.count != 1),
    ),
    Check(
        "seats_within_plan",
        "No more seats are taken than the plan has.",
        select(example(Portal.seats_taken, " of ", Portal.seat_limit)).where(
            col(Portal.seats_taken) > col(Portal.seat_limit)
        ),
    ),
)
