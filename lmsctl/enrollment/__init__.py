"""Enrollment: who learns what, why, until when, and how far they are."""
