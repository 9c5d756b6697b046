"""PayU's signatures, written for the simulator alone.

A second, deliberately different implementation: it works on digits and integers where others use decimals, so that one
misreading of the rules cannot hide on both sides of a test.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable

_NUMBER = re.compile(r"(\d*)(?:\.(\d{0,2}))?", re.ASCII)

REQUEST_ALGORITHMS = {"MD5": "md5", "SHA": "sha1", "SHA256": "sha256"}
"""What `algorithmSignature` may say, and the digest it stands for."""


def _hundredths(value: str) -> int:
    match = _NUMBER.fullmatch(value)
    if match is None or not (match[1] or match[2]):
        raise ValueError(value)
    return int(match[1] or "0") * 100 + int((match[2] or "").ljust(2, "0"))


def confirmation_value(value: str) -> str:
    """`new_value` of the notification: two decimals, of which the second is dropped when it is 0.

    Takes digits with at most two decimals after a point; raises ValueError otherwise.
    """
    whole, cents = divmod(_hundredths(value), 100)
    return f"{whole}.{cents // 10}" if cents % 10 == 0 else f"{whole}.{cents:02}"


def response_value(value: str) -> str:
    """`new_value` of the response page: one decimal, ties to the even digit. Raises ValueError like the other."""
    tenths, rest = divmod(_hundredths(value), 10)
    if rest > 5 or (rest == 5 and tenths % 2 == 1):
        tenths += 1
    return f"{tenths // 10}.{tenths % 10}"


def digest(algorithm: str, parts: Iterable[str]) -> str:
    """Lower-case hexadecimal digest of the parts joined by `~`; algorithm is md5, sha1 or sha256."""
    return hashlib.new(algorithm, "~".join(parts).encode(), usedforsecurity=False).hexdigest()


def request_signature(
    algorithm: str,
    *,
    api_key: str,
    merchant_id: str,
    reference: str,
    amount: str,
    currency: str,
    payment_methods: str = "",
    iin: str = "",
    pse_banks: str = "",
) -> str:
    """What the checkout form must bring in `signature`.

    `amount` is the exact text of the form. Of the last three only those present take part, in this order.
    """
    optional = [text for text in (payment_methods, iin, pse_banks) if text]
    return digest(algorithm, [api_key, merchant_id, reference, amount, currency, *optional])


def confirmation_signature(
    algorithm: str, *, api_key: str, merchant_id: str, reference: str, value: str, currency: str, state: str
) -> str:
    """`sign` of the notification (PayU, página de confirmación)."""
    return digest(algorithm, [api_key, merchant_id, reference, confirmation_value(value), currency, state])


def response_signature(
    algorithm: str, *, api_key: str, merchant_id: str, reference: str, value: str, currency: str, state: str
) -> str:
    """`signature` of the response page (PayU, página de respuesta)."""
    return digest(algorithm, [api_key, merchant_id, reference, response_value(value), currency, state])


def same_digest(sent: str, expected: str) -> bool:
    """Compares without regard to case and without telling by its duration where they differ."""
    return hmac.compare_digest(sent.strip().lower().encode(), expected.lower().encode())
