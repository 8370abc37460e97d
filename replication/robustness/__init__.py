"""Other reasonable choices: all combinations of them at speed, and what one cluster or break does."""
