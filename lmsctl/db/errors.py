"""Every way the db room can say no."""

from lmsctl.kit.errors import SchemaMismatch


class SchemaNewer(SchemaMismatch):
    """A later program has upgraded the database."""

    code = "schema_newer"
    says = "The database has schema version {found}, which this lmsctl (schema {known}) does not know."
    hint = "Install the newer lmsctl; a schema never goes backward."


class SchemaForeign(SchemaMismatch):
    """Another program's tables are there."""

    code = "schema_foreign"
    says = "The database holds no portal, but {count} other tables, among them '{example}'."
    hint = "Give lmsctl a database of its own."
