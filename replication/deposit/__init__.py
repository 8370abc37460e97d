"""The folder that goes to a data editor: files, README, metadata, and the editors' own scans of it."""
