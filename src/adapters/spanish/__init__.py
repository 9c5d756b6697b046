"""Amounts, dates and names of things as people in Colombia write them: shared by the adapters whose work is read."""
