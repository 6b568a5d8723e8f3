"""The plan of a test portal: pure values, the same for the same seed, sizes and moment."""
