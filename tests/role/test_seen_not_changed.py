"""What somebody sees but may not change is forbidden; what they do not see is not there."""

import shlex

import pytest

from lmsctl.rights.rules import PERMISSIONS
from tests.conftest import Portal

# Made in Own and in Other, by whoever may do everything.
_MADE = (
    "department create {place}",
    "department create Sub --parent {place}",
    "user create --login user-{place} --first-name F --last-name L --department {place}",
    "group create group-{place} --department {place}",
    "content create --kind topic --code topic-{place} --title T",
    "signup-profile create P --code profile-{place} --department {place} {until}",
    "autoenroll create --content topic-{place} --department {place} --code rule-{place}",
    "training create T --code training-{place} --department {place}",
    "session create training-{place} --code first --starts 2026-05-01T09:00 --duration 1h",
)
# Each with the permission that it takes over what {place} names, and how that is not there.
CHANGES = (
    ("training.manage", "training edit training-{place} --title N", "training_unknown"),
    ("training.manage", "training delete training-{place} --yes", "training_unknown"),
    (
        "training.manage",
        "session create training-{place} --code new --starts now --duration 1h",
        "",
    ),
    ("training.manage", "session edit training-{place} first --capacity 3", "training_unknown"),
    ("training.manage", "session cancel training-{place} first", "training_unknown"),
    ("training.manage", "session attendance training-{place} first", "training_unknown"),
    ("training.enroll", "training lock training-{place}", "training_unknown"),
    ("training.enroll", "training set-deadlines training-{place} --stop-registration 1d", ""),
    ("training.enroll", "enroll --user user-{place} --training training-Own", "user_unknown"),
    ("enrollment.manage", "enroll --user user-{place} --content topic-Own", "user_unknown"),
    ("enrollment.manage", "enrollment join --user user-{place} --training training-Own", ""),
    ("enrollment.manage", "autoenroll delete rule-{place} --yes", "autoenroll_unknown"),
    ("enrollment.manage", "autoenroll apply rule-{place} --yes", "autoenroll_unknown"),
    ("progress.manage", "progress record --user user-{place} --event signed-in", "user_unknown"),
    ("department.manage", "department edit {place} --name N", "department_unknown"),
    ("department.manage", "department move {place}/Sub --parent Own", "department_unknown"),
    ("department.manage", "department delete {place}/Sub --yes", "department_unknown"),
    ("department.manage", "department create N --parent {place}", "department_unknown"),
    ("user.manage", "user edit user-{place} --first-name N", "user_unknown"),
    ("user.manage", "user move user-Own --department {place}", "department_unknown"),
    ("user.manage", "user activate user-{place}", "user_unknown"),
    ("user.manage", "user deactivate user-{place}", "user_unknown"),
    ("user.manage", "user delete user-{place} --yes", "user_unknown"),
    ("group.manage", "group edit group-{place} --name N", "group_unknown"),
    ("group.manage", "group add group-{place} user-Own", "group_unknown"),
    ("group.manage", "group add group-Own user-{place}", "user_unknown"),
    ("group.manage", "group delete group-{place} --yes", "group_unknown"),
    ("profile.manage", "signup-profile edit profile-{place} --name N", "profile_unknown"),
    ("profile.manage", "signup-profile rotate profile-{place}", "profile_unknown"),
    ("profile.manage", "signup-profile delete profile-{place} --yes", "profile_unknown"),
    ("role.manage", "role grant user-{place} supervisor --department Own", "user_unknown"),
    ("content.manage", "content edit topic-{place} --title N", "content_unknown"),
    ("content.manage", "content archive topic-{place}", "content_unknown"),
)
_NOT_LOCAL = {"portal.owner", "portal.settings", "db.manage", "token.manage", "content.manage"}


@pytest.fixture
def portal_with_keeper(portal: Portal) -> Portal:
    """Return a portal in which 'kim' keeps everything in Own, and sees everything everywhere."""
    for place in ("Own", "Other"):
        for line in _MADE:
            portal.ok(*shlex.split(line.format(place=place, until="--ends never --activations 3")))
    keeping = sorted(PERMISSIONS.keys() - _NOT_LOCAL)
    seeing = [name for name in keeping if name.endswith(".view")]
    portal.ok("user", "create", "--login", "kim", "--first-name", "K", "--last-name", "M")
    for role, permissions, place in (("keeper", keeping, "Own"), ("seer", seeing, "/")):
        wanted = [word for name in permissions for word in ("--permission", name)]
        portal.ok("role", "create", role, *wanted)
        portal.ok("role", "grant", "kim", role, "--department", place)
    return portal


def test_what_is_seen_and_not_ones_own_to_change_is_forbidden(portal_with_keeper: Portal) -> None:
    """In every room alike; the refusal names the permission, what it is for, and the thing."""
    for permission, line, _ in CHANGES:
        words = shlex.split(line.format(place="Other"))
        ran = portal_with_keeper.run("--as", "kim", "-n", *words)
        assert ran.status == 8, (line, ran.err)
        assert f'{permission} ("{PERMISSIONS[permission]}") for \'' in ran.err, line


def test_what_is_not_seen_is_not_there(portal_with_keeper: Portal) -> None:
    """One answer for what is out of sight and for what does not exist."""
    portal_with_keeper.ok("role", "revoke", "kim", "seer")
    for permission, line, code in CHANGES:
        # Whoever may enroll people sees every training; content is seen by everybody who sees any.
        if permission.startswith(("training", "content")) or not code:
            continue
        words = shlex.split(line.format(place="Other"))
        assert portal_with_keeper.refused("--as", "kim", "-n", *words) == code, line
    for _, line, code in CHANGES:
        if code:
            words = shlex.split(line.replace("{place}", "Nowhere"))
            assert portal_with_keeper.refused("--as", "kim", "-n", *words) == code, line
