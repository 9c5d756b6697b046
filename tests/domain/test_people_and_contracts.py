"""Profiles that follow from contracts, increases of the rent, what payouts hold back, when a case is late."""

from datetime import date
from decimal import Decimal

import pytest

from domain.agencies import Agency
from domain.clients import ClientProfile
from domain.contracts import ContractStatus, PartyRole
from domain.money import ZERO, pesos
from domain.payouts import PayoutLine, PayoutLineKind
from domain.pqrs import PqrsStatus, filing_number
from tests import factories as a

AGENCY = a.an_agency()
CLIENT, HOME = a.a_client(AGENCY), a.a_property(AGENCY)


@pytest.mark.parametrize(
    ("roles", "profile", "tenant", "owner"),
    [
        ({PartyRole.TENANT}, ClientProfile.TENANT, True, False),
        ({PartyRole.OWNER}, ClientProfile.OWNER, False, True),
        ({PartyRole.TENANT, PartyRole.OWNER}, ClientProfile.TENANT_OWNER, True, True),
        (set(), ClientProfile.NONE, False, False),
    ],
)
def test_a_profile_is_of_tenants_and_owners_and_co_debtors_add_nothing(
    roles: set[PartyRole], profile: ClientProfile, tenant: bool, owner: bool
) -> None:
    for found in (roles, roles | {PartyRole.CO_DEBTOR}):
        assert ClientProfile.of_roles(found) is profile
    assert (profile.is_tenant, profile.is_owner) == (tenant, owner)


def test_the_rent_may_rise_twelve_months_after_it_began_or_last_rose() -> None:
    lease = a.a_lease(HOME, start_on=date(2024, 2, 29))

    assert lease.next_increase_on == date(2025, 2, 28)
    lease.last_increase_on = date(2025, 3, 1)
    assert lease.next_increase_on == date(2026, 3, 1)


def test_only_a_lease_in_force_rises() -> None:
    assert a.a_lease(HOME, status=ContractStatus.TERMINATED).next_increase_on is None
    assert a.a_management(HOME).next_increase_on is None


@pytest.mark.parametrize(
    ("amounts", "gross", "deductions"),
    [
        (("2000000", "-200000", "-38000"), "2000000", "238000"),
        (("5000000", "950000", "-500000"), "5950000", "500000"),
        (("-50000",), "0", "50000"),
        ((), "0", "0"),
    ],
)
def test_a_payout_is_what_came_in_less_what_was_held_back(
    amounts: tuple[str, ...], gross: str, deductions: str
) -> None:
    payout = a.a_payout(CLIENT, a.a_management(HOME))
    payout.lines = tuple(PayoutLine(kind=PayoutLineKind.RENT, description="", amount=pesos(it)) for it in amounts)

    assert (payout.gross, payout.deductions) == (Decimal(gross), Decimal(deductions))
    assert payout.gross - payout.deductions == sum((line.amount for line in payout.lines), ZERO)


@pytest.mark.parametrize("status", PqrsStatus)
@pytest.mark.parametrize("on", ["2026-08-05", "2026-08-06", "2026-08-07"])
def test_a_case_is_late_when_nobody_answered_by_the_last_day(status: PqrsStatus, on: str) -> None:
    case = a.a_case(CLIENT, a.an_account(CLIENT), status=status, due_on=date(2026, 8, 6))
    unanswered = status in (PqrsStatus.PENDING, PqrsStatus.IN_PROGRESS)

    assert case.is_overdue(on=date.fromisoformat(on)) is (unanswered and on == "2026-08-07")


@pytest.mark.parametrize(
    ("sequence", "number"), [(1, "PQRS-2026-000001"), (999_999, "PQRS-2026-999999"), (1_000_000, "PQRS-2026-1000000")]
)
def test_a_filing_number_names_year_and_sequence(sequence: int, number: str) -> None:
    assert filing_number(2026, sequence) == number


def test_a_nit_is_written_with_its_check_digit() -> None:
    agency: Agency = a.an_agency(tax_id="800197268", check_digit=4)

    assert agency.nit == "800197268-4"
