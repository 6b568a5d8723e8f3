"""The verbs of the autoenroll room."""
