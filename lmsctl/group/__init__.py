"""Group: sets of people kept by hand or by import."""
