"""A second opinion on every model: the same design through other programs; imported nowhere else."""
