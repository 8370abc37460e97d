"""The page: every study with its question, exhibits and accounts."""
