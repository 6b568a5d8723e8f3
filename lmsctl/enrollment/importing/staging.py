"""The tables in which a file of enrollments is examined."""

from sqlalchemy import BigInteger, Column, Index, Text

from lmsctl.bulk import staging
from lmsctl.kit.columns import Moment

# `login` is what names the person and `heading` the column it stands in. A row names content or a
# training; what it means of that is filled in later, as is `access_at`. `id` is the enrollment that
# is there already, and 0 for one that an earlier row of the file will make.
STAGED = staging.rows(
    Column("login", Text),
    Column("login_key", Text),
    Column("email_key", Text),
    Column("heading", Text),
    Column("content", Text),
    Column("code_key", Text),
    Column("user_id", BigInteger),
    Column("item_id", BigInteger),
    Column("training", Text),
    Column("training_key", Text),
    Column("session", Text),
    Column("session_key", Text),
    Column("session_heading", Text),
    Column("access", Text),
    Column("access_at", Moment),
    Column("training_id", BigInteger),
    Column("session_id", BigInteger),
    Index("staged_by_pair", "user_id", "item_id"),
    Index("staged_by_item", "item_id"),
    Index("staged_by_session", "session_id", "user_id"),
)
# When an item is due for whoever is enrolled in it now.
DUES = staging.table("staged_dues", Column("item_id", BigInteger), Column("due_at", Moment))
# What a time in a file is in one zone, or why it is nothing.
ACCESSES = staging.table(
    "staged_accesses",
    Column("time_zone", Text),
    Column("access", Text),
    Column("access_at", Moment),
    Column("code", Text),
    Column("message", Text),
    Column("hint", Text),
    Index("staged_accesses_by_text", "access", "time_zone"),
)
TABLES = (STAGED, DUES, ACCESSES)
