"""Files of enrollments: what they may hold, how a row is understood, and what a run does."""
