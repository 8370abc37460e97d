"""Records -> tables, figures, the report page, in every format."""
