"""Where things are, writing whole or not at all, locks, and what program made a result."""
