"""The statements that list what one person sees, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Text
from sqlalchemy.orm import aliased
from sqlmodel import and_, case, col, exists, func, literal, or_, select, type_coerce, union_all

from lmsctl.content.model import CatalogRule, ContentGrant, ContentItem
from lmsctl.content.results import CatalogAudience, ContentKind, ContentStatus, GrantAudience
from lmsctl.department.model import Department
from lmsctl.enrollment.items.store.joining import ids_on_path, is_for, own_groups
from lmsctl.enrollment.model import Enrollment, EnrollmentReason
from lmsctl.enrollment.results import Phase, Reason
from lmsctl.enrollment.store import IS_ENROLLED
from lmsctl.group.model import Group
from lmsctl.kit import columns
from lmsctl.kit.statements import columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Visibility
from lmsctl.rights.store import in_scope, in_scope_or_above

# The department that keeps the group which a grant or a rule of the catalog names.
_KEEPER = aliased(Department)


def _visible_name(visibility: Visibility) -> ColumnElement[str | None]:
    """Return the name of a group or department, NULL where it is out of visibility."""
    return func.coalesce(
        case((in_scope(visibility.groups, _KEEPER.path), col(Group.name))),
        case(
            (in_scope_or_above(visibility.departments, Department.path), col(Department.full_name))
        ),
    )


# What somebody is enrolled in, and what is open to them ------------------------------------------


@dataclass(frozen=True, slots=True)
class CourseReason:
    """One item that a person sees, with one reason why.

    Either `reason` and its `reference`, or the `audience` of a grant, what that is called
    (`reference`), and the code of what was granted.
    """

    code: str
    kind: ContentKind
    title: str
    status: ContentStatus
    phase: Phase | None
    enrolled_at: datetime | None
    due_at: datetime | None
    completed_at: datetime | None
    reason: Reason | None
    audience: GrantAudience | None
    reference: str | None
    grant_code: str | None


@dataclass(frozen=True, slots=True)
class _OpenReason:
    """One reason why somebody sees an item; reasons with a lower `turn` come first."""

    item_id: int
    turn: int
    reason: Reason | None
    audience: GrantAudience | None
    reference: str | None
    grant_code: str | None


def list_course_reasons(
    work: Work, user_id: int, path: str, visibility: Visibility
) -> Iterator[CourseReason]:
    """Yield what the person in the department at `path` is enrolled in or may open, by code.

    An item comes once for each reason, those of the enrollment first; groups and departments to
    which it was given are named if they are in visibility.
    """
    why = union_all(
        _reasons_by_enrollment(user_id), _reasons_by_grant(user_id, path, visibility)
    ).cte("whys")
    is_open = and_(
        col(ContentItem.status) == ContentStatus.ACTIVE, col(ContentItem.kind) != ContentKind.FOLDER
    )
    return work.each(
        CourseReason,
        select(
            *columns_of(
                CourseReason,
                ContentItem,
                phase=col(Enrollment.phase),
                enrolled_at=col(Enrollment.enrolled_at),
                due_at=col(Enrollment.due_at),
                completed_at=col(Enrollment.completed_at),
                reason=why.c.reason,
                audience=why.c.audience,
                reference=why.c.reference,
                grant_code=why.c.grant_code,
            )
        )
        .select_from(why)
        .join(ContentItem, col(ContentItem.id) == why.c.item_id)
        .outerjoin(
            Enrollment,
            and_(
                col(Enrollment.item_id) == col(ContentItem.id),
                col(Enrollment.user_id) == user_id,
                col(Enrollment.canceled_at).is_(None),
            ),
        )
        .where(or_(col(Enrollment.id).is_not(None), is_open))
        .order_by(
            col(ContentItem.code_key),
            why.c.turn,
            why.c.reason,
            why.c.audience,
            why.c.reference,
            why.c.grant_code,
        ),
    )


def _reasons_by_enrollment(user_id: int) -> Any:
    """Return a SELECT of the reasons of a person's enrollments."""
    return (
        select(
            *columns_of(
                _OpenReason,
                EnrollmentReason,
                item_id=col(Enrollment.item_id),
                turn=literal(1, BigInteger),
                audience=literal(None, columns.Choice(GrantAudience)),
                grant_code=literal(None, Text),
            )
        )
        .join(Enrollment, col(Enrollment.id) == col(EnrollmentReason.enrollment_id))
        .where(col(Enrollment.user_id) == user_id, col(Enrollment.canceled_at).is_(None))
    )


def _reasons_by_grant(user_id: int, path: str, visibility: Visibility) -> Any:
    """Return a SELECT of the grants that open items to a person."""
    opened, granted = _open_items(user_id, path), aliased(ContentItem)
    return (
        select(
            *columns_of(
                _OpenReason,
                ContentGrant,
                item_id=opened.c.item_id,
                turn=literal(2, BigInteger),
                reason=literal(None, columns.Choice(Reason)),
                reference=_visible_name(visibility),
                grant_code=col(granted.code),
            )
        )
        .select_from(opened)
        .join(ContentGrant, col(ContentGrant.id) == opened.c.grant_id)
        .join(granted, col(granted.id) == col(ContentGrant.item_id))
        .outerjoin(Group, col(Group.id) == col(ContentGrant.group_id))
        .outerjoin(_KEEPER, col(_KEEPER.id) == col(Group.department_id))
        .outerjoin(Department, col(Department.id) == col(ContentGrant.department_id))
    )


def _open_items(user_id: int, path: str) -> CTE:
    """Return every item that is open to a person, with each grant that opens it.

    What lies in a folder and inherits is open to whomever the folder is open to.
    """
    granted = (
        select(ContentGrant.item_id, col(ContentGrant.id).label("grant_id"))
        .where(
            or_(
                col(ContentGrant.audience) == GrantAudience.ORGANIZATION,
                col(ContentGrant.user_id) == user_id,
                col(ContentGrant.group_id).in_(own_groups(user_id)),
                col(ContentGrant.department_id).in_(ids_on_path(path)),
            )
        )
        .cte("opened", recursive=True)
    )
    inherited = select(ContentItem.id, granted.c.grant_id).join(
        granted,
        and_(
            col(ContentItem.parent_id) == granted.c.item_id,
            col(ContentItem.is_inheriting),
        ),
    )
    return granted.union(inherited)


# The catalog -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OfferReason:
    """One item that the catalog offers to a person, by one rule; `name` is None for everybody."""

    code: str
    kind: ContentKind
    title: str
    is_enrolled: bool
    opening: CatalogAudience
    name: str | None


def list_offer_reasons(
    work: Work, user_id: int, path: str, type_: str, visibility: Visibility
) -> Iterator[OfferReason]:
    """Yield what the catalog offers a person of this type in the department at `path`, by code.

    Groups and departments to which it does are named if they are in visibility.
    """
    is_enrolled = exists().where(
        col(Enrollment.item_id) == col(ContentItem.id),
        col(Enrollment.user_id) == user_id,
        IS_ENROLLED,
    )
    return work.each(
        OfferReason,
        select(
            *columns_of(
                OfferReason,
                ContentItem,
                is_enrolled=is_enrolled,
                opening=col(CatalogRule.opening),
                name=func.coalesce(
                    type_coerce(col(CatalogRule.type), Text), _visible_name(visibility)
                ),
            )
        )
        .select_from(CatalogRule)
        .join(ContentItem, col(ContentItem.id) == col(CatalogRule.item_id))
        .outerjoin(Group, col(Group.id) == col(CatalogRule.group_id))
        .outerjoin(_KEEPER, col(_KEEPER.id) == col(Group.department_id))
        .outerjoin(Department, col(Department.id) == col(CatalogRule.department_id))
        .where(
            col(ContentItem.status) == ContentStatus.ACTIVE,
            is_for(user_id, path, type_),
        )
        .order_by(col(ContentItem.code_key), col(CatalogRule.id)),
    )
