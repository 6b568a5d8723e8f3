"""Rights: who may do what, in which departments."""
