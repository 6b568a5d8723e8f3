"""Many command lines in one run of the program."""
