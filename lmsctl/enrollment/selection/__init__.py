"""Choosing people by name, department, group and filters."""
