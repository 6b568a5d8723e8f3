"""Participants: who takes part in a training, in which session, and who was there.

It owns enrollments in trainings, the places they take, attendance, and what people miss while away.
It may not decide whether somebody may come or go: that is `enrollment.participation`.
"""
