"""Defining the custom fields that every person has."""

from collections.abc import Iterator, Mapping, Sequence

from lmsctl.audit import actions as audit
from lmsctl.kit import canonical
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.user.fields import rules, store
from lmsctl.user.fields.errors import FieldChoicesInUse, FieldExists, FieldUnknown, FieldValueTaken
from lmsctl.user.fields.results import Field, FieldKind
from lmsctl.user.fields.rules import FieldEntry, FieldRule


def create(
    work: Work, name: str, kind: FieldKind, *, is_required: bool, choices: Sequence[str]
) -> Field:
    """Define a custom field; needs `field.manage` everywhere.

    Raises FieldExists and FieldChoicesWrong.
    """
    rights.require_everywhere(work, "field.manage")
    work.about = f"field {name}"
    text = _checked_name(work, name)
    store.add(
        work,
        name=text,
        name_key=canonical.key(text),
        kind=kind,
        is_required=is_required,
        choices_json=rules.check_choices(kind, choices),
    )
    audit.record(work, "field.created", f"field {text}", kind=kind)
    return _to_result(_get(work, text))


def find_conflicting(work: Work, name: str) -> Field | None:
    """Return the custom field of that name, or None; needs `field.manage` everywhere."""
    rights.require_everywhere(work, "field.manage")
    found = _find(work, name)
    return _to_result(found) if found else None


def list_fields(work: Work) -> Iterator[Field]:
    """Return every custom field, in the order they were made; needs `user.view` somewhere."""
    rights.require(work, "user.view")
    return (_to_result(rule) for rule in store.list_fields(work))


def edit(  # noqa: PLR0913 - one keyword for each thing that can change
    work: Work,
    name: str,
    *,
    new_name: str | None = None,
    kind: FieldKind | None = None,
    is_required: bool | None = None,
    choices: Sequence[str] = (),
) -> tuple[Field, bool]:
    """Rename a field, require it or not, or replace its choices; returns it and whether it changed.

    What people have stays; it is asked for the next time they are made or changed. A field's kind
    stays too: FieldExists when `kind` is another. Raises FieldUnknown, FieldExists,
    FieldChoicesWrong and FieldChoicesInUse.
    """
    rule = _get_for_update(work, name)
    if kind not in {None, rule.kind}:
        raise FieldExists(name=rule.name, field="kind")
    wanted: dict[str, object] = {}
    if new_name is not None and canonical.trim(new_name) != rule.name:
        text = _checked_name(work, new_name, besides=rule.id)
        wanted.update(name=text, name_key=canonical.key(text))
    if is_required is not None and is_required != rule.is_required:
        wanted["is_required"] = is_required
    if choices:
        texts = rules.check_choices(rule.kind, choices)
        beyond = store.list_values_beyond(work, rule.id, texts)
        if beyond:
            raise FieldChoicesInUse(name=rule.name, values=beyond)
        if texts != rule.choices_json:
            wanted["choices_json"] = texts
    if wanted:
        store.change(work, rule.id, **wanted)
        audit.record(work, "field.changed", f"field {rule.name}", changed=sorted(wanted))
    return _to_result(_get(work, str(wanted.get("name", rule.name)))), bool(wanted)


def delete(work: Work, name: str) -> str:
    """Delete a custom field with everybody's values, after a confirmation; returns its name."""
    rule = _get_for_update(work, name)
    work.confirm(f"Delete the field '{rule.name}' and what people have in it?")
    count = store.delete(work, rule.id)
    audit.record(work, "field.deleted", f"field {rule.name}", values=count)
    return rule.name


def _get_for_update(work: Work, name: str) -> FieldRule:
    """Return a custom field, locked; needs `field.manage`. Raises FieldUnknown."""
    work.about = f"field {name}"

    def get() -> FieldRule:
        rights.require_everywhere(work, "field.manage")
        return _get(work, name)

    return rights.get_for_update(work, get, store.lock)


def _checked_name(work: Work, name: str, *, besides: int | None = None) -> str:
    """Return a name that no other field has; raises FieldExists and FieldNameTaken."""
    text = canonical.check_text(name, field="name", max_chars=100)
    rules.check_field_name(text)
    found = _find(work, text)
    if found and found.id != besides:
        raise FieldExists(name=found.name, field="name")
    return text


def _find(work: Work, name: str) -> FieldRule | None:
    """Return the custom field of that name, or None."""
    key = canonical.key(name)
    return next((rule for rule in store.list_fields(work) if rule.name_key == key), None)


def _get(work: Work, name: str) -> FieldRule:
    """Return the custom field of that name; raises FieldUnknown, which names the nearest."""
    found = _find(work, name)
    if found is None:
        guess = canonical.nearest(name, [rule.name for rule in store.list_fields(work)])
        raise FieldUnknown(name=name, advice=f"Did you mean '{guess}'? " if guess else "")
    return found


def _to_result(rule: FieldRule) -> Field:
    """Return a custom field as it is shown."""
    return Field(rule.id, rule.name, rule.kind, rule.is_required, rule.choices_json)


def set_values(
    work: Work, user_id: int, current: Mapping[str, str], entries: Sequence[FieldEntry]
) -> list[str]:
    """Write those of `entries` that differ from `current`, a person's values by field name.

    Returns the names of the fields that changed. Raises FieldValueTaken.
    """
    changed = [entry for entry in entries if current.get(entry.name, "") != entry.value]
    for entry in changed:
        if entry.unique_key and store.find_user_id_by_value(work, entry) not in {None, user_id}:
            raise FieldValueTaken(name=entry.name, value=entry.value, field=entry.name)
        store.set_value(work, user_id, entry)
    return [entry.name for entry in changed]
