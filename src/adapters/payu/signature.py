"""PayU's digests: of the checkout form, and of its confirmation notice with that notice's own way to write amounts.

Sources: PayU, «Payment form» and «Confirmation page». The second's example for state 6 prints the digest of state 4.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from decimal import Decimal

from application.ports.payment_gateway import SignatureAlgorithm

_VALUE = re.compile(r"[0-9]{1,12}(\.[0-9]{0,2})?|\.[0-9]{1,2}")
_CENT = Decimal("0.01")
_LENGTHS = {SignatureAlgorithm.MD5: 32, SignatureAlgorithm.SHA1: 40, SignatureAlgorithm.SHA256: 64}


def digest(algorithm: SignatureAlgorithm, *parts: str) -> str:
    """Hexadecimal digest of the parts joined by `~`."""
    return hashlib.new(algorithm.value, "~".join(parts).encode(), usedforsecurity=False).hexdigest()


def checkout_signature(
    algorithm: SignatureAlgorithm,
    api_key: str,
    *,
    merchant_id: str,
    reference: str,
    amount: str,
    currency: str,
    payment_methods: str | None = None,
    iin: str | None = None,
    pse_banks: str | None = None,
) -> str:
    """Of the form sent to the checkout. `amount` is the very text in the form; the restrictions enter in this order
    where the form carries them."""
    restrictions = (part for part in (payment_methods, iin, pse_banks) if part is not None)
    return digest(algorithm, api_key, merchant_id, reference, amount, currency, *restrictions)


def parse_value(text: str) -> Decimal:
    """An amount as PayU writes it, up to two decimals behind a point. ValueError for signs, exponents, NaN, thousands
    separators, or more than twelve digits."""
    if not _VALUE.fullmatch(text):
        raise ValueError(f"not an amount: {text[:40]!r}")
    return Decimal(text).quantize(_CENT)


def confirmation_value(text: str) -> str:
    """The amount as the confirmation's signature writes it: two decimals, of which a final 0 is dropped."""
    written = format(parse_value(text), "f")
    return written.removesuffix("0")


def confirmation_is_authentic(
    algorithm: SignatureAlgorithm,
    api_keys: Iterable[str],
    *,
    sign: str,
    merchant_id: str,
    reference: str,
    value: str,
    currency: str,
    state: str,
) -> bool:
    """Whether `sign` is the digest of these five values, as received, under any of the account's keys. In constant
    time and whatever its letters' case; a digest of another length than the account's algorithm gives is none."""
    sent = sign.strip().lower()
    if len(sent) != _LENGTHS[algorithm] or not sent.isascii():
        return False
    signed = (merchant_id, reference, confirmation_value(value), currency, state)
    matches = [hmac.compare_digest(digest(algorithm, key, *signed), sent) for key in api_keys]
    return any(matches)
