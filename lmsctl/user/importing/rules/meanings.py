"""What cells of a file of people say, so that the file is known again."""

from collections.abc import Iterable

from lmsctl.bulk.rules import Meaning
from lmsctl.kit import canonical, celltimes
from lmsctl.kit.celltimes import DateOrder
from lmsctl.user.fields import rules as field_rules
from lmsctl.user.fields.results import FieldKind
from lmsctl.user.fields.rules import FieldRule


def meanings(fields: Iterable[FieldRule], dates: DateOrder) -> dict[str, Meaning]:
    """Return what cells say that can say it in several ways, by their columns."""
    words = ("type", "status", "department", "group", "add_to_group", "supervisor")
    custom: dict[FieldKind, Meaning] = {
        FieldKind.DATE: lambda cell: celltimes.meaning(cell, dates),
        FieldKind.LIST: canonical.key,
        FieldKind.NUMBER: field_rules.number_meaning,
    }
    return {
        **dict.fromkeys(words, canonical.key),
        **{rule.name: custom[rule.kind] for rule in fields if rule.kind in custom},
    }
