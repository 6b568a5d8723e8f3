"""The statements on people in items."""
