"""Access: which trainings the actor sees and changes, and whose people in them they see.

It owns no rows: it reads the actor's rights and one training, and locks that.
It may not know of sessions or participants, which all ask it first.
"""
