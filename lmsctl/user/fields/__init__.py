"""Custom fields: what the portal asks of every person beyond name and address.

It owns the fields and what people have in them. It knows a person only by their id, and imports
nothing of the room around it but tables.
"""
