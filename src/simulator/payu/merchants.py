"""Merchants of PayU, and how the control API names what can be said of one."""

from dataclasses import dataclass
from typing import Any

from simulator.members import Members

ALGORITHMS = ("md5", "sha1", "sha256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchant:
    """A merchant of PayU with one account.

    `confirmation_algorithm` is the digest of the notifications and of the response page; None follows the algorithm
    that the checkout form asked for, which is MD5 when it asked for none.
    `duplicate_control` is the switch of PayU's panel: a reference is accepted once only.
    `response_url` and `confirmation_url` are the addresses of the panel, used when the form brings none.
    `dispute_url` is told of disputes, when there is one.
    `sandbox` marks every transaction as a test whatever the form says.
    """

    merchant_id: str
    account_id: str
    api_login: str
    api_key: str
    name: str = "Comercio de prueba"
    address: str = ""
    url: str = ""
    telephone: str = ""
    currencies: tuple[str, ...] = ("COP", "USD")
    confirmation_algorithm: str | None = None
    duplicate_control: bool = True
    response_url: str = ""
    confirmation_url: str = ""
    dispute_url: str = ""
    sandbox: bool = True


SANDBOX_MERCHANT = Merchant(
    merchant_id="508029",
    account_id="512321",
    api_login="pRRXKOl8ikMmt9u",
    api_key="4Vj8eK4rloUd272L48hsrarnUA",
    name="Comercio de prueba (Colombia)",
)
"""PayU's public sandbox merchant with its Colombian account (PayU, «Pruebe su solución»)."""

_MEMBERS = Members(
    texts={
        "merchantId": ("merchant_id", r"[0-9]{1,12}"),
        "accountId": ("account_id", r"[0-9]{1,6}"),
        "apiLogin": ("api_login", r"[!-~]{6,32}"),
        "apiKey": ("api_key", r"[!-~]{6,64}"),
        "name": ("name", r"[^\x00-\x1f\x7f]{1,150}"),
        "responseUrl": ("response_url", r"|https?://[!-~]{1,250}"),
        "confirmationUrl": ("confirmation_url", r"|https?://[!-~]{1,250}"),
        "disputeUrl": ("dispute_url", r"|https?://[!-~]{1,250}"),
        "confirmationAlgorithm": ("confirmation_algorithm", "|".join(ALGORITHMS)),
    },
    flags={"duplicateControl": "duplicate_control", "sandbox": "sandbox"},
    required=("merchantId", "accountId", "apiLogin", "apiKey"),
)


def read_merchant(body: dict[str, Any]) -> Merchant:
    """A merchant as the control API describes it. Raises BadRequest."""
    return Merchant(**_MEMBERS.read(body))


def merchant_view(merchant: Merchant) -> dict[str, Any]:
    """One merchant without its key."""
    return {
        "gateway": "payu",
        "merchantId": merchant.merchant_id,
        "accountId": merchant.account_id,
        "apiLogin": merchant.api_login,
        "name": merchant.name,
        "currencies": list(merchant.currencies),
        "confirmationAlgorithm": merchant.confirmation_algorithm,
        "duplicateControl": merchant.duplicate_control,
        "responseUrl": merchant.response_url or None,
        "confirmationUrl": merchant.confirmation_url or None,
        "disputeUrl": merchant.dispute_url or None,
        "sandbox": merchant.sandbox,
    }
