"""Sign-up profile: a link that brings new people into one department, so many and no more."""
