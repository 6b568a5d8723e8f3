"""The staging tables of a file of tokens, and how its rows are told in the end."""

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, Text
from sqlmodel import and_, case, cast, col, func, or_, select

from lmsctl.bulk import staging
from lmsctl.bulk.staging import is_good
from lmsctl.bulk.store.outcomes import DONE, IS_WRITTEN
from lmsctl.kit.columns import Choice, Moment, Truth
from lmsctl.token.model import Token
from lmsctl.user.results import UserType

# The items that rows name, each once.
ITEMS = staging.table(
    "staged_items",
    Column("item_no", Integer, primary_key=True, autoincrement=False),
    Column("content", Text),
    Column("content_key", Text),
    Column("content_id", BigInteger),
)
# `token_no` is the token id, and `is_new` tells that its cell is blank: the row makes a token.
# `item_no` is the number in `staged_items` of the item that is named. `is_generated` tells that the
# code stands in no cell. What is NULL is not said, unless `is_unlimited` or `is_endless`; an empty
# nickname takes the one that is there away.
STAGED = staging.rows(
    Column("token_no", BigInteger),
    Column("is_new", Truth),
    Column("item_no", Integer),
    Column("code", Text),
    Column("code_digest", Text),
    Column("is_generated", Truth),
    Column("nickname", Text),
    Column("creates", Choice(UserType)),
    Column("use_limit", BigInteger),
    Column("is_unlimited", Truth),
    Column("expires_at", Moment),
    Column("is_endless", Truth),
    Column("is_active", Truth),
)
TABLES = (STAGED, ITEMS)
TOKEN_ID: ColumnElement[int] = (
    select(Token.id).where(col(Token.code_digest) == STAGED.c.code_digest).scalar_subquery()
)
IS_DEALT_WITH_NOW = and_(STAGED.c.row_no > DONE, STAGED.c.is_done.is_(None), is_good(STAGED))
# A code that was made up by a run that did not write it means nothing.
RESULT_KEY: ColumnElement[str] = func.coalesce(
    case((or_(~STAGED.c.is_generated, and_(IS_WRITTEN, IS_DEALT_WITH_NOW)), STAGED.c.code)),
    cast(STAGED.c.token_no, Text),
)
