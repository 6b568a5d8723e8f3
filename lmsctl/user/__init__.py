"""User: people, their custom fields, supervisors, scheduled changes and import."""
