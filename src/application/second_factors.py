"""What begins a second factor and what proves it, for signing in and for the acts of who has one."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from application.ports.one_time_codes import OneTimeCodes
from application.ports.secrets import SecretBox, SecretUnreadable
from domain.accounts import Account
from domain.agencies import Agency
from domain.second_factors import Enrolment, SecondFactor, tidy_code

_log = logging.getLogger(__name__)


class Proof(Enum):
    """Where an accepted code came from."""

    APPLICATION = "APPLICATION"
    PAPER = "PAPER"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorDesk:
    """Knows the secrets, which are sealed for one account each; keeps nothing."""

    codes: OneTimeCodes
    secrets: SecretBox

    def begin(self, account: Account, agency: Agency, *, at: datetime) -> tuple[SecondFactor, Enrolment]:
        """A new one, not yet on, and what the owner's application needs for it.

        Begun again the secret is another, so that who saw the former one knows nothing.
        """
        secret = self.codes.new_secret()
        address = self.codes.address(secret, account=account.username, issuer=agency.name)
        factor = SecondFactor(
            account_id=account.id,
            agency_id=account.agency_id,
            secret=self.secrets.seal(secret, place=_place(account)),
            begun_at=at,
        )
        return factor, Enrolment(secret=secret, address=address, picture=self.codes.picture(address))

    def proves(self, factor: SecondFactor, account: Account, code: str, *, at: datetime) -> Proof | None:
        """Whether the code is one of its application's, not used before, or of its paper; used, it serves no more once
        the factor is saved. The factor's row has to be locked."""
        try:
            secret = self.secrets.open(factor.secret, place=_place(account))
        except SecretUnreadable:
            _log.warning("second factor unreadable", extra={"account": str(account.id)})
        else:
            step = self.codes.step(secret, tidy_code(code), at=at, after=factor.last_step)
            if step is not None:
                factor.last_step = step
                return Proof.APPLICATION
        return Proof.PAPER if factor.is_on and factor.spend_recovery(code) else None


def _place(account: Account) -> str:
    return f"second-factor:{account.id}"
