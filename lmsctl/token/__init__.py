"""Token: a code that admits a person and enrolls them in one item, so many times and no more.

It owns tokens, their codes and limits, the ledger of their uses, and wiping deleted codes away.
It may not make accounts or enrollments by itself: `user` and `enrollment` do, when it asks them.
"""
