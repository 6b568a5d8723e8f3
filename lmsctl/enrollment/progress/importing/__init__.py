"""Files of progress: what they may hold, how a row is understood, and what is written."""
