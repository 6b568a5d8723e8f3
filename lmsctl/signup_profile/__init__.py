"""Sign-up profile: a link that brings new people into one department, so many and no more.

It owns profiles and their activations. It makes no account itself, which `registration` does, and
takes an activation only by the one statement that carries the limit.
"""
