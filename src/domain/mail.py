"""What letters are about, as far as whoever gets them may decide."""

from enum import StrEnum


class MailTopic(StrEnum):
    """What a client may ask not to be written about. Letters that protect an account, and acknowledgements that the law
    asks for, have no topic: everybody gets them."""

    INVOICES = "INVOICES"
    PAYMENTS = "PAYMENTS"
    PAYOUTS = "PAYOUTS"
    PQRS = "PQRS"
    REMINDERS = "REMINDERS"
