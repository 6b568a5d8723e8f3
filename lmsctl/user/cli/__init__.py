"""The command line of the user room: the noun, and its verbs by what they are about."""

from lmsctl.kit import options
from lmsctl.user.cli import people, status
from lmsctl.user.exporting import cli as exporting
from lmsctl.user.importing import cli as importing

app = options.noun("user", "Users: create, import, change, deactivate.")
for part in (people, status):
    app.add_typer(part.app)
importing.register(app)
exporting.register(app)
