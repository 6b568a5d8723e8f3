"""Bulk: one engine for every file that changes many things: check all, then write."""
