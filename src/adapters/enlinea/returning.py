"""The address the payer comes back to, and what it says on arrival.

Nothing the platform sends back is signed, but it repeats the query of the address we gave it. So the address carries a
token that only we can make: whoever calls it had it from us, or from the payer's browser. That lets a call make us ask
the platform; it never says what happened to the money.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from adapters.enlinea.dialects import DIALECTS
from domain.gateway_reports import Hint

TOKEN = "k"  # noqa: S105 (the name of a parameter)
REFERENCE = re.compile(r"[A-Z0-9]{6,30}", re.ASCII)
_NUMBER = re.compile(r"[0-9A-Za-z._-]{1,64}", re.ASCII)
_MOST_FIELDS = 100


def token_for(secret: bytes, account: str, reference: str) -> str:
    """The token of a reference at the merchant account with that public key, in hexadecimal."""
    return hmac.new(secret, f"enlineapagos|{account}|{reference}".encode(), hashlib.sha256).hexdigest()


def token_fits(secret: bytes, account: str, reference: str, token: str) -> bool:
    """Whether we made that token for that reference, in constant time."""
    return hmac.compare_digest(token_for(secret, account, reference).encode(), token.encode("utf-8", "replace"))


def return_url(base: str, secret: bytes, *, account: str, reference: str) -> str:
    """The address for one payment below `base`, which is that of the merchant account."""
    return f"{base}/{reference}?{TOKEN}={token_for(secret, account, reference)}"


def is_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def told_fields(query: bytes, body: bytes, content_type: str) -> dict[str, str]:
    """What the query and the body say, the body's word before the query's. What is neither a form nor a JSON object,
    or has more fields than any return, says nothing."""
    return _form_fields(query) | (_json_fields(body) if is_json(content_type) else _form_fields(body))


def hint_in(told: Mapping[str, str], reference: str) -> Hint:
    """The hint about `reference`, whatever dialect its fields are in."""
    words = [dialect.returns for dialect in DIALECTS.values()]
    number = _first(told, (name for word in words for name in word.transaction))
    answer = _first(told, (name for word in words for name in word.told))
    return Hint(
        reference=reference,
        transaction_id=number if _NUMBER.fullmatch(number) else None,
        told="".join(letter for letter in answer if letter.isprintable())[:40],
    )


def reference_in(told: Mapping[str, str]) -> str:
    """The reference a copy names by itself; empty if it names none."""
    return _first(told, (name for dialect in DIALECTS.values() for name in dialect.returns.reference))


def _form_fields(text: bytes) -> dict[str, str]:
    # The platform writes ISO-8859-1, of which every byte is a letter: nothing can fail to be read.
    try:
        pairs = parse_qsl(
            text.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        return {}
    return dict(pairs)


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(read, dict) or len(read) > _MOST_FIELDS:
        return {}
    return {name: str(value) for name, value in read.items() if isinstance(value, str | int)}


def _first(told: Mapping[str, str], names: Iterable[str]) -> str:
    return next((told[name].strip() for name in names if told.get(name, "").strip()), "")
