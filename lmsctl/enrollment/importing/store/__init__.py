"""The statements of files of enrollments: rows about items, rows about trainings, the intake."""
