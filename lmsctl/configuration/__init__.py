"""Configuration: the file and its connections, and what the program says about itself."""
