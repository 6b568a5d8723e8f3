"""Listing enrollments."""
