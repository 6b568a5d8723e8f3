"""The verbs on people in trainings."""
