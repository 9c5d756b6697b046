"""The agency's merchant account at a gateway, as its operator sets it."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import uuid4

from application.access import Scope
from application.merchants import Merchants
from application.ports.payment_gateway import SignatureAlgorithm
from application.ports.payments import GatewayAccount
from application.ports.secrets import SecretUnreadable
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.ids import AgencyId, GatewayAccountId
from domain.payments import PaymentGatewayCode

_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)
_CREDENTIAL = re.compile(r"[!-~]{6,128}", re.ASCII)
_SWITCHES = {"true": True, "false": False}
_LIVE_KEYS = 2
"""A new API key signs; the one before it is still accepted, for what is under way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMerchantAccount:
    """Change settings of an agency's merchant account; the first ones make it. For the operator's command line.

    `settings` by name: enabled and test (true or false), merchant_id, account_id, api_login, api_key, signature (md5,
    sha1, sha256). InvalidInput names each that cannot stay: unknown (INVALID), misshapen, missing for an account that
    is enabled (REQUIRED), or one of the gateway's public sandbox where tests are not allowed (NOT_ALLOWED). Accounts
    of the sandbox are test accounts whatever is said. SecretUnreadable if the stored credentials cannot be opened and
    the settings do not replace both.
    """

    unit_of_work: UnitOfWorkFactory
    merchants: Merchants
    sandbox_merchants: frozenset[str]

    async def __call__(
        self, agency_id: AgencyId, *, gateway: PaymentGatewayCode, settings: Mapping[str, str]
    ) -> GatewayAccount:
        _refuse([_shape(name, text) for name, text in settings.items()])
        async with self.unit_of_work(Scope.of_agency(agency_id)) as uow:
            account = await uow.gateway_accounts.get(gateway) or GatewayAccount(
                id=GatewayAccountId(uuid4()),
                agency_id=agency_id,
                gateway=gateway,
                public_key=secrets.token_urlsafe(18),
            )
            account = self._changed(account, settings)
            await uow.gateway_accounts.save(account)
            await uow.commit()
        return account

    def _changed(self, account: GatewayAccount, settings: Mapping[str, str]) -> GatewayAccount:
        merchant_id = settings.get("merchant_id", account.merchant_id)
        account = replace(
            account,
            enabled=_SWITCHES[settings.get("enabled", str(account.enabled).lower())],
            merchant_id=merchant_id,
            account_id=settings.get("account_id", account.account_id),
            signature=SignatureAlgorithm(settings.get("signature", account.signature.value)),
            test=_SWITCHES[settings.get("test", str(account.test).lower())] or merchant_id in self.sandbox_merchants,
        )
        login, keys = self._credentials(account, settings)
        login = settings.get("api_login", login)
        if "api_key" in settings:
            keys = tuple(dict.fromkeys((settings["api_key"], *keys)))[:_LIVE_KEYS]
        problems: list[FieldProblem | None] = []
        if account.enabled:
            needed = {
                "merchant_id": account.merchant_id,
                "account_id": account.account_id,
                "api_login": login,
                "api_key": keys,
            }
            problems += [FieldProblem(name, FieldProblemCode.REQUIRED) for name, value in needed.items() if not value]
            if account.test and not self.merchants.test_allowed:
                problems.append(FieldProblem("merchant_id", FieldProblemCode.NOT_ALLOWED, "sandbox"))
        _refuse(problems)
        return replace(account, secrets=self.merchants.sealed(account, api_login=login, api_keys=keys))

    def _credentials(self, account: GatewayAccount, settings: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
        """Those that are stored. What cannot be read any more (the key was lost) may be replaced as a whole."""
        try:
            return self.merchants.credentials(account)
        except SecretUnreadable:
            if {"api_login", "api_key"} <= settings.keys():
                return "", ()
            raise


def _shape(name: str, text: str) -> FieldProblem | None:
    match name:
        case "enabled" | "test":
            fits = text in _SWITCHES
        case "merchant_id" | "account_id":
            fits = bool(_NUMBER.fullmatch(text))
        case "api_login" | "api_key":
            fits = bool(_CREDENTIAL.fullmatch(text))
        case "signature":
            fits = text in set(SignatureAlgorithm)
        case _:
            fits = False
    return None if fits else FieldProblem(name, FieldProblemCode.INVALID)


def _refuse(problems: list[FieldProblem | None]) -> None:
    found = [problem for problem in problems if problem is not None]
    if found:
        raise InvalidInput(*found)
