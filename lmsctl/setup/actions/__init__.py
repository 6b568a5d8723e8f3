"""The verbs of the setup room."""
