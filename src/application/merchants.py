"""Agencies' merchant accounts between their stored, sealed form and the one that a gateway adapter works with."""

import json
from dataclasses import dataclass
from typing import TypeGuard

from application.ports.payment_gateway import MerchantAccount
from application.ports.payments import GatewayAccount
from application.ports.secrets import SecretBox


@dataclass(frozen=True, slots=True, kw_only=True)
class Merchants:
    """`test_allowed`: accounts that move no real money may be used; never in production."""

    secrets: SecretBox
    test_allowed: bool

    def usable(self, account: GatewayAccount | None) -> TypeGuard[GatewayAccount]:
        """Whether payments may be started with it now."""
        if account is None or not account.enabled or not account.secrets:
            return False
        return self.test_allowed or not account.test

    def open(self, account: GatewayAccount) -> MerchantAccount:
        """With its credentials in clear, also when it was disabled, because payments may still be under way.

        SecretUnreadable if they cannot be read. Where tests are not allowed the account counts as one for real
        money, so that a test payment is never taken for one."""
        login, keys = self.credentials(account)
        return MerchantAccount(
            id=account.id,
            agency_id=account.agency_id,
            gateway=account.gateway,
            public_key=account.public_key,
            merchant_id=account.merchant_id,
            account_id=account.account_id,
            api_login=login,
            api_keys=keys,
            signature=account.signature,
            dialect=account.dialect,
            test=account.test and self.test_allowed,
        )

    def credentials(self, account: GatewayAccount) -> tuple[str, tuple[str, ...]]:
        """API login and keys, the newest first; empty where none were stored."""
        if not account.secrets:
            return "", ()
        stored = json.loads(self.secrets.open(account.secrets, place=str(account.id)))
        return stored["api_login"], tuple(stored["api_keys"])

    def sealed(self, account: GatewayAccount, *, api_login: str, api_keys: tuple[str, ...]) -> str:
        """Credentials as the account stores them; they open for no other account."""
        text = json.dumps({"api_login": api_login, "api_keys": api_keys})
        return self.secrets.seal(text, place=str(account.id))
