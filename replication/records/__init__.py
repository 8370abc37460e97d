"""The tidy tables of a study and the account of each model."""
