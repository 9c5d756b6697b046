"""What letters say, by family; how that looks is not told here."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.mail.wording import accounts, billing, payments, pqrs, reminders, second_factors
from adapters.mail.wording.content import Content
from application.ports.mail import Letter

WORDS: Mapping[type[Letter], Callable[[Any], Content]] = {
    **accounts.WORDS,
    **billing.WORDS,
    **payments.WORDS,
    **second_factors.WORDS,
    **pqrs.WORDS,
    **reminders.WORDS,
}


def content(letter: Letter) -> Content:
    return WORDS[type(letter)](letter)
