"""What is counted when somebody tries to sign in, and how much of it is allowed.

NIST SP 800-63B-4, 3.2.2, allows a hundred wrong passwords in a row on one account. They are shared out: an account has
two names (user name and e-mail), each with 35 tries from anywhere and 10 from places where its owner is known, and 10
more inside a session. Names are counted apart, so that a wait at one does not tell that another is of the same person.
"""

import hashlib
import ipaddress
from datetime import datetime, timedelta

from domain.accounts import Account, login_key
from domain.errors import Cure
from domain.ids import AccountId
from domain.links import LINK_AGAIN
from domain.throttling import Backoff

_FIVE_MINUTES = timedelta(minutes=5)
_HOUR = timedelta(hours=1)
_A_MONTH = timedelta(days=30)

OF_ONE_LOGIN = Backoff(free=5, forgotten_after=_A_MONTH, most=35, cure=Cure.PASSWORD)
"""Guesses at one user name or e-mail, from anywhere: five, then a growing wait, until the right password comes."""
OF_FAMILIAR_PLACE = Backoff(free=5, forgotten_after=_A_MONTH, most=10, cure=Cure.PASSWORD)
"""The same from where somebody signed in with it before: whoever guesses from elsewhere does not use these up."""
OF_ONE_ADDRESS = Backoff(free=100, forgotten_after=_HOUR)
"""Failures from one address, whomever they are about: many, because whole towns share a mobile operator's address."""
OF_ONE_ACCOUNT = Backoff(free=5, forgotten_after=_A_MONTH, most=10, cure=Cure.PASSWORD)
"""Wrong current passwords inside a session, so that a phone left on a table does not give its password away."""
OF_CODES = Backoff(free=5, forgotten_after=_A_MONTH, most=50, cure=Cure.ADMINISTRATOR)
"""Codes of a second factor, after the right password: fifty tries at six digits find one once in six thousand."""
OF_ONE_VERIFIER = Backoff(free=30, forgotten_after=_HOUR)
"""Codes of receipts that do not exist, from one address: nobody finds one by trying, and who mistypes has room."""
OF_AN_AGENCY = Backoff(free=1_000_000_000, forgotten_after=_HOUR)
"""Wrong passwords in the whole agency in an hour: nobody waits for those, but the operator is told."""
FAMILIAR_FOR = timedelta(days=90)
"""How long a place stays known after the last sign-in from there."""
OF_ONE_RECIPIENT = Backoff(free=5, first=_FIVE_MINUTES, ceiling=_FIVE_MINUTES, forgotten_after=_HOUR)
"""Letters of one kind that strangers can cause (a reset, say) to one address: five, and one more every five minutes.
Sooner than links are made (`OF_RESETS_OF_ONE_LOGIN`), so that none that was made is not sent."""


def letters_to(address: str, kind: str) -> str:
    """By mailbox, however it is written, and by kind, so that letters of one do not use up the share of another."""
    return f"letters:{kind}:{_digest(address.strip().casefold())}"


OF_RESETS_FROM_ONE_ADDRESS = Backoff(free=60, forgotten_after=_HOUR)
"""Links asked for from one address, whoever they are for."""
OF_RESETS_OF_ONE_LOGIN = Backoff(free=5, first=LINK_AGAIN, ceiling=LINK_AGAIN, forgotten_after=_HOUR)
"""Letters that one user name or e-mail may cause: five, so that nobody's mailbox is filled, and then one more each time
that a link may be made again, so that who asks for all of them leaves the owner one that serves."""
OF_GUESSED_LINKS = Backoff(free=20, forgotten_after=_HOUR)
"""Links that are none, from one address; an old letter is opened a few times, and 256 bits are not guessed anyway."""
OF_EMAIL_CHANGES = Backoff(free=5, first=_HOUR, ceiling=_HOUR, forgotten_after=_HOUR)
"""Letters to addresses that an account says it wants to have."""


def login_attempts(login_key: str, *, familiar: bool = False) -> str:
    """Of what was typed and not of the account it finds: whether it finds one must not show."""
    return f"{'familiar' if familiar else 'login'}:{_digest(login_key)}"


def attempts_on(account: Account, *, familiar_only: bool = False) -> tuple[str, ...]:
    """Everything that is counted of an account's password, under either of its names: what a new password clears."""
    names = _names(account)
    familiar = tuple(login_attempts(name, familiar=True) for name in names)
    if familiar_only:
        return familiar
    return (*familiar, *(login_attempts(name) for name in names), password_attempts(account.id))


def counted_of(account: Account) -> tuple[str, ...]:
    """All that is counted under an account or its names, but for `places_under`: what an erasure takes away."""
    resets = (resets_of_login(name) for name in _names(account))
    return (*attempts_on(account), *resets, code_attempts(account.id), email_changes(account.id))


def places_under(account: Account) -> tuple[str, ...]:
    """How the keys begin of all places where an account is known under either name, and of what is counted there."""
    return tuple(_of_name(kind, name) for kind in ("place", "known") for name in _names(account))


def place(login_key: str, ip: str | None) -> str:
    """A name together with the neighbourhood of an address."""
    return _of_name("place", login_key) + _digest(_network(ip, 24))


def places_of(account: Account, ip: str | None) -> tuple[str, ...]:
    """The same for both names of an account."""
    return tuple(place(name, ip) for name in _names(account))


def address_attempts(ip: str | None, *, known: str | None = None) -> str:
    """IPv4 by address, IPv6 by its /64, which is what one household or phone has; unknown ones share a key.

    A name that is `known` there has a count of its own: as much work, and nobody else uses it up.
    """
    if known is not None:
        return _of_name("known", known) + _digest(_network(ip, 32))
    return f"address:{_digest(_network(ip, 32))}"


def verification_attempts(ip: str | None) -> str:
    """By what one address is there, as for signing in."""
    return f"receipt:{address_attempts(ip)}"


def resets_from_address(ip: str | None) -> str:
    return f"reset:{address_attempts(ip)}"


def resets_of_login(login_key: str) -> str:
    """Of what was typed, as for signing in."""
    return f"reset:{login_attempts(login_key)}"


def link_attempts(ip: str | None) -> str:
    return f"link:{address_attempts(ip)}"


def email_changes(account_id: AccountId) -> str:
    return f"email:{account_id}"


def password_attempts(account_id: AccountId) -> str:
    return f"password:{account_id}"


def code_attempts(account_id: AccountId) -> str:
    return f"code:{account_id}"


def agency_attempts(now: datetime) -> str:
    """Of the hour."""
    return f"agency:{now:%Y-%m-%dT%H}"


def _names(account: Account) -> tuple[str, ...]:
    return login_key(account.username), login_key(account.email)


def _of_name(kind: str, name: str) -> str:
    """Apart from the address that follows, so that all of a name can be found."""
    return f"{kind}:{_digest(name)}:"


def _network(ip: str | None, bits: int) -> str:
    """The first `bits` of an IPv4 address, or the first 64 of another; what is no address stays as it is."""
    try:
        address = ipaddress.ip_address(ip or "")
    except ValueError:
        return ip or ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else address
    return str(ipaddress.ip_network(f"{mapped}/{bits}", strict=False))


def _digest(text: str) -> str:
    """A name or address that is not kept in the clear."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
