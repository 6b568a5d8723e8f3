"""The statements of the bulk room."""
