"""Until when learners come and go, and for whom that holds off."""
