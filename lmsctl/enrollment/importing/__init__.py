"""Files of enrollments (`enroll --from`): a person and an item or a training in each row.

It owns how a row is read, what it means, and how all good rows are written at once.
It may not decide by other rules than `items` and `participation` do for one person.
"""
