"""The statements on who takes part, one file for each thing that is asked about them."""
