"""Comma-separated values as spreadsheets write and read them."""
