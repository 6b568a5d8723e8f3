"""Entries for calendar programs, as messages keep them and as mails take them to people.

It owns their form, and reads what calendar programs answer.
It may not decide who gets one, nor what it tells.
"""
