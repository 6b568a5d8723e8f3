"""The SQL of the autoenroll room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lmsctl.autoenroll.errors import AutoenrollUnknown
from lmsctl.autoenroll.rules import Fitting, Rule
from lmsctl.kit import canonical
from lmsctl.kit.errors import Ambiguous
from lmsctl.kit.work import Work
from lmsctl.rights.rules import ANYWHERE, EVERYWHERE, Scope
from lmsctl.user.store import IS_ALIVE, STATUS_NOW

_LONGEST_NUMBER = 18

# Whether the rule `r`, whose department is `d`, is about the person `u` in the department `ud`.
_IN_DEPARTMENT = """
    (r.department_id = u.department_id OR (r.is_deep AND ud.path LIKE d.path || '%'))
"""
_IN_GROUP = """
    EXISTS (SELECT 1 FROM group_members m WHERE m.group_id = r.group_id AND m.user_id = u.id)
"""
_OF_TYPE = "r.type = u.type"
_FITS = f"({_OF_TYPE} OR {_IN_DEPARTMENT} OR {_IN_GROUP})"
# A rule lies where its department or its group's department lies; one by type lies everywhere.
_PLACE = f"COALESCE(d.path, gd.path, '{EVERYWHERE}')"

# Rules -------------------------------------------------------------------------------------------


def _rules(scope: Scope) -> str:
    return f"""
        SELECT r.id, r.code, r.item_id, i.code AS content, i.title, i.status AS content_status,
               r.target, COALESCE(r.type, g.name, d.full_name) AS name, r.is_deep,
               (SELECT count(*) FROM autoenroll_waiting w
                JOIN users u ON u.id = w.user_id
                JOIN departments ud ON ud.id = u.department_id
                WHERE w.rule_id = r.id AND {IS_ALIVE} AND {_FITS} AND {scope.clause("ud.path")}
               ) AS waiting, r.created_at
        FROM autoenroll_rules r
        JOIN content_items i ON i.id = r.item_id
        LEFT JOIN departments d ON d.id = r.department_id
        LEFT JOIN user_groups g ON g.id = r.group_id
        LEFT JOIN departments gd ON gd.id = g.department_id
        WHERE {scope.clause(_PLACE)}
    """


def find(work: Work, given: str, scope: Scope) -> Rule | None:
    """Return the rule with that code or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` is the code of one and the number of another.
    """
    digits = canonical.trim(given)
    is_number = digits.isascii() and digits.isdigit() and len(digits) < _LONGEST_NUMBER
    found = work.all(
        Rule,
        f"{_rules(scope)} AND (r.code_key = :code OR r.id = :number) ORDER BY r.id",
        code=canonical.key(given),
        number=int(digits) if is_number else None,
        now=work.now,
    )
    if len(found) > 1:
        raise Ambiguous(given=given, what="auto-enrollment rule")
    return found[0] if found else None


def get(work: Work, given: str, scope: Scope) -> Rule:
    """Return what `find` finds; raises AutoenrollUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise AutoenrollUnknown(given=canonical.excerpt(given))
    return found


def lock(work: Work, number: int) -> None:
    """Keep everybody else from changing this rule until we are done."""
    work.value(f"SELECT id FROM autoenroll_rules WHERE id = :id{work.for_update}", id=number)


def by_id(work: Work, number: int) -> Rule:
    """Return the rule with that id; raises AutoenrollUnknown when it has just gone."""
    found = work.one(Rule, f"{_rules(ANYWHERE)} AND r.id = :id", id=number, now=work.now)
    if found is None:
        raise AutoenrollUnknown(given=number)
    return found


def of_code(work: Work, code: str) -> Rule | None:
    """Return the rule with that code, wherever it lies; numbers do not count."""
    return work.one(
        Rule,
        f"{_rules(ANYWHERE)} AND r.code_key = :code",
        code=canonical.key(code),
        now=work.now,
    )


def saying(work: Work, item_id: int, target: dict[str, Any]) -> Rule | None:
    """Return the rule on that item for that target, which is a column and what stands in it."""
    fits = "".join(f" AND r.{name} = :{name}" for name in target)
    return work.one(
        Rule,
        f"{_rules(ANYWHERE)} AND r.item_id = :item{fits}",
        item=item_id,
        now=work.now,
        **target,
    )


def listed(work: Work, scope: Scope, *, item_id: int | None, under: str | None) -> Iterator[Rule]:
    """Yield the rules in scope by code: on one item, and of one department and those under it."""
    return work.each(
        Rule,
        f"""
        {_rules(scope)} AND (:item IS NULL OR r.item_id = :item)
          AND (:under IS NULL OR d.path LIKE :under)
        ORDER BY r.code_key
        """,
        item=item_id,
        under=f"{under}%" if under else None,
        now=work.now,
    )


def codes(work: Work, scope: Scope) -> frozenset[str]:
    """Return the codes of the rules in scope."""
    return frozenset(row.code for row in listed(work, scope, item_id=None, under=None))


def naming(work: Work, column: str, ids: Sequence[int]) -> list[Rule]:
    """Return the rules whose `column` (department_id, group_id or item_id) is one of `ids`."""
    return work.all(
        Rule,
        f"{_rules(ANYWHERE)} AND r.{column} IN :ids ORDER BY r.code_key",
        ids=list(ids),
        now=work.now,
    )


def add(work: Work, **values: Any) -> int:
    """Insert a rule and return its id."""
    return work.insert("autoenroll_rules", **values)


def set_depth(work: Work, number: int, *, is_deep: bool) -> None:
    """Let a rule's department stand for everything under it, or for itself alone."""
    work.run(
        "UPDATE autoenroll_rules SET is_deep = :is_deep WHERE id = :id", id=number, is_deep=is_deep
    )


def delete(work: Work, ids: Sequence[int]) -> None:
    """Delete rules; whom they have enrolled stays enrolled, and nobody waits for them any more."""
    work.run("DELETE FROM autoenroll_rules WHERE id IN :ids", ids=list(ids))


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether there is any rule at all."""

    is_any: bool


def has_rules(work: Work) -> bool:
    """Say whether there is any rule: all that joining costs while there is none.

    Asked once in each unit of work, until it `forget`s Presence.
    """
    return work.remember(Presence, lambda: _presence(work)).is_any


def _presence(work: Work) -> Presence:
    return Presence(bool(work.value("SELECT EXISTS (SELECT 1 FROM autoenroll_rules)")))


# Whom rules reach --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reached:
    """One person whom one rule reaches; `group_id` is the group that the rule names."""

    rule_id: int
    code: str
    item_id: int
    group_id: int | None
    user_id: int
    login: str
    status: str


_REACHED = f"""
    SELECT r.id AS rule_id, r.code, r.item_id, r.group_id, u.id AS user_id, u.login,
           {STATUS_NOW} AS status
    FROM users u
    JOIN departments ud ON ud.id = u.department_id
    CROSS JOIN autoenroll_rules r
    LEFT JOIN departments d ON d.id = r.department_id
    WHERE u.id IN :users
"""
_ORDER = "ORDER BY r.id, u.id"


def by_department(work: Work, user_ids: Sequence[int]) -> list[Reached]:
    """Return which rules are about the departments that these people are in."""
    return work.all(
        Reached,
        f"{_REACHED} AND r.target = 'department' AND {_IN_DEPARTMENT} {_ORDER}",
        users=list(user_ids),
        now=work.now,
    )


def by_group(work: Work, user_ids: Sequence[int], group_ids: Sequence[int]) -> list[Reached]:
    """Return which rules are about those of the groups that these people are in."""
    return work.all(
        Reached,
        f"{_REACHED} AND r.group_id IN :groups AND {_IN_GROUP} {_ORDER}",
        users=list(user_ids),
        groups=list(group_ids),
        now=work.now,
    )


def by_type(work: Work, user_ids: Sequence[int]) -> list[Reached]:
    """Return which rules are about the types of these people."""
    return work.all(
        Reached, f"{_REACHED} AND {_OF_TYPE} {_ORDER}", users=list(user_ids), now=work.now
    )


def waited_for(work: Work, user_ids: Sequence[int]) -> list[Reached]:
    """Return the rules that these people wait for and that are still about them."""
    return work.all(
        Reached,
        f"""
        {_REACHED} AND {_FITS} AND EXISTS (
            SELECT 1 FROM autoenroll_waiting w WHERE w.rule_id = r.id AND w.user_id = u.id)
        {_ORDER}
        """,
        users=list(user_ids),
        now=work.now,
    )


@dataclass(frozen=True, slots=True)
class Covered:
    """One rule that is about whoever is in one department."""

    rule_id: int
    department_id: int


def covering(work: Work, department_ids: Sequence[int]) -> list[Covered]:
    """Return which rules are about whoever is in one of these departments."""
    return work.all(
        Covered,
        """
        SELECT r.id AS rule_id, o.id AS department_id
        FROM departments o
        CROSS JOIN autoenroll_rules r
        JOIN departments d ON d.id = r.department_id
        WHERE o.id IN :departments AND (o.id = d.id OR (r.is_deep AND o.path LIKE d.path || '%'))
        """,
        departments=list(department_ids),
    )


def let_wait(work: Work, rule_id: int, user_ids: Sequence[int]) -> None:
    """Note that a rule has reached people who cannot be enrolled yet; again changes nothing."""
    work.run(
        """
        INSERT INTO autoenroll_waiting (rule_id, user_id, since_at)
        SELECT :rule, u.id, :now FROM users u WHERE u.id IN :users
        ON CONFLICT DO NOTHING
        """,
        rule=rule_id,
        users=list(user_ids),
        now=work.now,
    )


def end_waiting(work: Work, rule_id: int, user_ids: Sequence[int]) -> None:
    """Note that people wait for a rule no longer."""
    work.run(
        "DELETE FROM autoenroll_waiting WHERE rule_id = :rule AND user_id IN :users",
        rule=rule_id,
        users=list(user_ids),
    )


def forget_waiting(work: Work, item_id: int, user_ids: Sequence[int]) -> None:
    """Let people wait no more for the rules on an item."""
    work.run(
        """
        DELETE FROM autoenroll_waiting WHERE user_id IN :users
          AND rule_id IN (SELECT id FROM autoenroll_rules WHERE item_id = :item)
        """,
        item=item_id,
        users=list(user_ids),
    )


def fitting(work: Work, rule_id: int, scope: Scope) -> list[Fitting]:
    """Return the people in `scope` whom a rule is about, by login."""
    return work.all(
        Fitting,
        f"""
        SELECT u.id, u.login, u.email, ud.full_name AS department, {STATUS_NOW} AS status,
               w.user_id IS NOT NULL AS is_waiting,
               e.id IS NOT NULL AND e.phase <> 'pre-enrolled' AS is_enrolled,
               EXISTS (SELECT 1 FROM enrollment_reasons s
                       WHERE s.enrollment_id = e.id AND s.reason = 'rule'
                         AND s.reference = r.code) AS has_reason,
               w.user_id IS NULL AND EXISTS (
                   SELECT 1 FROM enrollments c
                   WHERE c.item_id = r.item_id AND c.user_id = u.id
                     AND c.canceled_at IS NOT NULL AND c.phase <> 'pre-enrolled') AS is_removed
        FROM autoenroll_rules r
        LEFT JOIN departments d ON d.id = r.department_id
        CROSS JOIN users u
        JOIN departments ud ON ud.id = u.department_id
        LEFT JOIN autoenroll_waiting w ON w.rule_id = r.id AND w.user_id = u.id
        LEFT JOIN enrollments e
            ON e.item_id = r.item_id AND e.user_id = u.id AND e.canceled_at IS NULL
        WHERE r.id = :rule AND {_FITS} AND {IS_ALIVE} AND {scope.clause("ud.path")}
        ORDER BY u.login_key
        """,
        rule=rule_id,
        now=work.now,
    )
