"""Pure decisions on people in trainings: gates, and places."""
