"""The statements of files of enrollments: people and items, trainings, and taking in."""
