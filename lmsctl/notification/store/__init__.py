"""The statements of the notification room."""
