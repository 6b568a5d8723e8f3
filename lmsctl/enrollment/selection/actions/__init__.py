"""The verbs on people who are chosen: choosing them, and changing pairs of them and targets."""
