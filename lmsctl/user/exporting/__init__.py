"""Writing people to a file that the import takes back without changing anything.

It owns no table and changes nothing but the audit log. It names nobody and nothing that the actor
may not see.
"""
