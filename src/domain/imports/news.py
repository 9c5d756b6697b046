"""What an import brings that people are told about. Most of what agencies import is history, or was told before."""

from datetime import date, timedelta

RECENT = timedelta(days=10)
"""An import a week late, with its weekend, is still news."""
AHEAD = timedelta(days=31)
"""Next month's invoices are made at the end of this one."""


def is_news(on: date, *, today: date) -> bool:
    """Whether something of that date is told on `today`, both of Bogotá."""
    return today - RECENT <= on <= today + AHEAD
