"""What a portal holds to learn from: content, trainings and their sessions."""

from collections.abc import Iterator

from sqlalchemy.orm import aliased
from sqlmodel import col, select

from lmsctl.content.model import CatalogRule, ContentGrant, ContentItem, PathwayItem
from lmsctl.department.model import Department
from lmsctl.kit.wall_clock import Amount, Unit
from lmsctl.kit.work import Work
from lmsctl.setup.rules.kinds import KINDS
from lmsctl.setup.rules.structures import PathwayStep, PlannedDay
from lmsctl.setup.rules.things import SetupThing
from lmsctl.setup.store.parts import audiences, parts, rows
from lmsctl.training.model import SessionDay, Training, TrainingOpening, TrainingSession
from lmsctl.user.model import User


def list_content(work: Work, *, with_people: bool) -> Iterator[SetupThing]:
    """Yield all items, grants to people only `with_people`."""
    items = parts(
        work,
        select(PathwayItem.pathway_id, ContentItem.code, PathwayItem.is_mandatory)
        .join(ContentItem, col(ContentItem.id) == col(PathwayItem.item_id))
        .order_by(col(PathwayItem.pathway_id), col(PathwayItem.position)),
    )
    grants = audiences(work, ContentGrant, "item_id", with_people=with_people)
    catalog = audiences(work, CatalogRule, "item_id")
    fields = KINDS["content"].fields
    folder = aliased(ContentItem)
    for row in work.tuples(
        rows(
            ContentItem.id,
            ContentItem.code,
            ContentItem.kind,
            ContentItem.title,
            folder.code,
            ContentItem.source,
            ContentItem.is_inheriting,
            ContentItem.status,
            ContentItem.due_days,
            ContentItem.due_on,
            col(ContentItem.link).is_not(None),
        )
        .outerjoin(folder, col(folder.id) == col(ContentItem.parent_id))
        .order_by(col(ContentItem.code_key))
    ):
        id_, code, kind, title, parent, source, inherits, status, days, day, has_link = row
        values = {
            "kind": kind,
            "title": title,
            "folder": parent,
            "source": source,
            "inherits": inherits,
            "status": status,
            "due-days": days,
            "due-on": day,
            "open-to": fields["open-to"].value.sort(grants[id_]),  # type: ignore[attr-defined]
            "catalog": fields["catalog"].value.sort(catalog[id_]),  # type: ignore[attr-defined]
            "open-link": has_link,
        }
        if kind == "folder":
            for name in ("source", "status", "due-days", "due-on", "open-link", "catalog"):
                del values[name]
        if kind == "pathway":
            values["items"] = tuple(
                PathwayStep(item, not is_mandatory) for item, is_mandatory in items[id_]
            )
        yield SetupThing("content", code, values)


def list_trainings(work: Work, *, with_people: bool) -> Iterator[SetupThing]:  # noqa: ARG001 - as all have it
    """Yield all trainings."""
    catalog = audiences(work, TrainingOpening, "training_id")
    sort = KINDS["training"].fields["catalog"].value
    for row in work.tuples(
        rows(
            Training.id,
            Training.code,
            Training.title,
            Department.full_name,
            Training.type,
            Training.time_zone,
            User.login,
            Training.description,
            Training.is_telling_supervisors,
            Training.is_locked,
            Training.registration_amount,
            Training.registration_unit,
            Training.cancellation_amount,
            Training.cancellation_unit,
        )
        .join(Department, col(Department.id) == col(Training.department_id))
        .outerjoin(User, col(User.id) == col(Training.organizer_id))
        .order_by(col(Training.code_key))
    ):
        (
            id_,
            code,
            title,
            department,
            type_,
            zone,
            organizer,
            about,
            tells,
            is_locked,
            *distances,
        ) = row
        yield SetupThing(
            "training",
            code,
            {
                "title": title,
                "department": department,
                "type": type_,
                "time-zone": str(zone),
                "organizer": organizer,
                "description": about or None,
                "notify-supervisors": tells,
                "locked": is_locked,
                "stop-registration": _distance(*distances[:2]),
                "stop-cancellations": _distance(*distances[2:]),
                "catalog": sort.sort(catalog[id_]),  # type: ignore[attr-defined]
            },
        )


def _distance(number: int | None, unit: str | None) -> str | None:
    return None if number is None or unit is None else str(Amount(number, Unit(unit)))


def list_sessions(work: Work, *, with_people: bool) -> Iterator[SetupThing]:  # noqa: ARG001 - as all have it
    """Yield all sessions, those of a training together."""
    days = parts(
        work,
        rows(
            SessionDay.session_id,
            SessionDay.starts_at,
            SessionDay.ends_at,
            SessionDay.place,
            SessionDay.url,
        ).order_by(col(SessionDay.session_id), col(SessionDay.starts_at), col(SessionDay.id)),
    )
    for id_, training, code, title, instructor, capacity, canceled_at in work.tuples(
        rows(
            TrainingSession.id,
            Training.code,
            TrainingSession.code,
            TrainingSession.title,
            TrainingSession.instructor,
            TrainingSession.capacity,
            TrainingSession.canceled_at,
        )
        .join(Training, col(Training.id) == col(TrainingSession.training_id))
        .order_by(col(Training.code_key), col(TrainingSession.code_key))
    ):
        yield SetupThing(
            "session",
            code,
            {
                "days": tuple(
                    PlannedDay(starts, ends - starts, place, url)
                    for starts, ends, place, url in days[id_]
                ),
                "capacity": capacity,
                "title": title,
                "instructor": instructor,
                "canceled": canceled_at is not None,
            },
            training,
        )
