"""The verbs on chosen people: choosing them, and changing pairs of people and targets."""
