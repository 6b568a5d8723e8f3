"""Reading people from a file: what its columns mean, what a row changes, what is wrong with it.

It owns the temporary tables in which such a file is examined. It changes people as the verbs do,
never one by one, grants no right and deletes nobody.
"""
