"""The statements on people in items, one file for each of the verbs."""
