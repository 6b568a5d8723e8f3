"""Who takes part in trainings: places, attendance, and people who are away."""
