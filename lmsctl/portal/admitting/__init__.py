"""Locking the portal for somebody new, as little as its plan allows."""
