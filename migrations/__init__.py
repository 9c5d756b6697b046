"""Schema changes, forward and backward, run as the owner role."""
