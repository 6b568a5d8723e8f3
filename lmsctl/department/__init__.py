"""Department: one tree with one root; managing one means managing everything under it."""
