"""The verbs on people in items."""
