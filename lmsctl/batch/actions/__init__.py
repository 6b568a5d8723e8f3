"""The verbs of the batch room."""
