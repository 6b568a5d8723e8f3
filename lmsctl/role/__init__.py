"""Role: custom sets of permissions, and granting them to people in departments.

It owns the verbs on roles; the tables and the question who may what are in the room `rights`.
Nobody gives or takes by it what they do not hold themselves.
"""
