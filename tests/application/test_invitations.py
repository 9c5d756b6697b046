"""Who is invited, how, and what refuses it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from application.ports.mail.accounts import Invitation
from domain.accounts import Account, AccountRole, AccountStatus
from domain.clients import Client
from domain.errors import (
    DomainError,
    InvalidInput,
    InvalidTransition,
    LimitReached,
    NotAllowed,
    NotFound,
    Unauthenticated,
)
from domain.ids import ClientId
from tests import factories as a
from tests.application.accounts_world import BASE, NEW, World, letter, token_in
from tests.told import told


@pytest.fixture
def world() -> World:
    return World()


async def invite(world: World, client: Client, **given: Any) -> Account:
    account = await world.invite_client(world.viewer(world.sara), client_id=client.id, **given)
    return world.stored(account)


async def invite_staff(world: World, by: Account | None = None, **given: Any) -> Account:
    form = {"username": "pedro", "email": "pedro@agencia.example", "role": AccountRole.STAFF} | given
    account = await world.invite_staff(world.viewer(by or world.adan), **form)
    return world.stored(account)


async def refused(world: World, act: Any, kind: type[DomainError]) -> Any:
    """The refusal, of which nothing was left."""
    before = told(vars(world.store))
    with pytest.raises(kind) as refusal:
        await act
    assert told(vars(world.store)) == before
    return refusal.value


async def test_a_client_is_invited_at_the_address_on_file_under_the_number_of_the_document(world: World) -> None:
    account = await invite(world, world.berta)

    assert (account.username, account.email) == (world.berta.document_number, world.berta.email)
    assert (account.status, account.password_hash, account.roles) == (
        AccountStatus.INVITED,
        None,
        (AccountRole.CLIENT,),
    )
    (mail,) = await world.post()
    assert (mail.name, mail.address) == ("Berta Ruiz", world.berta.email)
    assert mail.letter == Invitation(
        letterhead=mail.letter.letterhead,
        link=f"{BASE}/activar?token={world.live_links(account)[0].id}",
        username=account.username,
        expires_at=world.clock.now() + timedelta(days=7),
        staff=False,
    )
    assert world.acts() == ["CLIENT_INVITED"]


async def test_who_was_invited_chooses_a_password_and_enters(world: World) -> None:
    account = await invite(world, world.berta)

    done = await world.resets(await world.token())

    assert (done.username, done.closed_sessions) == (account.username, 0)
    assert (await world.signs_in(account, NEW)).viewer.account_id == account.id
    assert world.acts() == ["CLIENT_INVITED", "ACCOUNT_ACTIVATED"]


async def test_without_an_address_on_file_one_is_given_and_becomes_the_clients(world: World) -> None:
    refusal = await refused(world, invite(world, world.ciro), InvalidInput)
    assert [(it.field, it.code.value) for it in refusal.problems] == [("email", "REQUIRED")]

    account = await invite(world, world.ciro, email=" ciro@correo.example ", username=" ciro.diaz ")

    assert (account.username, account.email) == ("ciro.diaz", "ciro@correo.example")
    assert world.client(account).email == "ciro@correo.example"


async def test_another_address_than_the_one_on_file_becomes_the_clients_too(world: World) -> None:
    account = await invite(world, world.berta, email="berta.nueva@correo.example")

    assert world.client(account).email == account.email == "berta.nueva@correo.example"


async def test_repeating_it_sends_the_link_again_and_the_older_one_serves_on(world: World) -> None:
    account = await invite(world, world.berta)
    first = await world.token()

    again = await invite(world, world.berta)
    second = await world.token()

    assert again.id == account.id
    assert first != second
    assert len(world.live_links(account)) == 2
    await world.resets(first)
    assert world.live_links(account) == []


async def test_a_wrong_address_is_put_right_and_what_went_there_serves_no_more(world: World) -> None:
    account = await invite(world, world.berta, email="mal@correo.example")
    await world.post()

    again = await invite(world, world.berta, email="bien@correo.example", username="berta")

    assert (again.id, again.email, again.username) == (account.id, "bien@correo.example", "berta")
    assert world.client(again).email == "bien@correo.example"
    assert [link.email for link in world.live_links(again)] == ["bien@correo.example"]


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"email": "berta"}, "email", "INVALID"),
        ({"email": "berta@correo.example\nBcc: x@y.example"}, "email", "INVALID"),
        ({"username": "be"}, "username", "INVALID"),
        ({"username": "berta@correo.example"}, "username", "INVALID"),
        ({"email": "ANA@correo.example"}, "email", "DUPLICATE"),
        ({"username": "SARA"}, "username", "DUPLICATE"),
    ],
)
@pytest.mark.parametrize("known", [False, True], ids=["new", "invited"])
async def test_what_cannot_be_is_refused(
    world: World, known: bool, given: dict[str, str], field: str, code: str
) -> None:
    if known:
        await invite(world, world.berta)

    refusal = await refused(world, invite(world, world.berta, **given), InvalidInput)

    assert [(it.field, it.code.value) for it in refusal.problems] == [(field, code)]


async def test_the_clients_of_others_do_not_exist(world: World) -> None:
    elsewhere = a.an_agency(link_base=BASE)
    stranger = a.a_client(elsewhere)
    world.add(elsewhere, stranger)

    for client_id in (stranger.id, ClientId(uuid4())):
        await refused(world, world.invite_client(world.viewer(world.sara), client_id=client_id), NotFound)


@pytest.mark.parametrize("status", [AccountStatus.ACTIVE, AccountStatus.LOCKED, AccountStatus.DISABLED])
async def test_who_is_in_already_or_disabled_is_not_invited(world: World, status: AccountStatus) -> None:
    world.ana.status = world.sara.status = status
    client, viewer = world.client(world.ana), world.viewer(world.adan)

    await refused(world, world.invite_client(viewer, client_id=client.id), InvalidTransition)
    await refused(world, world.invite_client(viewer, client_id=client.id, email="x@y.example"), InvalidTransition)
    await refused(world, invite_staff(world, username="sara", email=world.sara.email), InvalidTransition)


async def test_nobodys_mailbox_is_filled(world: World) -> None:
    for _ in range(5):
        await invite(world, world.berta)

    assert (await refused(world, invite(world, world.berta), LimitReached)).limit == 5
    world.clock.advance(timedelta(days=1))
    await invite(world, world.berta)


async def test_strangers_do_not_keep_an_address_from_being_put_right(world: World) -> None:
    account = await invite(world, world.berta, email="mal@correo.example")
    for _ in range(5):
        await world.asks_for_reset(account.username)
        await world.post()

    await invite(world, world.berta, email="bien@correo.example")

    assert [mail.address for mail in await world.post()] == ["bien@correo.example"]


async def test_without_pages_nobody_is_invited(world: World) -> None:
    world.agency.link_base = None

    for act in (invite(world, world.berta), invite_staff(world)):
        refusal = await refused(world, act, InvalidInput)
        assert [(it.field, it.reason) for it in refusal.problems] == [("linkBase", "link_base")]


async def test_where_an_agency_has_no_pages_those_of_development_stand_in(world: World) -> None:
    world.agency.link_base = None
    links = replace(world.links, default_base="http://127.0.0.1:8000/")
    account = await replace(world.invite_client, links=links)(world.viewer(world.sara), client_id=world.berta.id)

    (link,) = world.live_links(account)
    assert links.address(world.agency, link) == f"http://127.0.0.1:8000/activar?token={link.id}"


@pytest.mark.parametrize("role", [AccountRole.STAFF, AccountRole.ADMIN])
async def test_an_administrator_invites_who_works_here(world: World, role: AccountRole) -> None:
    account = await invite_staff(world, role=role)

    assert (account.status, account.roles, account.client_id) == (AccountStatus.INVITED, (role,), None)
    mails = await world.post()
    assert [(mail.name, mail.address) for mail in mails] == [("pedro", "pedro@agencia.example")]
    sent = letter(mails, Invitation)
    assert sent.staff
    await world.resets(token_in(sent.link))
    assert (await world.signs_in(account, NEW)).viewer.account_id == account.id
    assert world.acts() == ["STAFF_INVITED", "ACCOUNT_ACTIVATED"]


async def test_inviting_again_who_never_came_changes_address_and_role(world: World) -> None:
    account = await invite_staff(world)
    await world.post()

    again = await invite_staff(world, username="PEDRO", email="otro@agencia.example", role=AccountRole.ADMIN)

    assert (again.id, again.username, again.email) == (account.id, "PEDRO", "otro@agencia.example")
    assert again.roles == (AccountRole.ADMIN,)
    assert [link.email for link in world.live_links(again)] == ["otro@agencia.example"]


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"role": AccountRole.CLIENT}, "role", "NOT_ALLOWED"),
        ({"username": ""}, "username", "INVALID"),
        ({"email": ""}, "email", "INVALID"),
        ({"username": "ana"}, "username", "DUPLICATE"),
        ({"username": "sara"}, "username", "DUPLICATE"),
        ({"email": "ana@correo.example"}, "email", "DUPLICATE"),
    ],
)
async def test_staff_that_cannot_be_is_refused(world: World, given: dict[str, Any], field: str, code: str) -> None:
    refusal = await refused(world, invite_staff(world, **given), InvalidInput)

    assert [(it.field, it.code.value) for it in refusal.problems] == [(field, code)]


async def test_an_invited_client_does_not_become_staff_by_an_invitation(world: World) -> None:
    account = await invite(world, world.berta, username="berta")

    await refused(world, invite_staff(world, username="berta", email=account.email), InvalidInput)


async def test_who_may_invite(world: World) -> None:
    await refused(world, world.invite_client(world.visitor, client_id=world.berta.id), Unauthenticated)
    await refused(world, world.invite_client(world.viewer(world.ana), client_id=world.berta.id), NotAllowed)
    for account in (world.ana, world.sara):
        await refused(world, invite_staff(world, by=account), NotAllowed)
