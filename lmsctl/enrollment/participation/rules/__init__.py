"""Pure decisions on people in trainings: gates, places and moments."""
