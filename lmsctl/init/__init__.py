"""Init: making a new portal, from nothing to its first owner."""
