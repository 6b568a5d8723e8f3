"""The sessions of trainings: when and where, for how many, and what changing them means."""
