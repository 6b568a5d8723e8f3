"""Files of people: what they may hold, how a row is understood, and what a run does with it."""
