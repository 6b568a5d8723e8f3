"""What people did: events, files of events, and xAPI statements."""
