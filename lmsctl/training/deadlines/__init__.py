"""Deadlines: until when learners come and go, for whom that is extended, and what is to come.

It owns the deadlines and the lock of a training, extensions for single people, and the timeline.
It may not stop anybody itself: `enrollment.participation` asks it.
"""
