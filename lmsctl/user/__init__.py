"""User: the people of the portal, what they are called, their status and their supervisors.

It owns users and their names; its rooms keep custom fields (`fields`), and read and write files of
people (`importing`, `exporting`). It decides no right and knows nothing of what people learn: what
follows there is in the `hooks.py` of upper rooms.
"""
