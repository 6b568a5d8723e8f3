"""The list of enrollments of both sorts: in content and in trainings.

It owns the statement that lists them, by person, and what the list returns.
It may not change anything, and tells no reason or training that the actor may not see.
"""
