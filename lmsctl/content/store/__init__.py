"""The statements of the content room."""
