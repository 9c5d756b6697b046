"""What filing a case asks of its store."""

from datetime import timedelta

import pytest

from application.access import Scope
from domain.ids import ClientId, ContractId, PropertyId
from tests import factories as a
from tests.factories import NOON
from tests.ports.places import Place
from tests.told import told
from tests.village import Village


@pytest.fixture
async def village(place: Place) -> Village:
    village = Village()
    await place.plant(village.store)
    return village


async def test_a_case_is_kept_whole_with_its_filing(place: Place, village: Village) -> None:
    account = village.accounts[village.ana.name]
    case = a.a_case(
        village.ana,
        account,
        property_id=village.flat.id,
        contract_id=village.flat_lease.id,
        description="Línea uno\nLínea dos: ñandú",
    )
    scope = village.viewer(village.ana).scope
    async with place.unit_of_work(scope) as uow:
        assert await uow.pqrs.by_idempotency_key(account.id, case.idempotency_key) is None
        await uow.pqrs.add(case, a.filing_of(case))
        await uow.commit()

    async with place.unit_of_work(scope) as uow:
        assert told(await uow.pqrs.by_idempotency_key(account.id, case.idempotency_key)) == told(case)
    async with place.readings.of(village.viewer(village.ana)) as reading:
        assert told(await reading.pqrs.get_many([case.id])) == told({case.id: case})
        assert told(await reading.pqrs.events([case.id])) == told({case.id: [a.filing_of(case)]})


async def test_a_key_is_its_accounts_own(place: Place, village: Village) -> None:
    ana, berta = village.cases[:2]
    other = Village()
    await place.plant(other.store)

    async with place.unit_of_work(Scope.of_agency(village.agency.id)) as uow:
        assert await uow.pqrs.by_idempotency_key(berta.filed_by, ana.idempotency_key) is None
        assert await uow.pqrs.by_idempotency_key(ana.filed_by, ana.idempotency_key) is not None
    for scope in (Scope.of_agency(other.agency.id), village.viewer(village.berta).scope):
        async with place.unit_of_work(scope) as uow:
            assert await uow.pqrs.by_idempotency_key(ana.filed_by, ana.idempotency_key) is None


async def test_cases_are_counted_by_client_from_an_instant_on(place: Place, village: Village) -> None:
    async with place.unit_of_work(Scope.of_agency(village.agency.id)) as uow:
        assert await uow.pqrs.filed_since(village.ana.id, NOON) == 1
        assert await uow.pqrs.filed_since(village.ana.id, NOON + timedelta(microseconds=1)) == 0
        assert await uow.pqrs.filed_since(village.gloria.id, NOON) == 0
    async with place.unit_of_work(village.viewer(village.berta).scope) as uow:
        assert await uow.pqrs.filed_since(village.ana.id, NOON) == 0


async def test_a_case_of_another_client_or_agency_cannot_be_added(place: Place, village: Village) -> None:
    case = a.a_case(village.ana, village.accounts[village.ana.name])
    for scope in (
        village.viewer(village.berta).scope,
        village.visitor.scope,
        Scope.of_agency(a.an_agency().id),
    ):
        async with place.unit_of_work(scope) as uow:
            with pytest.raises(place.refused):
                await uow.pqrs.add(case, a.filing_of(case))


async def test_a_client_exists_for_whoever_sees_it(place: Place, village: Village) -> None:
    other = Village()
    await place.plant(other.store)
    for scope, client, exists in (
        (Scope.of_agency(village.agency.id), village.ana, True),
        (Scope.of_agency(village.agency.id), other.ana, False),
        (village.viewer(village.ana).scope, village.ana, True),
        (village.viewer(village.ana).scope, village.berta, False),
        (village.visitor.scope, village.ana, False),
    ):
        async with place.unit_of_work(scope) as uow:
            assert await uow.pqrs.client_exists(client.id) is exists
            assert await uow.pqrs.client_exists(ClientId(a.an_agency().id)) is False


async def test_a_property_is_of_its_owners_and_of_the_parties_of_its_contracts(place: Place, village: Village) -> None:
    v = village
    async with place.unit_of_work(Scope.of_agency(v.agency.id)) as uow:
        for home, client, its in (
            (v.flat, v.ana, True),
            (v.flat, v.elias, True),
            (v.flat, v.ciro, True),
            (v.depot, v.felix, True),
            (v.flat, v.diana, False),
            (v.shop, v.ana, False),
        ):
            assert await uow.pqrs.property_is_of(home.id, client.id) is its
        assert await uow.pqrs.property_is_of(PropertyId(v.agency.id), v.ana.id) is False
    async with place.unit_of_work(v.viewer(v.ana).scope) as uow:
        assert await uow.pqrs.property_is_of(v.flat.id, v.ana.id) is True
        assert await uow.pqrs.property_is_of(v.flat.id, v.elias.id) is False
        assert await uow.pqrs.property_is_of(v.shop.id, v.ana.id) is False


async def test_a_contract_tells_its_property_for_its_parties_only(place: Place, village: Village) -> None:
    v = village
    async with place.unit_of_work(Scope.of_agency(v.agency.id)) as uow:
        for contract, client, home in (
            (v.flat_lease, v.ana, v.flat),
            (v.flat_lease, v.elias, v.flat),
            (v.flat_management, v.berta, v.flat),
            (v.flat_lease, v.berta, None),  # the owner reads it, but is no party of it
            (v.flat_management, v.ana, None),
        ):
            found = await uow.pqrs.contract_property(contract.id, client.id)
            assert found == (home.id if home else None)
        assert await uow.pqrs.contract_property(ContractId(v.agency.id), v.ana.id) is None
    async with place.unit_of_work(v.viewer(v.berta).scope) as uow:
        assert await uow.pqrs.contract_property(v.shop_management.id, v.berta.id) == v.shop.id
        assert await uow.pqrs.contract_property(v.shop_lease.id, v.diana.id) is None
