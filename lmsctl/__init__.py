"""lmsctl sets up accounts and enrollments of a learning portal from the command line."""

__version__ = "0.1.0"
