"""Role: custom sets of permissions, and granting them in departments."""
