"""What is decided without looking anywhere: how lines are read, and what kind of value is meant."""
