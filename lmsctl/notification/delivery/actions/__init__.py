"""Sending what is due: the ways that mails leave by, and the run that takes one after the other."""
