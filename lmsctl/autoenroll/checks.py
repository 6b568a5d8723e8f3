"""What must hold of rules that enroll whoever joins."""

from sqlmodel import col, select

from lmsctl.autoenroll.model import AutoenrollRule
from lmsctl.content.model import ContentItem
from lmsctl.content.results import ContentKind
from lmsctl.kit.check import Check
from lmsctl.kit.statements import example

CHECKS = (
    Check(
        "rules_enroll_in_items",
        "No auto-enrollment rule enrolls in a folder.",
        select(example(AutoenrollRule.code, ": ", ContentItem.code))
        .select_from(AutoenrollRule)
        .join(ContentItem, col(ContentItem.id) == col(AutoenrollRule.item_id))
        .where(col(ContentItem.kind) == ContentKind.FOLDER),
    ),
)
