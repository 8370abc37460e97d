"""Raw figures -> typed, checked tables: one module a data set."""
