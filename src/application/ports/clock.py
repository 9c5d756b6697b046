"""What time it is: the only door through which it enters the use cases."""

from datetime import date, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        ...

    def today(self) -> date:
        """The calendar day it is in Bogotá, which after 19:00 is not the day in UTC."""
        ...
