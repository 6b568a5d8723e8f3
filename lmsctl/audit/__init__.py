"""Audit: who did what, as whom, with what outcome; refusals too.

It owns the log, whose rows are written in the transaction of the change and never change.
It may not keep secrets, and decides nothing: who records a change leaves them out.
"""
