"""The SQL of files of tokens: understanding and writing a range of staged rows."""

# Every SQL text here is made of names and clauses of our own; values are always parameters.

from collections.abc import Collection

from lmsctl.bulk.store import BETWEEN, IN_SPAN, Fault, Span, fail, fail_repeated, recount
from lmsctl.content.errors import ContentArchived, ContentUnknown
from lmsctl.content.results import Source
from lmsctl.content.results import Status as ContentStatus
from lmsctl.kit import locks
from lmsctl.kit.work import Work
from lmsctl.token import rules, store
from lmsctl.token.errors import TokenContentLibrary, TokenContentWrong, TokenLimitBelowUses
from lmsctl.token.file_errors import (
    RowCodeChanged,
    RowContentMoved,
    RowTokenExists,
    TokenNumberUnknown,
)

# `token_no` is the token id, and `is_new` tells that its cell is blank: the row makes a token.
# `item_no` is the number in `staged_items` of the item that is named. `is_generated` tells that the
# code stands in no cell; `is_active` is NULL where nothing is said.
TABLES = {
    "staged": {
        "token_no": "BIGINT",
        "is_new": "INTEGER",
        "item_no": "INTEGER",
        "code": "TEXT",
        "code_digest": "TEXT",
        "is_generated": "INTEGER",
        "nickname": "TEXT",
        "creates": "TEXT",
        "use_limit": "BIGINT",
        "expires_at": "TEXT",
        "is_active": "INTEGER",
    },
    "staged_items": {
        "item_no": "INTEGER PRIMARY KEY",
        "content": "TEXT",
        "content_key": "TEXT",
        "content_id": "BIGINT",
    },
}
NUMBER = "(SELECT t.id FROM tokens t WHERE t.code_digest = s.code_digest)"
# A code that was made up by a run that did not write it means nothing.
KEY = """
    COALESCE(CASE WHEN s.is_generated = 0 OR (:is_written AND s.row_no > :done) THEN s.code END,
             CAST(s.token_no AS TEXT))
"""

_EXISTING = "FROM staged s JOIN tokens t ON t.id = s.id"
_ITEMS = "JOIN staged_items i ON i.item_no = s.item_no"
_NEW = f"FROM staged s {_ITEMS} JOIN content_items c ON c.id = i.content_id WHERE s.is_new = 1"
_CONTENT = "'Knowledge code'"
_GIVEN = {"given": "i.content"}


def _expiry(work: Work) -> str:
    return "s.expires_at" if work.is_sqlite else "CAST(s.expires_at AS TIMESTAMPTZ)"


def find_items(work: Work, span: Span) -> None:
    """Find the items that the rows of a span name as they are now."""
    work.run(
        f"""
        UPDATE staged_items
        SET content_id = (SELECT c.id FROM content_items c
                          WHERE c.code_key = staged_items.content_key)
        WHERE item_no IN (SELECT s.item_no FROM staged s WHERE {IN_SPAN})
        """,
        **span.values,
    )


def share_items(work: Work, span: Span) -> None:
    """Let nobody change the items that the rows of a span name; then they are to be found again."""
    rows = f"""
        SELECT c.id FROM content_items c WHERE c.id IN
            (SELECT i.content_id FROM staged s {_ITEMS} WHERE {IN_SPAN})
        ORDER BY c.id{locks.for_share(work)}
    """
    work.value(f"SELECT count(*) FROM ({rows}) locked", **span.values)


def names_tokens(work: Work, span: Span) -> bool:
    """Say whether any row of a span has a token id."""
    sql = f"SELECT EXISTS (SELECT 1 FROM staged s WHERE s.token_no IS NOT NULL AND {IN_SPAN})"
    return bool(work.value(sql, **span.values))


def find_tokens(work: Work, span: Span) -> None:
    """Give each row of a span the token it means."""
    work.run(
        f"""
        UPDATE staged AS s SET id = NULL, changed = NULL
        WHERE {IN_SPAN} AND (s.id IS NOT NULL OR s.changed IS NOT NULL)
        """,
        **span.values,
    )
    if work.run(
        f"UPDATE staged AS s SET id = t.id FROM tokens t WHERE {IN_SPAN} AND t.id = s.token_no",
        **span.values,
    ):
        recount(work)


# What is wrong -----------------------------------------------------------------------------------


def fail_repeated_codes(work: Work, span: Span) -> None:
    """Note rows that make the same code."""
    fail_repeated(work, span, "code_digest", "s.is_new = 1", heading="Token", what="token")


def fail_repeated_numbers(work: Work, span: Span) -> None:
    """Note rows that mean the same token."""
    named = "s.token_no IS NOT NULL"
    fail_repeated(work, span, "token_no", named, heading="Token id", what="token id")


def fail_contents(work: Work, span: Span) -> None:
    """Note rows about items that are not there, and new tokens for what no token admits to."""
    admitted = ", ".join(f"'{kind}'" for kind in sorted(rules.ADMITTED_TO))
    wrongs = (
        (TokenContentWrong, f"c.kind NOT IN ({admitted})", {**_GIVEN, "kind": "c.kind"}),
        (TokenContentLibrary, f"c.source = '{Source.LIBRARY}'", _GIVEN),
        (ContentArchived, f"c.status = '{ContentStatus.ARCHIVED}'", _GIVEN),
    )
    # Few items are meant by many rows: one look at the items spares four at the rows.
    if not work.value(
        f"""
        SELECT EXISTS (
            SELECT 1 FROM staged_items i LEFT JOIN content_items c ON c.id = i.content_id
            WHERE (c.id IS NULL OR {" OR ".join(wrong[1] for wrong in wrongs)})
              AND i.item_no IN (SELECT s.item_no FROM staged s WHERE {IN_SPAN}))
        """,
        **span.values,
    ):
        return
    unknown = f"FROM staged s {_ITEMS} WHERE i.content_id IS NULL"
    fail(work, span, ContentUnknown, Fault(unknown, _CONTENT, _GIVEN))
    for refusal, condition, shown in wrongs:
        fail(work, span, refusal, Fault(f"{_NEW} AND {condition}", _CONTENT, shown))


def fail_taken(work: Work, span: Span, run: int | None) -> None:
    """Note new codes that are in use, though not those that `run`, which was interrupted, made."""
    source = """
        FROM staged s JOIN tokens t ON t.code_digest = s.code_digest
        WHERE s.is_new = 1 AND NOT COALESCE(t.run_id = :run, FALSE)
    """
    fail(work, span, RowTokenExists, Fault(source, "'Token'", values={"run": run}))


def fail_unknown(work: Work, span: Span) -> None:
    """Note token ids that no token has."""
    source = "FROM staged s WHERE s.token_no IS NOT NULL AND s.id IS NULL"
    fail(work, span, TokenNumberUnknown, Fault(source, "'Token id'", {"given": "s.token_no"}))


def fail_changes(work: Work, span: Span) -> None:
    """Note what no file can change about a token, and limits below what was used."""
    moved = f"""
        {_EXISTING} {_ITEMS} JOIN content_items c ON c.id = t.content_id
        WHERE i.content_id <> t.content_id
    """
    shown = {**_GIVEN, "number": "t.id", "content": "c.code"}
    fail(work, span, RowContentMoved, Fault(moved, _CONTENT, shown))
    recoded = f"{_EXISTING} WHERE s.code_digest <> t.code_digest"
    fail(work, span, RowCodeChanged, Fault(recoded, "'Token'", {"number": "t.id"}))
    below = f"{_EXISTING} WHERE s.use_limit < t.uses"
    shown = {"uses": "t.uses", "limit": "s.use_limit"}
    fail(work, span, TokenLimitBelowUses, Fault(below, "'Limit'", shown))


# What changes ------------------------------------------------------------------------------------


def compare(work: Work, span: Span, columns: Collection[str]) -> None:
    """Note for rows about tokens that are there which of `columns` differ."""
    differs = "({0} <> {1} OR ({0} IS NULL) <> ({1} IS NULL))".format
    parts = [
        f"CASE WHEN {condition} THEN '{BETWEEN}{name}' ELSE '' END"
        for name, condition in (
            ("token_label", differs("s.nickname", "t.nickname")),
            ("creates", "s.creates <> t.creates"),
            ("limit", differs("s.use_limit", "t.use_limit")),
            ("expires", differs(_expiry(work), "t.expires_at")),
            ("active", "(s.is_active = 1) <> t.is_active"),
        )
        if name in columns
    ]
    work.run(
        f"""
        UPDATE staged AS s SET changed = substr(c.changed, 2)
        FROM (SELECT s.row_no, {" || ".join(parts)} AS changed {_EXISTING} WHERE {IN_SPAN}) c
        WHERE c.row_no = s.row_no AND c.changed <> ''
        """,
        **span.values,
    )


# Writing -----------------------------------------------------------------------------------------


def change(work: Work, span: Span, columns: Collection[str]) -> None:
    """Write what differs; numbers of uses and of the token, its code and item never do."""
    values = {
        "token_label": "nickname = s.nickname",
        "creates": "creates = s.creates",
        "limit": "use_limit = s.use_limit",
        "expires": f"expires_at = {_expiry(work)}",
        "active": """is_active =
            CASE WHEN s.is_active IS NULL THEN tokens.is_active ELSE s.is_active = 1 END""",
    }
    assignments = ", ".join(values[name] for name in columns if name in values)
    store.leave_no_trace(work)
    work.run(
        f"""
        UPDATE tokens SET {assignments}, version = version + 1
        FROM good s WHERE s.id = tokens.id AND s.changed IS NOT NULL AND {IN_SPAN}
        """,
        **span.values,
    )


def add(work: Work, span: Span, run: int) -> None:
    """Insert the new tokens that `run` makes, in the order of their rows."""
    store.leave_no_trace(work)
    work.run(
        f"""
        INSERT INTO tokens (code, code_digest, nickname, content_id, creates, use_limit, uses,
                            expires_at, is_active, created_at, run_id, version)
        SELECT s.code, s.code_digest, s.nickname, i.content_id, s.creates, s.use_limit, 0,
               {_expiry(work)}, s.is_active = 1, :created_at, :run, 1
        FROM good s {_ITEMS} WHERE s.is_new = 1 AND {IN_SPAN} ORDER BY s.row_no
        """,
        created_at=work.now,
        run=run,
        **span.values,
    )
