"""Measurements: the service beside the least that a hand-written one could do. See README.md."""
