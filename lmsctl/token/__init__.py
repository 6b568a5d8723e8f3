"""Token: a code that admits a person and enrolls them in one item, so many times and no more."""
