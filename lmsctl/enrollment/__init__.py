"""Enrollment: who is in what content and training, why, until when, and how far they are.

It owns enrollments in items, their reasons and what people did, and how people take part in
trainings; its rooms stand on each other in the order of `pyproject.toml`, on these files below.
It may not change trainings, content or users, and knows nothing of tokens, rules and profiles.
"""
