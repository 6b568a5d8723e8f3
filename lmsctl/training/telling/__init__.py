"""Telling: what participants and organizers hear of a training, with entries for calendars.

It owns the wording of these messages and the statements on whom they go to.
It changes nothing about a training and reads no session: callers hand it over.
"""
