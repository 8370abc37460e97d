"""A user's file, what a panel is, and which rows a model uses."""
