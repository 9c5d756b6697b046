"""What is counted when somebody tries to sign in, and how much of it is allowed."""

import hashlib
import ipaddress
from datetime import timedelta

from domain.ids import AccountId
from domain.throttling import Backoff

OF_ONE_LOGIN = Backoff(free=5)
"""Guesses at one user name or e-mail, from anywhere: five, then a growing wait, until the right password comes."""
OF_ONE_ADDRESS = Backoff(free=100, forgotten_after=timedelta(hours=1))
"""Failures from one address, whomever they are about: many, because whole towns share a mobile operator's address."""
OF_ONE_ACCOUNT = Backoff(free=5)
"""Wrong current passwords inside a session, so that a phone left on a table does not give its password away."""
OF_ONE_VERIFIER = Backoff(free=30, forgotten_after=timedelta(hours=1))
"""Codes of receipts that do not exist, from one address: nobody finds one by trying, and who mistypes has room."""


def login_attempts(login_key: str) -> str:
    """Of what was typed and not of the account it finds: whether it finds one must not show."""
    return f"login:{_digest(login_key)}"


def address_attempts(ip: str | None) -> str:
    """IPv4 by address, IPv6 by its /64, which is what one household or phone has; unknown ones share a key."""
    try:
        address = ipaddress.ip_address(ip or "")
    except ValueError:
        return f"address:{_digest(ip or '')}"
    if isinstance(address, ipaddress.IPv6Address):
        network = ipaddress.ip_network((int(address) >> 64 << 64, 64))
        return f"address:{_digest(str(address.ipv4_mapped or network))}"
    return f"address:{_digest(str(address))}"


def verification_attempts(ip: str | None) -> str:
    """By what one address is there, as for signing in."""
    return f"receipt:{address_attempts(ip)}"


def password_attempts(account_id: AccountId) -> str:
    return f"password:{account_id}"


def _digest(text: str) -> str:
    """A name or address that is not kept in the clear."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
