"""Agencies are added, found by their keys and changed; a key leads to one of them only."""

from collections.abc import Callable

import pytest

from application.access import Scope
from domain.agencies import Agency, CaptchaProvider, Logo
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.ids import AgencyId
from tests import factories as a
from tests.fakes.clock import FakeClock
from tests.ports.conftest import PLACES, opened
from tests.ports.places import Place
from tests.postgres import Database
from tests.told import told


async def add(place: Place, agency: Agency, *hosts: str) -> None:
    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        await uow.agencies.add(agency, hosts=hosts)
        await uow.commit()


async def by_key(place: Place, key: str) -> AgencyId | None:
    async with place.unit_of_work(Scope(agency_key=key)) as uow:
        return await uow.agencies.by_key(key)


async def stored(place: Place, agency: Agency) -> Agency | None:
    async with place.unit_of_work(Scope(agency_id=agency.id)) as uow:
        return await uow.agencies.get(agency.id)


def a_decided_agency() -> Agency:
    """One that has decided everything there is to decide."""
    return a.an_agency(
        phone="601 555 0101",
        email="hola@agencia.example",
        address="Calle 100 # 8A-55",
        city="Bogotá",
        logo=Logo(content_type="image/png", content=b"\x89PNG\0"),
        brand_color="#0a7d4f",
        link_base="https://clientes.example",
        landlord_registration="MA-123",
        privacy_policy_url="https://agencia.example/datos",
        partial_payments_allowed=True,
        reminders=True,
        courtesy_days=3,
        captcha_provider=CaptchaProvider.TURNSTILE,
        captcha_site_key="clave",
        captcha_secret="sellado",
        return_urls=("https://portal.example/pago",),
        origins=("https://portal.example", "https://otro.example"),
    )


async def test_an_agency_is_found_by_slug_and_hosts_and_by_nothing_else(place: Place) -> None:
    agency, other = a.an_agency(), a.an_agency()
    await add(place, agency, f"Portal.{agency.slug}.example", f"{agency.slug}.example")
    await add(place, other)

    for key in (agency.slug, f"portal.{agency.slug}.example", f"{agency.slug}.example"):
        assert await by_key(place, key) == agency.id
    assert await by_key(place, other.slug) == other.id
    for key in ("", "nobody", agency.slug.upper(), f"{agency.slug} {other.slug}", "%"):
        assert await by_key(place, key) is None


async def test_a_key_is_read_by_who_holds_it_and_by_its_agency(place: Place) -> None:
    agency, other = a.an_agency(), a.an_agency()
    await add(place, agency)
    await add(place, other)

    for scope, found in (
        (Scope(agency_id=agency.id), agency.id),
        (Scope(agency_key=agency.slug), agency.id),
        (Scope.of_agency(other.id), None),
        (Scope(agency_key=other.slug), None),
        (Scope(), None),
    ):
        async with place.unit_of_work(scope) as uow:
            assert await uow.agencies.by_key(agency.slug) == found
    for scope in (Scope.of_agency(other.id), Scope(agency_key=agency.slug), Scope()):
        async with place.unit_of_work(scope) as uow:
            assert await uow.agencies.get(agency.id) is None


@pytest.mark.parametrize("make", [a.an_agency, a_decided_agency])
async def test_all_that_an_agency_decides_is_kept(place: Place, make: Callable[[], Agency]) -> None:
    agency = make()
    await add(place, agency)
    assert told(await stored(place, agency)) == told(agency)

    changed = a_decided_agency()
    changed.id, changed.slug = agency.id, agency.slug
    for newer in (changed, agency):
        async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
            await uow.agencies.save(newer)
            await uow.commit()
        assert told(await stored(place, agency)) == told(newer)


@pytest.mark.parametrize(("slug", "hosts", "field"), [("mine", (), "slug"), ("other", ("ours.example",), "host")])
async def test_a_slug_or_host_that_somebody_has_is_refused(
    place: Place, slug: str, hosts: tuple[str, ...], field: str
) -> None:
    first = a.an_agency()
    prefix = first.slug
    first.slug = f"{prefix}-mine"
    await add(place, first, f"{prefix}-ours.example")
    second = a.an_agency(slug=f"{prefix}-{slug}")

    with pytest.raises(InvalidInput) as refusal:
        await add(place, second, f"{prefix}-free.example", *(f"{prefix}-{host}".upper() for host in hosts))

    assert refusal.value.problems == (FieldProblem(field, FieldProblemCode.DUPLICATE),)
    assert await stored(place, second) is None
    assert await by_key(place, f"{prefix}-free.example") is None
    assert await by_key(place, first.slug) == first.id


async def test_a_host_cannot_be_anothers_slug(place: Place) -> None:
    first = a.an_agency()
    await add(place, first)

    with pytest.raises(InvalidInput) as refusal:
        await add(place, a.an_agency(), first.slug)

    assert [problem.field for problem in refusal.value.problems] == ["host"]


async def test_an_agency_cannot_be_added_or_changed_under_anothers_scope(place: Place) -> None:
    agency, other = a.an_agency(), a.an_agency()
    await add(place, agency)

    async with place.unit_of_work(Scope.of_agency(agency.id)) as uow:
        with pytest.raises(place.refused):
            await uow.agencies.add(other, hosts=())
    assert await by_key(place, other.slug) is None


async def test_an_origin_is_known_when_some_agency_lists_it(place: Place) -> None:
    agency = a.an_agency()
    origin = f"https://{agency.slug}.example"
    agency.origins = ("https://x.example", origin)
    await add(place, agency)

    for key, asked, known in ((origin, origin, True), ("https://y.example", origin, False), ("", origin, False)):
        async with place.unit_of_work(Scope(origin_key=key)) as uow:
            assert await uow.agencies.knows_origin(asked) is known
    async with place.unit_of_work(Scope(origin_key=f"{origin}.evil")) as uow:
        assert not await uow.agencies.knows_origin(f"{origin}.evil")


@pytest.mark.parametrize("name", PLACES)
async def test_the_key_of_the_only_agency_is_nobodys_from_the_second_on(
    name: str, clock: FakeClock, database: Database
) -> None:
    async with opened(name, clock, database) as place:
        assert await by_key(place, "*") is None
        only = a.an_agency()
        await add(place, only)
        assert await by_key(place, "*") == only.id

        with pytest.raises(InvalidInput):
            await add(place, a.an_agency(slug=only.slug))
        assert await by_key(place, "*") == only.id

        for _ in range(2):
            await add(place, a.an_agency())
            assert await by_key(place, "*") is None
        assert await by_key(place, only.slug) == only.id
