"""The reading side: one snapshot for one viewer, answered in batches."""
