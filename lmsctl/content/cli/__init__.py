"""The command line of the content room: the noun, and its verbs by what they are about."""

from lmsctl.content.cli import items, pathways, sharing
from lmsctl.kit import options

app = options.noun("content", "Folders, courses, topics, articles and pathways.")
for part in (items, pathways, sharing):
    app.add_typer(part.app)
