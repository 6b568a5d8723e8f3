"""What people did with items: recorded one by one, or from files and xAPI statements.

It owns the events of progress, and moves enrollments on to enrolled and completed.
It may not enroll anybody: an event without an enrollment stays an event.
"""
