"""Group: sets of people, kept by hand or by import, each belonging to a department.

It owns groups and who is in them. It changes no person, and knows nothing of what groups are used
for: rules, grants and catalogs ask for them.
"""
