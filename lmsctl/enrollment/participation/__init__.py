"""People in trainings: what administrators do with them, and what learners do themselves.

It owns the gates that keep learners from an act, who gets which place, and the answers on that.
It may not count places or write messages itself: the training room does both.
"""
