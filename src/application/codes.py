"""Codes that people read aloud, type and compare."""

import secrets

READABLE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0 and O, 1 and I, which look alike on paper."""

VERIFICATION_LENGTH = 16
"""Eighty bits: nobody finds a receipt by trying."""


def random_code(length: int) -> str:
    """Letters and digits chosen at random, five bits each."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def verification_code() -> str:
    """What is printed on a receipt so that anybody can check it."""
    return random_code(VERIFICATION_LENGTH)
