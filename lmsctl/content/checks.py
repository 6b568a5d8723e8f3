"""What must hold between folders, pathways and what is in them."""

from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select

from lmsctl.content.model import ContentItem, PathwayItem
from lmsctl.content.results import ContentKind
from lmsctl.kit.check import Check
from lmsctl.kit.statements import example

_FOLDER = aliased(ContentItem)
_PATHWAY = aliased(ContentItem)
_INSIDE = aliased(ContentItem)

_TOP = (
    select(ContentItem.id)
    .where(col(ContentItem.parent_id).is_(None))
    .cte("reached", recursive=True)
)
_REACHED = _TOP.union(select(_INSIDE.id).join(_TOP, col(_INSIDE.parent_id) == _TOP.c.id))

CHECKS = (
    Check(
        "folders_hold_content",
        "Content lies in folders only.",
        select(example(ContentItem.code, " in ", _FOLDER.code))
        .select_from(ContentItem)
        .join(_FOLDER, col(_FOLDER.id) == col(ContentItem.parent_id))
        .where(col(_FOLDER.kind) != ContentKind.FOLDER),
    ),
    Check(
        "folders_form_no_circle",
        "Every folder can be reached from the top.",
        select(example(ContentItem.code)).where(col(ContentItem.id).not_in(select(_REACHED.c.id))),
    ),
    Check(
        "pathways_lead_over_items",
        "Only pathways have items, which are courses, topics and articles.",
        select(example(_PATHWAY.code, ": ", ContentItem.code))
        .select_from(PathwayItem)
        .join(_PATHWAY, col(_PATHWAY.id) == col(PathwayItem.pathway_id))
        .join(ContentItem, col(ContentItem.id) == col(PathwayItem.item_id))
        .where(
            or_(
                col(_PATHWAY.kind) != ContentKind.PATHWAY,
                col(ContentItem.kind).not_in(
                    [ContentKind.COURSE, ContentKind.TOPIC, ContentKind.ARTICLE]
                ),
            )
        ),
    ),
    Check(
        "pathway_positions_count",
        "The items of a pathway stand at 1, 2, 3 and so on.",
        select(example(_PATHWAY.code))
        .select_from(PathwayItem)
        .join(_PATHWAY, col(_PATHWAY.id) == col(PathwayItem.pathway_id))
        .group_by(col(_PATHWAY.id), col(_PATHWAY.code))
        .having(
            or_(
                func.count() != func.max(col(PathwayItem.position)),
                func.count(func.distinct(col(PathwayItem.position))) != func.count(),
            )
        ),
    ),
)
