"""Administrators set up gateways; others do not."""

from dataclasses import replace

import pytest

from application.access import Scope, StaffViewer, Viewer, Visitor
from application.merchants import Merchants
from application.ports.payments import GatewayAccount
from application.ports.reading import GatewaySetup
from application.use_cases.payments import ConfigureGateway, GatewayAddresses, SetMerchantAccount
from domain.errors import FieldProblem, InvalidInput, NotAllowed, Unauthenticated
from domain.payments import PaymentGatewayCode
from tests.application.payments_world import PAYU, a_client, an_agency, as_client, as_staff
from tests.fakes.clock import FakeClock
from tests.fakes.payments import FakeTill
from tests.fakes.secrets import FakeSecretBox

ENLINEA = PaymentGatewayCode.ENLINEA
WHOLE = {"merchant_id": "123456", "account_id": "654321", "api_login": "login-of-agency", "api_key": "key-of-agency"}


class Administration:
    def __init__(self, *, test_allowed: bool = True) -> None:
        self.till = FakeTill()
        self.agency, self.other = an_agency(), an_agency("beta")
        self.till.books.agencies = {it.id: it for it in (self.agency, self.other)}
        self.merchants = Merchants(secrets=FakeSecretBox(), test_allowed=test_allowed)
        self.configure = ConfigureGateway(
            set_merchant_account=SetMerchantAccount(
                unit_of_work=self.till,
                merchants=self.merchants,
                clock=FakeClock(),
                sandbox_merchants={PAYU: {"508029"}},
            )
        )
        self.admin: StaffViewer = replace(as_staff(self.agency), is_admin=True)

    async def set(
        self,
        by: Viewer | None = None,
        *,
        gateway: PaymentGatewayCode = PAYU,
        enabled: bool = True,
        credentials: dict[str, str] | None = None,
    ) -> None:
        given = list((WHOLE if credentials is None else credentials).items())
        await self.configure(by or self.admin, gateway=gateway, enabled=enabled, credentials=given)

    async def stored(self, gateway: PaymentGatewayCode = PAYU) -> GatewayAccount | None:
        async with self.till(Scope.of_agency(self.agency.id)) as uow:
            return await uow.gateway_accounts.get(gateway)

    async def problems(self, credentials: list[tuple[str, str]], *, enabled: bool = True) -> list[FieldProblem]:
        before, commits = await self.stored(), self.till.commits
        with pytest.raises(InvalidInput) as refused:
            await self.configure(self.admin, gateway=PAYU, enabled=enabled, credentials=credentials)
        assert (await self.stored(), self.till.commits) == (before, commits)
        return list(refused.value.problems)


async def test_an_administrator_enables_a_gateway_changes_a_key_and_disables_it() -> None:
    office = Administration()

    await office.set()
    account = await office.stored()
    assert account is not None
    assert office.merchants.usable(account)
    await office.set(credentials={"api_key": "second-key"})
    rotated = await office.stored()
    assert rotated is not None
    assert office.merchants.open(rotated).api_keys == ("second-key", "key-of-agency")
    assert rotated.public_key == account.public_key
    await office.set(enabled=False, credentials={})

    disabled = await office.stored()
    assert disabled is not None
    assert (disabled.enabled, office.merchants.open(disabled).api_login) == (False, "login-of-agency")


async def test_others_set_nothing() -> None:
    office = Administration()
    for viewer, refusal in (
        (as_staff(office.agency), NotAllowed),
        (as_client(a_client(office.agency)), NotAllowed),
        (Visitor(agency_id=office.agency.id), Unauthenticated),
    ):
        with pytest.raises(refusal):
            await office.set(viewer)
    assert (office.till.commits, office.till.books.accounts) == (0, {})


async def test_an_administrator_of_another_agency_sets_up_that_one() -> None:
    office = Administration()
    await office.set(replace(as_staff(office.other), is_admin=True))
    assert await office.stored() is None
    assert [it.agency_id for it in office.till.books.accounts.values()] == [office.other.id]


async def test_each_problem_stands_where_it_is() -> None:
    office = Administration()
    told = await office.problems([("merchant_id", "x"), ("api_key", "good-key"), ("colour", "blue")])
    assert [(it.field, it.code) for it in told] == [("credentials.0", "INVALID"), ("credentials.2", "INVALID")]
    told = await office.problems([("api_key", "good-key"), ("enabled", "false"), ("api_key", "other-key")])
    assert [(it.field, it.code) for it in told] == [("credentials.1", "INVALID"), ("credentials.2", "DUPLICATE")]
    told = await office.problems([("merchant_id", "123456")])
    assert [(it.field, it.code, it.subject) for it in told] == [
        ("credentials", "REQUIRED", "account_id"),
        ("credentials", "REQUIRED", "api_login"),
        ("credentials", "REQUIRED", "api_key"),
    ]
    told = await office.problems([("api_key", f"key-{number}") for number in range(21)])
    assert [(it.field, it.code, it.limit) for it in told] == [("credentials", "TOO_LONG", 20)]


@pytest.mark.parametrize("credentials", [{"merchant_id": "508029"}, {"test": "true"}])
async def test_production_takes_no_credentials_for_tests(credentials: dict[str, str]) -> None:
    office = Administration(test_allowed=False)
    (problem,) = await office.problems(list((WHOLE | credentials).items()))
    assert (problem.code, problem.reason) == ("NOT_ALLOWED", "sandbox")
    assert problem.field == "credentials.0"


async def test_credentials_that_cannot_be_read_any_more_have_to_be_written_again() -> None:
    office = Administration()
    await office.set()
    account = await office.stored()
    assert account is not None
    office.till.books.accounts[account.id] = replace(account, secrets="sealed with another key")
    (problem,) = await office.problems([("api_key", "second-key")])
    assert (problem.field, problem.code, problem.reason) == ("credentials", "REQUIRED", "unreadable_credentials")

    await office.set()
    again = await office.stored()
    assert again is not None
    assert office.merchants.open(again).api_keys == ("key-of-agency",)


@pytest.mark.parametrize("test_allowed", [True, False])
@pytest.mark.parametrize("gateway", PaymentGatewayCode)
def test_what_is_typed_into_a_gateways_panel(gateway: PaymentGatewayCode, *, test_allowed: bool) -> None:
    addresses = GatewayAddresses(public_url="https://api.example", test_allowed=test_allowed)
    setup = GatewaySetup(gateway=gateway, public_key="abc", enabled=True, test=True, complete=True)

    assert addresses.is_ready(setup) is test_allowed
    assert addresses.is_ready(replace(setup, test=False))
    assert not addresses.is_ready(replace(setup, enabled=False))
    assert not addresses.is_ready(replace(setup, complete=False))
    assert addresses.is_certified(gateway) is (gateway is PAYU)
    notices = "https://api.example/callbacks/payu/abc" if gateway is PAYU else None
    assert addresses.notices(setup) == notices
    assert addresses.disputes(setup) == (f"{notices}/disputes" if notices else None)
