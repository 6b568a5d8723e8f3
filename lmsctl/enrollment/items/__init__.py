"""People in items of content: enrolling them, canceling that, and showing one enrollment.

It owns the rows of enrollments and their reasons, and how enrolling again goes.
It may not know of trainings, nor record what people do with an item.
"""
