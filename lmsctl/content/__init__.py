"""Content: folders, courses, topics, articles and pathways, and who may see them.

It owns items, where they lie, what pathways lead over, grants, open links and catalog rules.
It may not enroll anybody: `enrollment` and `autoenroll` do.
"""
