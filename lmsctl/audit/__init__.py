"""Audit: who did what, as whom, with what outcome; refusals too."""
