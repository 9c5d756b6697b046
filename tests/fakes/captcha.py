"""A captcha that says what a test wants, and a store of spent answers in memory."""

from datetime import datetime

from application.ports.captcha import CaptchaChallenge, CaptchaDirectory, CaptchaVerifier, SpentChallenges
from domain.agencies import Agency, CaptchaProvider
from domain.errors import CaptchaUnavailable
from domain.ids import AgencyId


class FakeCaptcha(CaptchaDirectory, CaptchaVerifier):
    """For every agency alike: the token "person" is good; while `down` is set nothing can be told.

    `asked` are the tokens and addresses it was shown, `agencies` whose settings it was asked about.
    """

    def __init__(self) -> None:
        self.down = False
        self.asked: list[tuple[str | None, str | None]] = []
        self.agencies: list[AgencyId] = []

    def of(self, agency: Agency) -> "FakeCaptcha":
        self.agencies.append(agency.id)
        return self

    async def issue(self) -> CaptchaChallenge:
        return CaptchaChallenge(provider=CaptchaProvider.ALTCHA, challenge='{"parameters": {}}')

    async def verify(self, token: str | None, *, ip: str | None) -> bool:
        if self.down:
            raise CaptchaUnavailable(30)
        self.asked.append((token, ip))
        return token == "person"


class FakeSpentChallenges(SpentChallenges):
    def __init__(self) -> None:
        self.spent: dict[tuple[AgencyId, str], datetime] = {}

    async def spend(self, agency_id: AgencyId, key: str, *, expires_at: datetime) -> bool:
        if (agency_id, key) in self.spent:
            return False
        self.spent[agency_id, key] = expires_at
        return True
