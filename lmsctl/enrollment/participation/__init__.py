"""People in trainings: gates, places, what learners and administrators may do."""
