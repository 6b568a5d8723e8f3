"""Configuration: the file and its connections, and the version of the program.

It owns the commands `config`, `context` and `version`.
How the file is read and checked is the kit's; no command here may need a database.
"""
