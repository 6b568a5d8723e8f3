"""Autoenroll: rules that enroll whoever joins a department or a group, or gets a type."""
