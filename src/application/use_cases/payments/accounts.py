"""The agency's merchant account at a gateway, as its operator sets it."""

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from uuid import uuid4

from application.access import Scope, StaffViewer
from application.merchants import Merchants
from application.ports.clock import Clock
from application.ports.payment_gateway import SignatureAlgorithm
from application.ports.payments import GatewayAccount
from application.ports.secrets import SecretUnreadable
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.audit import AuditAction
from domain.errors import FieldProblem, FieldProblemCode, refuse
from domain.ids import AgencyId, GatewayAccountId
from domain.payments import PaymentGatewayCode

_NUMBER = re.compile(r"[0-9]{1,12}", re.ASCII)
_USER = re.compile(r"[!-~]{1,64}", re.ASCII)
_CREDENTIAL = re.compile(r"[!-~]{6,128}", re.ASCII)
_OPTIONAL_ID = re.compile(r"[0-9A-Za-z_-]{0,20}", re.ASCII)
DIALECTS = frozenset({"gangway", "webcheckout_rest"})
"""Of EnLineaPagos; its adapter speaks these."""
_SWITCHES = {"true": True, "false": False}
_LIVE_KEYS = 2
"""A new API key signs; the one before it is still accepted, for what is under way."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """A setting under the gateway's own name: which part of the account it is, what it may look like, and whether an
    account cannot be enabled without it."""

    part: str
    shape: re.Pattern[str] | frozenset[str]
    needed: bool = True

    def takes(self, text: str) -> bool:
        return text in self.shape if isinstance(self.shape, frozenset) else bool(self.shape.fullmatch(text))


_SWITCH = frozenset(_SWITCHES)
_OF_ALL = {"enabled": _Setting("enabled", _SWITCH, needed=False), "test": _Setting("test", _SWITCH, needed=False)}
_SETTINGS: Mapping[PaymentGatewayCode, Mapping[str, _Setting]] = {
    PaymentGatewayCode.PAYU: _OF_ALL
    | {
        "merchant_id": _Setting("merchant_id", _NUMBER),
        "account_id": _Setting("account_id", _NUMBER),
        "api_login": _Setting("api_login", _CREDENTIAL),
        "api_key": _Setting("api_key", _CREDENTIAL),
        "signature": _Setting("signature", frozenset(SignatureAlgorithm), needed=False),
    },
    PaymentGatewayCode.ENLINEA: _OF_ALL
    | {
        "usuario": _Setting("merchant_id", _USER),
        "clave": _Setting("api_login", _CREDENTIAL),
        "llavemd5": _Setting("api_key", _CREDENTIAL),
        "dialect": _Setting("dialect", DIALECTS, needed=False),
        "account_id": _Setting("account_id", _OPTIONAL_ID, needed=False),
    },
}
UNCERTIFIED = frozenset({PaymentGatewayCode.ENLINEA})
"""Gateways whose protocol its owner has not certified: whoever enables one is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMerchantAccount:
    """Change settings of an agency's merchant account; the first ones make it. For the operator's command line,
    or `by` a person of the staff who may.

    `settings` by the gateway's own names: enabled and test (true or false) for all; for PayU merchant_id, account_id,
    api_login, api_key, signature (md5, sha1, sha256); for EnLineaPagos usuario, clave, llavemd5, dialect (gangway,
    webcheckout_rest) and, in the second of these, account_id. A new key is used from now on and the one before it is
    still good.

    InvalidInput names each that cannot stay: unknown (INVALID, with the names there are), misshapen, missing for an
    account that is enabled (REQUIRED), or one for tests where these are not allowed (NOT_ALLOWED). `sandbox_merchants`,
    by gateway, are test accounts whatever is said. SecretUnreadable if the stored credentials cannot be opened and the
    settings do not replace both.
    """

    unit_of_work: UnitOfWorkFactory
    merchants: Merchants
    clock: Clock
    sandbox_merchants: Mapping[PaymentGatewayCode, Collection[str]] = field(default_factory=dict)

    async def __call__(
        self,
        agency_id: AgencyId,
        *,
        gateway: PaymentGatewayCode,
        settings: Mapping[str, str],
        by: StaffViewer | None = None,
    ) -> GatewayAccount:
        known = _SETTINGS[gateway]
        refuse(*(_problem(gateway, name, text) for name, text in settings.items()))
        async with self.unit_of_work(by.scope if by else Scope.of_operator(agency_id)) as uow:
            account = await uow.gateway_accounts.get(gateway) or GatewayAccount(
                id=GatewayAccountId(uuid4()),
                agency_id=agency_id,
                gateway=gateway,
                public_key=secrets.token_urlsafe(18),
            )
            account = self._changed(account, {known[name].part: text for name, text in settings.items()})
            await uow.gateway_accounts.save(account)
            told = {"gateway": gateway, "enabled": account.enabled, "set": sorted(settings)}
            entity, at = ("Agency", agency_id), self.clock.now()
            await uow.audit.record(AuditAction.GATEWAY_CONFIGURED, at=at, entity=entity, changes=told)
            await uow.commit()
        return account

    def _changed(self, account: GatewayAccount, parts: Mapping[str, str]) -> GatewayAccount:
        merchant_id = parts.get("merchant_id", account.merchant_id)
        is_sandbox = merchant_id in self.sandbox_merchants.get(account.gateway, ())
        account = replace(
            account,
            enabled=_SWITCHES[parts.get("enabled", str(account.enabled).lower())],
            merchant_id=merchant_id,
            account_id=parts.get("account_id", account.account_id),
            signature=SignatureAlgorithm(parts.get("signature", account.signature.value)),
            dialect=parts.get("dialect", account.dialect),
            test=_SWITCHES[parts.get("test", str(account.test).lower())] or is_sandbox,
        )
        login, keys = self._credentials(account, parts)
        login = parts.get("api_login", login)
        if "api_key" in parts:
            keys = tuple(dict.fromkeys((parts["api_key"], *keys)))[:_LIVE_KEYS]
        if account.enabled:
            self._refuse_unready(account, login, keys)
        return replace(account, secrets=self.merchants.sealed(account, api_login=login, api_keys=keys))

    def _refuse_unready(self, account: GatewayAccount, login: str, keys: tuple[str, ...]) -> None:
        """What an account lacks to be enabled, by the gateway's own names."""
        have = {
            "merchant_id": account.merchant_id,
            "account_id": account.account_id,
            "api_login": login,
            "api_key": keys,
        }
        names = {setting.part: name for name, setting in _SETTINGS[account.gateway].items() if setting.needed}
        problems = [FieldProblem(names[part], FieldProblemCode.REQUIRED) for part in names if not have[part]]
        if account.test and not self.merchants.test_allowed:
            problems.append(FieldProblem(names["merchant_id"], FieldProblemCode.NOT_ALLOWED, "sandbox"))
        refuse(*problems)

    def _credentials(self, account: GatewayAccount, parts: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
        """Those that are stored. What cannot be read any more (the key was lost) may be replaced as a whole."""
        try:
            return self.merchants.credentials(account)
        except SecretUnreadable:
            if {"api_login", "api_key"} <= parts.keys():
                return "", ()
            raise


def unknown(gateway: PaymentGatewayCode, field: str) -> FieldProblem:
    """What is wrong with a name that is no credential of that gateway; it tells those that are."""
    names = [name for name in _SETTINGS[gateway] if name != "enabled"]
    return FieldProblem(field, FieldProblemCode.INVALID, "unknown_credential", subject=", ".join(sorted(names)))


def _problem(gateway: PaymentGatewayCode, name: str, text: str) -> FieldProblem | None:
    setting = _SETTINGS[gateway].get(name)
    if setting is None:
        return unknown(gateway, name)
    return None if setting.takes(text) else FieldProblem(name, FieldProblemCode.INVALID)
