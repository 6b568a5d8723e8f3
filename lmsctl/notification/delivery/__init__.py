"""Delivery: mails of the outbox, sent to a server or written into a folder.

It owns how often and when a mail is tried, what it looks like on its way, and what became of it.
It may not decide whom is told what, nor write to any other address than the stored one.
"""
