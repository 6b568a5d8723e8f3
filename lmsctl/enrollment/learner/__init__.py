"""What one person sees: courses, offers, trainings, the calendar."""
