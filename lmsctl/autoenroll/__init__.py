"""Autoenroll: rules that enroll whoever joins a department or a group, or gets a type.

It owns the rules, and the list of those who wait for one because they are not active yet.
It may not write enrollments itself: `enrollment` enrolls whom a rule is about.
"""
