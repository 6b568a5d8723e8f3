"""The verbs of the bulk room: one file from reading to telling what became of its rows."""
