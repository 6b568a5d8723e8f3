"""Custom fields: what every person can have beyond what everybody has."""
