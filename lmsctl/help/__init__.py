"""Help: topics, commands and codes of refusals, each explained by its name.

It owns the command `help` and the files of the topics. It describes commands as `--help` does, from
the tree of commands, and opens no database.
"""
