"""Configuration: the file and its connections, and what the program says about itself.

It owns the commands `config`, `context`, `version` and `help`, and the help topics.
How the file is read and checked is the kit's; no command here may need a database.
"""
