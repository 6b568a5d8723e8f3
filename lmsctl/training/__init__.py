"""Training: live events with sessions, their days, their places and their deadlines.

It owns trainings, sessions, who takes part, attendance, deadlines and what the catalog offers.
It does not decide who may join, leave or switch: that is `enrollment.participation`.
"""
