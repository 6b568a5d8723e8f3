"""The verbs on tokens themselves."""
