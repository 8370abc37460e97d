"""A printed table as a file against our records, graded cell by cell."""
