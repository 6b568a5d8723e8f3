"""The verbs on sessions."""
