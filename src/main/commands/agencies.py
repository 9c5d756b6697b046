"""`portal agency set`: settings of the agency itself, and those of its merchant accounts by their prefix."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from application.use_cases.payments.accounts import UNCERTIFIED
from domain.payments import PaymentGatewayCode
from graphql_api.texts import PAY_WITH
from main.commands.running import Failure, with_portal

_LOGO = "logo"
_UNCERTIFIED = (
    "{}: pendiente de certificación. Su protocolo no lo ha confirmado el proveedor; pruébelo con él antes de cobrar."
)


@dataclass(frozen=True, slots=True)
class Changed:
    """Names of what was set, and what the operator should know about it."""

    names: list[str]
    warnings: list[str]


def change(slug: str, settings: list[str]) -> Changed:
    """Apply KEY=VALUE settings. All of the agency's, or none; then those of each gateway."""
    given = dict(_pair(text) for text in settings)
    logo = _file(given.pop(_LOGO)) if _LOGO in given else None
    gateways: dict[PaymentGatewayCode, dict[str, str]] = {}
    own: dict[str, str] = {}
    for name, value in given.items():
        prefix, _, rest = name.partition(".")
        if rest and prefix.upper() in PaymentGatewayCode.__members__:
            gateways.setdefault(PaymentGatewayCode[prefix.upper()], {})[rest] = value
        else:
            own[name] = value

    enabled: list[PaymentGatewayCode] = []

    async def run(portal: Any) -> None:
        found = await portal.use_cases.find_agency(slug)
        if own or logo is not None:
            await portal.use_cases.set_agency(found.id, settings=own, logo=logo)
        for gateway, merchant in gateways.items():
            account = await portal.use_cases.set_merchant_account(found.id, gateway=gateway, settings=merchant)
            if account.enabled:
                enabled.append(gateway)

    with_portal(run)
    return Changed(
        names=[*given, *([_LOGO] if logo is not None else [])],
        warnings=[_UNCERTIFIED.format(PAY_WITH[gateway]) for gateway in enabled if gateway in UNCERTIFIED],
    )


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Failure(f"«{text}» no es un ajuste: se escribe CLAVE=VALOR.")
    return name.strip(), value


def _file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Failure(f"No se puede leer {path}: {error.strerror}.") from error
