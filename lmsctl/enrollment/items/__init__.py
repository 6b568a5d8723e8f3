"""Enrolling people in items of content, and ending that."""
