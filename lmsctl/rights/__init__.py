"""Rights: who acts, what they may do, in which departments, and whose names they may see.

It owns roles, grants and the list of permissions. It changes nothing by itself: every verb asks it
first, and asks again after each lock.
"""
