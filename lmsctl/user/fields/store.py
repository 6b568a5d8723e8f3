"""The statements on custom fields, and on what people have in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import col, func, select
from sqlmodel import delete as delete_from

from lmsctl.kit import locks
from lmsctl.kit.statements import columns_of
from lmsctl.kit.work import Work
from lmsctl.user.fields.rules import FieldEntry, FieldRule
from lmsctl.user.model import CustomField, FieldValue

# So many values are an example.
_EXAMPLES = 5
_SELECT_FIELDS = select(*columns_of(FieldRule, CustomField)).order_by(col(CustomField.id))


def list_fields(work: Work) -> list[FieldRule]:
    """Return every custom field, in the order they were made."""
    return work.all(FieldRule, _SELECT_FIELDS)


def list_fields_for_share(work: Work) -> list[FieldRule]:
    """Return what `list_fields` does, and let nobody change them, while others may share them.

    This is for whoever gives people values.
    """
    return work.all(FieldRule, locks.for_share(work, _SELECT_FIELDS))


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from changing this custom field until we are done."""
    locks.lock_rows(work, CustomField, [id_])


def add(work: Work, **values: Any) -> int:
    """Insert a custom field and return its id."""
    return work.insert(CustomField, **values)


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one custom field."""
    work.update(CustomField, id_, **values)


def delete(work: Work, id_: int) -> int:
    """Delete a custom field; returns how many people's values went with it."""
    count = work.value(
        select(func.count()).select_from(FieldValue).where(col(FieldValue.field_id) == id_)
    )
    work.run(delete_from(CustomField).where(col(CustomField.id) == id_))
    return int(count)


def list_values_beyond(work: Work, field_id: int, choices: Sequence[str]) -> list[str]:
    """Return the first few values of a list field that are not among `choices`."""
    return work.values(
        select(FieldValue.value)
        .where(col(FieldValue.field_id) == field_id, col(FieldValue.value).not_in(choices))
        .distinct()
        .order_by(col(FieldValue.value))
        .limit(_EXAMPLES)
    )


@dataclass(frozen=True, slots=True)
class FieldText:
    """What a custom field of a person holds, with the name of the field."""

    name: str
    value: str


_SELECT_FIELD_VALUES = (
    select(*columns_of(FieldText, FieldValue, name=col(CustomField.name)))
    .select_from(FieldValue)
    .join(CustomField, col(CustomField.id) == col(FieldValue.field_id))
    .where(col(FieldValue.user_id) == bindparam("user"))
    .order_by(col(CustomField.id))
)


def list_values(work: Work, user_id: int) -> list[FieldText]:
    """Return what a person's custom fields hold, in the order of the fields."""
    return work.all(FieldText, _SELECT_FIELD_VALUES, user=user_id)


def find_user_id_by_value(work: Work, entry: FieldEntry) -> int | None:
    """Return the id of the person who has the same value in the same unique field, or None."""
    found: int | None = work.value(
        select(FieldValue.user_id).where(
            col(FieldValue.field_id) == entry.field_id,
            col(FieldValue.unique_key) == entry.unique_key,
        )
    )
    return found


def set_value(work: Work, user_id: int, entry: FieldEntry) -> None:
    """Set one custom field of one person; an empty value takes it away."""
    if not entry.value:
        work.run(
            delete_from(FieldValue).where(
                col(FieldValue.user_id) == user_id, col(FieldValue.field_id) == entry.field_id
            )
        )
        return
    values = {
        "user_id": user_id,
        "field_id": entry.field_id,
        "value": entry.value,
        "unique_key": entry.unique_key,
    }
    work.upsert(FieldValue, ("user_id", "field_id"), values)
