"""What is decided about a mail: how it is written, and when it is tried again."""
