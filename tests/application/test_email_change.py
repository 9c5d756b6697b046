"""Another e-mail: only with the password, only when the new address confirms, and never without the old one knowing."""

from datetime import timedelta
from typing import Any

import pytest

from application.ports.mail.accounts import EmailChangeNotice, EmailConfirmation
from domain.accounts import Account, AccountStatus
from domain.errors import Busy, InvalidCredentials, InvalidInput, TokenExpired, TooManyAttempts
from domain.links import LinkPurpose
from tests import factories as a
from tests.application.accounts_world import BASE, NEW, PASSWORD, World, letter, names
from tests.told import told

NEXT = "ana.nueva@correo.example"


@pytest.fixture
def world() -> World:
    return World()


async def ask(world: World, email: str = NEXT, by: Account | None = None, **given: Any) -> bool:
    form = {"current_password": PASSWORD} | given
    changed = await world.update_profile(world.viewer(by or world.ana), email=email, **form)
    return changed.confirmation_sent


async def test_who_wants_the_address_of_another_keeps_no_reset_from_it(world: World) -> None:
    berta = a.an_account(world.berta, password_hash=f"new:{PASSWORD}")
    world.add(berta)
    for _ in range(5):
        await ask(world, world.ana.email, by=berta)
        await world.post()
    await world.asks_for_reset("ana")

    assert names(await world.post()) == ["password reset"]


async def confirm(world: World, token: str) -> None:
    await world.confirm_email(world.visitor, token=token, ip="192.0.2.7")


async def test_the_new_address_is_asked_and_the_old_one_is_told(world: World) -> None:
    assert await ask(world)

    mails = await world.post()
    (link,) = world.live_links(world.ana)
    assert {mail.address: (*names([mail]), mail.name) for mail in mails} == {
        NEXT: ("email confirmation", ""),
        "ana@correo.example": ("email change notice", "Ana Peña"),
    }
    asked, notice = letter(mails, EmailConfirmation), letter(mails, EmailChangeNotice)
    assert asked.link == f"{BASE}/confirmar-correo?token={link.id}"
    assert asked.expires_at == world.clock.now() + timedelta(hours=24)
    assert (notice.new_email, notice.asked_at) == (NEXT, world.clock.now())
    assert world.stored(world.ana).email == world.client(world.ana).email == "ana@correo.example"
    assert world.acts() == ["EMAIL_CHANGE_ASKED"]


async def test_when_it_confirms_account_and_client_change_together(world: World) -> None:
    opened = await world.signs_in(world.ana)
    await ask(world)
    token = await world.token()

    await confirm(world, token)

    assert world.stored(world.ana).email == world.client(world.ana).email == NEXT
    assert len(world.live(world.ana)) == 1
    assert (await world.sign_in(world.visitor, login=NEXT, password=PASSWORD, captcha="person")).viewer.account_id == (
        opened.viewer.account_id
    )
    with pytest.raises(TokenExpired):
        await confirm(world, token)
    assert "EMAIL_CHANGED" in world.acts()


async def test_a_notice_that_comes_late_still_goes_to_the_old_address(world: World) -> None:
    await ask(world)
    jobs = list(world.store.jobs)
    (link,) = world.live_links(world.ana)
    await confirm(world, str(link.id))
    world.store.jobs[:] = jobs

    assert [(mail.address, *names([mail])) for mail in await world.post()] == [
        ("ana@correo.example", "email change notice")
    ]


async def test_staff_who_are_no_client_change_theirs_too(world: World) -> None:
    assert await ask(world, "sara.nueva@agencia.example", by=world.sara)

    await confirm(world, await world.token())

    assert world.stored(world.sara).email == "sara.nueva@agencia.example"


async def test_other_contact_data_change_at_once_beside_it(world: World) -> None:
    assert await ask(world, phone="601 555 0101")

    assert (world.client(world.ana).phone, world.client(world.ana).email) == ("601 555 0101", "ana@correo.example")
    assert world.acts() == ["PROFILE_UPDATED", "EMAIL_CHANGE_ASKED"]


async def test_the_same_address_is_no_change(world: World) -> None:
    work = world.hasher.work
    assert not await ask(world, " ana@correo.example ")

    assert (world.store.jobs, world.store.links, world.hasher.work) == ([], {}, work)


@pytest.mark.parametrize("password", ["no es esta", "girasoles"])
async def test_without_the_password_nothing_changes(world: World, password: str) -> None:
    before = told(vars(world.store))
    with pytest.raises(InvalidCredentials):
        await ask(world, current_password=password, phone="601 555 0101")
    assert told(vars(world.store)) == before

    for _ in range(4):
        with pytest.raises(InvalidCredentials):
            await ask(world, current_password=password)
    with pytest.raises(TooManyAttempts):
        await ask(world)
    assert told(vars(world.store)) == before


async def test_when_hashing_is_busy_nothing_changes_and_nothing_counts(world: World) -> None:
    world.hasher.busy = True
    before = told(vars(world.store))
    for _ in range(8):
        with pytest.raises(Busy):
            await ask(world)
    assert told(vars(world.store)) == before

    world.hasher.busy = False
    assert await ask(world)


async def test_strangers_mailboxes_are_not_filled(world: World) -> None:
    for number in range(5):
        await ask(world, f"victima{number}@correo.example")
    before = told(vars(world.store))

    with pytest.raises(TooManyAttempts):
        await ask(world, "victima9@correo.example")

    assert told(vars(world.store)) == before
    world.clock.advance(timedelta(hours=1))
    assert await ask(world)


async def test_an_address_that_another_account_has_answers_alike_and_cannot_be_confirmed(world: World) -> None:
    other = a.an_account(world.berta, email="ocupado@correo.example")
    world.add(other)

    assert await ask(world, "OCUPADO@correo.example")
    token = await world.token()
    before = told(vars(world.store))
    with pytest.raises(TokenExpired):
        await confirm(world, token)
    assert told(vars(world.store)) == before


async def test_another_change_overtakes_the_one_before(world: World) -> None:
    await ask(world, "primera@correo.example")
    first = await world.token()
    await ask(world, "segunda@correo.example")
    second = await world.token()

    with pytest.raises(TokenExpired):
        await confirm(world, first)
    await confirm(world, second)
    assert world.stored(world.ana).email == "segunda@correo.example"


async def test_a_reset_overtakes_it(world: World) -> None:
    await ask(world)
    asked = await world.token()
    await world.asks_for_reset("ana")
    await world.resets(await world.token())

    with pytest.raises(TokenExpired):
        await confirm(world, asked)
    assert world.stored(world.ana).email == "ana@correo.example"


async def test_disabling_overtakes_it_for_good(world: World) -> None:
    await ask(world)
    token = await world.token()
    admin = world.viewer(world.adan)
    await world.disable(admin, account_id=world.ana.id)
    with pytest.raises(TokenExpired):
        await confirm(world, token)
    await world.enable(admin, account_id=world.ana.id)

    with pytest.raises(TokenExpired):
        await confirm(world, token)


@pytest.mark.parametrize(
    ("seconds", "serves"), [(24 * 3600 - 1, True), (24 * 3600, False)], ids=["last second", "too late"]
)
async def test_it_can_be_confirmed_for_a_day(world: World, seconds: int, serves: bool) -> None:
    await ask(world)
    token = await world.token()
    world.clock.advance(seconds)

    if not serves:
        with pytest.raises(TokenExpired):
            await confirm(world, token)
    else:
        await confirm(world, token)
    assert (world.stored(world.ana).email == NEXT) is serves


@pytest.mark.parametrize("purpose", [LinkPurpose.INVITATION, LinkPurpose.RESET])
async def test_links_to_passwords_confirm_no_address(world: World, purpose: LinkPurpose) -> None:
    link = a.a_link(world.ana, purpose)
    world.add(link)
    before = told(vars(world.store))

    for token in (str(link.id), "x", ""):
        with pytest.raises(TokenExpired):
            await confirm(world, token)
    assert told(vars(world.store)) == before


async def test_a_link_of_another_agency_confirms_nothing(world: World) -> None:
    elsewhere = a.an_agency()
    stranger = a.an_account(a.a_client(elsewhere))
    link = a.a_link(stranger, LinkPurpose.EMAIL_CHANGE)
    world.add(elsewhere, stranger, link)

    with pytest.raises(TokenExpired):
        await confirm(world, str(link.id))
    assert world.stored(stranger).email == stranger.email


async def test_what_happens_to_the_account_meanwhile_stops_it(world: World) -> None:
    """Between the password and the writing."""

    class Meanwhile(type(world.hasher)):  # type: ignore[misc]
        async def verify(self, stored_hash: str | None, password: str) -> Any:
            world.stored(world.ana).status = AccountStatus.DISABLED
            return await super().verify(stored_hash, password)

    world.hasher.__class__ = Meanwhile
    before = told(world.store.links), told(world.store.jobs)
    with pytest.raises(InvalidCredentials):
        await ask(world, phone="601 555 0101")
    assert (told(world.store.links), told(world.store.jobs)) == before
    assert world.client(world.ana).phone == "300 123 4567"


async def test_without_pages_no_address_changes(world: World) -> None:
    world.agency.link_base = None

    with pytest.raises(InvalidInput) as refusal:
        await ask(world)
    assert [(it.field, it.reason) for it in refusal.value.problems] == [("linkBase", "link_base")]
    await world.update_profile(world.viewer(world.ana), phone="601 555 0101")
    assert world.client(world.ana).phone == "601 555 0101"


async def test_the_new_password_is_not_the_old_one(world: World) -> None:
    """That of now counts: what was right before a change is wrong after it."""
    await world.asks_for_reset("ana")
    await world.resets(await world.token())

    with pytest.raises(InvalidCredentials):
        await ask(world)
    assert await ask(world, current_password=NEW)
