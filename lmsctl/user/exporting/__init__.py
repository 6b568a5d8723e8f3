"""People as a file that an import reads back."""
