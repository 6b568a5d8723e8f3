"""Training: live events with sessions, their days, their places and their deadlines."""
