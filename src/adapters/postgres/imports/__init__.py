"""Storing an import: whole chunks per statement."""
