"""Merchants of EnLinea, and how the control API names what can be said of one."""

from dataclasses import dataclass
from typing import Any

from simulator.members import Members


@dataclass(frozen=True, slots=True, kw_only=True)
class EnLineaMerchant:
    """A merchant of EnLinea with its static secrets.

    The rest are switches for what nobody outside of EnLinea knows:
    `account_id`: what the REST dialect must bring in `account_id`; empty asks for nothing.
    `link_key`: the name of the link in the answer that opens a checkout.
    `return_method`: how the payer's browser comes back to `urlback`, GET or POST.
    `server_copy`: whether the fields of the return are also sent from server to server.
    `tells_reference`: whether the answers of the query services name the reference in `info_opcional1` and `extra1`.
    """

    usuario: str
    clave: str
    llavemd5: str
    name: str = "Comercio de prueba (EnLinea)"
    account_id: str = ""
    link_key: str = "link"
    return_method: str = "GET"
    server_copy: bool = False
    tells_reference: bool = True


SIMULATOR_MERCHANT = EnLineaMerchant(
    usuario="simulador", clave="clave-del-simulador", llavemd5="51d0a1b2c3d4e5f60718293a4b5c6d7e"
)
"""The merchant that the simulator invents; EnLinea has no public one."""

_MEMBERS = Members(
    texts={
        "usuario": ("usuario", r"[!-~]{1,64}"),
        "clave": ("clave", r"[!-~]{1,64}"),
        "llavemd5": ("llavemd5", r"[!-~]{6,64}"),
        "name": ("name", r"[^\x00-\x1f\x7f]{1,150}"),
        "accountId": ("account_id", r"[0-9A-Za-z_-]{0,20}"),
        "linkKey": ("link_key", "link|url"),
        "returnMethod": ("return_method", "GET|POST"),
    },
    flags={"serverCopy": "server_copy", "tellsReference": "tells_reference"},
    required=("usuario", "clave", "llavemd5"),
)


def read_merchant(body: dict[str, Any]) -> EnLineaMerchant:
    """A merchant as the control API describes it. Raises BadRequest."""
    return EnLineaMerchant(**_MEMBERS.read(body))


def merchant_view(merchant: EnLineaMerchant) -> dict[str, Any]:
    """One merchant without its secrets."""
    return {
        "gateway": "enlinea",
        "usuario": merchant.usuario,
        "name": merchant.name,
        "accountId": merchant.account_id or None,
        "linkKey": merchant.link_key,
        "returnMethod": merchant.return_method,
        "serverCopy": merchant.server_copy,
        "tellsReference": merchant.tells_reference,
    }
