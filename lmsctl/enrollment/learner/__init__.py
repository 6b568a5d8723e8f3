"""What one person sees: courses, offers of the catalog, the calendar, notices, and why.

It owns how the reasons are put into words, for oneself or for who may look after a person.
It may not change anything: the acts of learners are in `participation`.
"""
