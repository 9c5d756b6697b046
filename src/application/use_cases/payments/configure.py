"""The agency's merchant accounts as its administrators set them, and as its staff see them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from application.access import Viewer, require_admin
from application.ports.reading import GatewaySetup
from application.ports.secrets import SecretUnreadable
from application.use_cases.payments.accounts import UNCERTIFIED, SetMerchantAccount, unknown
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.payments import PaymentGatewayCode

MAX_CREDENTIALS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigureGateway:
    """Enable or disable a gateway and write its credentials, which nobody reads again. For administrators; other staff
    are NotAllowed.

    `credentials` are names and values, those of `SetMerchantAccount` but `enabled`; what is not named stays. A new key
    is used from now on and the one before it is still good. InvalidInput as there, each problem at its place
    (`credentials.0`), at `credentials` for what is missing.
    """

    set_merchant_account: SetMerchantAccount

    async def __call__(
        self, viewer: Viewer, *, gateway: PaymentGatewayCode, enabled: bool, credentials: Sequence[tuple[str, str]] = ()
    ) -> None:
        admin = require_admin(viewer)
        if len(credentials) > MAX_CREDENTIALS:
            raise InvalidInput(FieldProblem("credentials", FieldProblemCode.TOO_LONG, limit=MAX_CREDENTIALS))
        names = [name for name, _ in credentials]
        misplaced = [
            unknown(gateway, f"credentials.{place}")
            if name == "enabled"
            else FieldProblem(f"credentials.{place}", FieldProblemCode.DUPLICATE)
            for place, name in enumerate(names)
            if name == "enabled" or name in names[:place]
        ]
        if misplaced:
            raise InvalidInput(*misplaced)
        settings = dict(credentials) | {"enabled": str(enabled).lower()}
        try:
            await self.set_merchant_account(admin.agency_id, gateway=gateway, settings=settings, by=admin)
        except SecretUnreadable as error:
            unreadable = FieldProblem("credentials", FieldProblemCode.REQUIRED, "unreadable_credentials")
            raise InvalidInput(unreadable) from error
        except InvalidInput as refused:
            raise InvalidInput(*(_placed(problem, names) for problem in refused.problems)) from refused


def _placed(problem: FieldProblem, names: Sequence[str]) -> FieldProblem:
    """The problem at the place of the credential that it names."""
    if problem.field in names:
        return replace(problem, field=f"credentials.{names.index(problem.field)}")
    reason = problem.reason or "missing_credential"
    return replace(problem, field="credentials", reason=reason, subject=problem.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAddresses:
    """Where the gateways reach us, to be typed into their panels, and what a set-up is good for."""

    public_url: str
    test_allowed: bool

    def notices(self, setup: GatewaySetup) -> str | None:
        """Where its notices go; none for a gateway that is told the address with each payment."""
        return self._address(setup) if setup.gateway is PaymentGatewayCode.PAYU else None

    def disputes(self, setup: GatewaySetup) -> str | None:
        address = self.notices(setup)
        return f"{address}/disputes" if address else None

    def is_ready(self, setup: GatewaySetup) -> bool:
        """Payments can be started with it now."""
        return setup.enabled and setup.complete and (self.test_allowed or not setup.test)

    def is_certified(self, gateway: PaymentGatewayCode) -> bool:
        return gateway not in UNCERTIFIED

    def _address(self, setup: GatewaySetup) -> str:
        return f"{self.public_url}/callbacks/{setup.gateway.value.lower()}/{setup.public_key}"
