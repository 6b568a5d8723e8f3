"""Init: making a new portal, from nothing to its first owner.

It owns the order in which the file, the schema, the portal and the owner come to be. The rows it
makes belong to the rooms `portal`, `department` and `user`, whose verbs it calls.
"""
