"""Notification: mails and notices, rows in the transaction of the change they tell of.

It owns the outbox: queued mails, notices in accounts, and what is still to come of both.
It may not send anything, nor decide who is told what: the rooms above hand it the words.
"""
