"""A structured econometric replication package."""

__version__ = "0.1.0"
