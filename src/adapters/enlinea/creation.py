"""Opening a checkout from server to server: what is sent, and what the answer may say.

The merchant's key travels in clear, so that no browser may ever carry the request. Integrators take the second quoted
string of the answer for the payer's link; the order in which it is looked for here covers what they have seen.
"""

import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import quote, urlencode

from adapters.enlinea.addresses import WHOSE
from adapters.enlinea.dialects import CreationWords
from adapters.enlinea.texts import amount_text, decoded, one_line
from adapters.web.addresses import require_address
from application.ports.payment_gateway import CheckoutRequest, MerchantAccount, Payer
from domain.money import ZERO
from domain.payment_intents import CURRENCY

MAX_URL = 255
"""What is known to pass; the platform's own limit is not published."""
_MAX_LINK = 2048
_LINK = re.compile(r"https?://[!#-;=?-\[\]_a-z~%]{1,2040}", re.ASCII)
_PAGE = re.compile(r"<(!doctype|html|body)", re.IGNORECASE)
"""A page for people, of a proxy or of the platform itself, has links too: none of them is the payer's."""
_ERROR = "error"


class Refused(Exception):
    """The platform answered that it opens nothing; the message is its text, for our log."""


class Unusable(Exception):
    """An answer that is neither a link of the platform's nor a refusal; the message says what is wrong with it."""


def creation_fields(
    words: CreationWords, asked: CheckoutRequest, *, merchant: MerchantAccount, return_url: str
) -> dict[str, str]:
    """The request's fields, those of the payer in the flat form; who paid is brought to `return_url`. The reference
    stands in the description too, because the status services answer with that.

    ValueError if an address is longer than is known to pass: cut, it would send the payer astray.
    """
    for address in (return_url, asked.response_url):
        if len(address) > MAX_URL:
            raise ValueError(f"address longer than {MAX_URL} characters: {address[:60]}…")
    intent, payer, tax = asked.intent, asked.payer, asked.tax
    names, surnames = _names(payer)
    base = intent.amount - tax if words.base_is_the_rest and tax > ZERO else asked.tax_base
    mark = f" {intent.reference}"
    fields = {
        words.user: merchant.merchant_id,
        words.key: merchant.api_keys[0],
        words.account: merchant.account_id,
        words.reference: intent.reference,
        words.currency: CURRENCY,
        words.amount: amount_text(intent.amount),
        words.tax: amount_text(tax),
        words.tax_base: amount_text(base),
        words.untaxed: amount_text(intent.amount - tax - base),
        words.description: one_line(asked.description, words.description_limit - len(mark)) + mark,
        words.return_url: quote(return_url, safe="") if words.encodes_return_twice else return_url,
        words.browser_url: asked.response_url,
        words.names: one_line(names, 60),
        words.surnames: one_line(surnames, 60),
        words.email: one_line(payer.email, 150),
        words.document_number: one_line(payer.document_number or "", 25),
        words.document_type: one_line(payer.document_type or "", 5),
        words.phone: one_line(payer.phone or "", 30),
    } | dict.fromkeys(words.reference_copies, intent.reference)
    return {name: text for name, text in fields.items() if name and text}


def creation_body(words: CreationWords, fields: dict[str, str]) -> tuple[bytes, str]:
    """The body and its content type."""
    if not words.sends_json:
        body = urlencode(fields, encoding=words.charset).encode("ascii")
        return body, f"application/x-www-form-urlencoded; charset={words.charset}"
    of_person = {words.names, words.surnames, words.email, words.document_number, words.document_type, words.phone}
    outer: dict[str, Any] = {name: text for name, text in fields.items() if name not in of_person}
    outer[words.person] = {name: text for name, text in fields.items() if name in of_person}
    return json.dumps(outer).encode(), "application/json"


def link_in(body: bytes, content_type: str, words: CreationWords, *, allowed_hosts: Collection[str]) -> str:
    """The payer's link: of a JSON object the first address among its link names, then among its other members; else
    the first address in the text, in which `\\/` stands for `/`. Refused where the answer speaks of an error,
    Unusable for one without a link, or with one that leads elsewhere than to `allowed_hosts`."""
    text = decoded(body, content_type)
    link, rest = _found(text, words)
    if _ERROR in rest.lower():
        raise Refused(one_line(rest, 200))
    if not link:
        if isinstance(_json(text), dict) and rest.strip(" {}"):
            raise Refused(one_line(rest, 200))
        raise Unusable("no link")
    try:
        require_address(link, allowed_hosts, whose=WHOSE)
    except ValueError as error:
        raise Unusable("a link that leads elsewhere") from error
    return link


def _found(text: str, words: CreationWords) -> tuple[str, str]:
    """The link, and what else the answer says."""
    read = _json(text)
    if isinstance(read, dict):
        members = [(name, value) for name, value in read.items() if value not in (None, False, "", 0, "0")]
        members.sort(key=lambda member: _rank(member[0], words))
        for place, (_, value) in enumerate(members):
            if isinstance(value, str) and _is_link(value.strip()):
                return value.strip(), _said(members[:place] + members[place + 1 :])
        return "", _said(members)
    plain = (read if isinstance(read, str) else text).replace("\\/", "/")
    match = None if _PAGE.search(plain) else _LINK.search(plain)
    if match is None:
        return "", plain
    return match[0].rstrip(".,;)"), plain[: match.start()] + plain[match.end() :]


def _rank(name: str, words: CreationWords) -> int:
    return words.link_names.index(name) if name in words.link_names else len(words.link_names)


def _said(members: list[tuple[str, Any]]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in members)


def _is_link(text: str) -> bool:
    return len(text) <= _MAX_LINK and bool(_LINK.fullmatch(text))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _names(payer: Payer) -> tuple[str, str]:
    """Names and surnames, as well as one can tell: of four words or more two are surnames, a company has none."""
    words = payer.name.split()
    if payer.document_type == "NIT" or len(words) < 2:
        return payer.name, ""
    surnames = 1 if len(words) == 2 else 2
    return " ".join(words[:-surnames]), " ".join(words[-surnames:])
