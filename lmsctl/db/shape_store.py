"""The objects of a schema as the database's own catalog has them: a name, and what it is."""

import re

from sqlalchemy import text

from lmsctl.db.store import PORTAL_SCHEMA
from lmsctl.kit import database
from lmsctl.kit.work import Work

Shape = dict[str, str]

_TOKEN = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | `[^`]*` | \[[^\]]*\]
    | --[^\n]* | /\*.*?\*/ | [\w.$]+ | [^\s\w]""",
    re.VERBOSE | re.DOTALL,
)
_CONSTRAINTS = frozenset({"constraint", "check", "unique", "primary", "foreign"})
_SQLITE = """
    SELECT type, name, tbl_name, sql FROM sqlite_master
    WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_'
"""

# What an extension brings is the extension's; what a constraint or a key makes is said with it.
_POSTGRESQL = rf"""
    WITH ours AS (
        SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relpersistence
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = {PORTAL_SCHEMA} AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
          AND NOT EXISTS (
            SELECT 1 FROM pg_depend d
            WHERE d.objid = c.oid AND d.classid = CAST('pg_class' AS regclass) AND d.deptype = 'e')
    )
    SELECT CASE WHEN relkind IN ('v', 'm') THEN 'view ' ELSE 'table ' END || relname AS name,
           concat_ws(' ', relkind, CASE WHEN relpersistence = 'u' THEN 'unlogged' END,
                     CASE WHEN relrowsecurity THEN 'with row security' END,
                     CASE WHEN EXISTS (SELECT 1 FROM pg_trigger g WHERE g.tgrelid = ours.oid
                                       AND g.tgisinternal AND g.tgenabled <> 'O')
                          THEN 'with triggers switched off' END) AS says
    FROM ours
    UNION ALL
    SELECT 'column ' || relname || '.' || a.attname,
           concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                     CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                     CASE WHEN a.attcollation NOT IN (0, t.typcollation) THEN 'collated' END,
                     nullif(CAST(a.attidentity AS text), ''),
                     nullif(CAST(a.attgenerated AS text), ''),
                     'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid))
    FROM ours
    JOIN pg_attribute a ON a.attrelid = ours.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE relkind NOT IN ('v', 'm')
    UNION ALL
    SELECT 'constraint ' || relname || '.' || k.conname, pg_get_constraintdef(k.oid)
    FROM ours JOIN pg_constraint k ON k.conrelid = ours.oid
    WHERE k.contype IN ('c', 'u', 'p', 'f', 'x')
    UNION ALL
    SELECT 'index ' || i.relname,
           regexp_replace(pg_get_indexdef(x.indexrelid),
                          ' ON (ONLY )?("([^"]|"")*"|[^". ]+)\.', ' ON \1')
               || CASE WHEN x.indisvalid THEN '' ELSE ' INVALID' END
    FROM ours JOIN pg_index x ON x.indrelid = ours.oid JOIN pg_class i ON i.oid = x.indexrelid
    WHERE NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid
                      AND k.contype IN ('u', 'p', 'x'))
    UNION ALL
    SELECT 'trigger ' || relname || '.' || g.tgname, pg_get_triggerdef(g.oid)
    FROM ours JOIN pg_trigger g ON g.tgrelid = ours.oid WHERE NOT g.tgisinternal
    UNION ALL
    SELECT 'rule ' || relname || '.' || r.rulename, pg_get_ruledef(r.oid)
    FROM ours JOIN pg_rewrite r ON r.ev_class = ours.oid WHERE r.rulename <> '_RETURN'
"""


def read_shape(work: Work) -> Shape:
    """Return every object of the schema, by a name such as `column users.login`."""
    if not work.is_sqlite:
        rows = work.tuples(text(_POSTGRESQL))
        return {str(name): str(definition) for name, definition in rows}
    found: Shape = {}
    for kind, name, table, sql in work.tuples(text(_SQLITE)):
        if kind == "table":
            found |= _table_shape(str(name), str(sql))
        else:
            label = f"{kind} {name}" if kind != "trigger" else f"trigger {table}.{name}"
            found[label] = " ".join(_tokens(str(sql)))
    return found


def use_temporary_schema(work: Work) -> None:
    """Let this transaction make its tables among temporary ones, until it is rolled back."""
    if not work.is_sqlite:
        database.execute(work.connection, "SET LOCAL search_path = pg_temp")


def _table_shape(table: str, sql: str) -> Shape:
    """Return a table, its columns and its constraints as `sql`, its CREATE TABLE, has them."""
    tokens = _tokens(sql)
    if "(" not in tokens:  # a virtual table
        return {f"table {table}": " ".join(tokens)}
    found: Shape = {}
    items, tail = _split_items(tokens[tokens.index("(") + 1 :])
    found[f"table {table}"] = " ".join(tail) or "plain"
    for item in items:
        if not item:
            continue
        if item[0] not in _CONSTRAINTS:
            found[f"column {table}.{item[0]}"] = " ".join(item[1:])
        elif item[0] == "constraint":
            found[f"constraint {table}.{item[1]}"] = " ".join(item[2:])
        else:
            found[f"constraint {' '.join(item)} of {table}"] = ""
    return found


def _split_items(words: list[str]) -> tuple[list[list[str]], list[str]]:
    """Split the words after the first bracket of CREATE TABLE into its items and what follows."""
    items: list[list[str]] = [[]]
    depth = 1
    for at, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0:
            return items, words[at + 1 :]
        if word == "," and depth == 1:
            items.append([])
        else:
            items[-1].append(word)
    return items, []


def _tokens(sql: str) -> list[str]:
    """Return the words of a statement in lower case, without quotes, blanks and comments."""
    return [
        token if token.startswith("'") else token.strip('"`[]').lower() or token
        for token in _TOKEN.findall(sql)
        if not token.startswith(("--", "/*"))
    ]
