"""The portal as a file.

The room owns the form of the file in which the setup of a portal is written, compared and applied:
its kinds of things, their fields, and how each is read. It writes no row: what a file changes is
changed by the commands of other rooms, in one transaction.
"""
