"""Pure decisions on entries: what is kept of them, which series they are, what clocks do."""
