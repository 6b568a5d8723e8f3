"""The verbs on who takes part."""
