"""The statements of telling."""
