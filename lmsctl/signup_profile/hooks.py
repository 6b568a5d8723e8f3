"""What the sign-up profile room does when something happens in a lower room."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from lmsctl.audit import actions as audit
from lmsctl.department import hookpoints as department_hookpoints
from lmsctl.kit import wall_clock
from lmsctl.kit.work import Work
from lmsctl.portal import hookpoints as portal_hookpoints
from lmsctl.registration import hookpoints as registration_hookpoints
from lmsctl.signup_profile.store import activations
from lmsctl.signup_profile.store import profiles as store


@registration_hookpoints.with_expiry_of_registrations.implement
def with_expiry_of_registrations(work: Work, ids: Sequence[int]) -> None:
    """Take back the activations of registrations that came to nothing."""
    activations.release_activations(work, ids)


@department_hookpoints.before_delete_of_department.implement
def before_delete_of_department(work: Work, ids: Sequence[int]) -> Iterator[str]:
    """Yield the profiles that go with their department."""
    for row in store.list_in_departments(work, ids):
        yield f"Goes too: sign-up profile {row.code} ({row.used} activations used)."


@department_hookpoints.with_delete_of_department.implement
def with_delete_of_department(work: Work, ids: Sequence[int]) -> None:
    """Delete the profiles of departments that go."""
    rows = store.list_in_departments(work, ids)
    store.delete(work, [row.id for row in rows])
    for row in rows:
        audit.record(work, "profile.deleted", f"profile {row.code}", because="department deleted")


@portal_hookpoints.after_change_of_zone.implement
def after_change_of_zone(work: Work, old: ZoneInfo, new: ZoneInfo) -> list[str]:
    """Return a sentence for every window whose local date reads differently in the new zone."""
    sentences = []
    for row in store.list_all(work):
        for word, moment in (("starts", row.starts_at), ("ends", row.ends_at)):
            if moment is None:
                continue
            before, after = wall_clock.show(moment, old), wall_clock.show(moment, new)
            if before.partition("T")[0] != after.partition("T")[0]:
                sentences.append(
                    f"Sign-up profile {row.code} {word} at the same instant, which now reads "
                    f"{after}, not {before}."
                )
    return sentences
