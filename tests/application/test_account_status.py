"""Keeping accounts out and letting them in again: at once, by whom, and what refuses it."""

from typing import Any
from uuid import uuid4

import pytest

from domain.accounts import Account, AccountRole, AccountStatus
from domain.errors import (
    DomainError,
    InvalidCredentials,
    InvalidTransition,
    NotAllowed,
    NotFound,
    TokenExpired,
    Unauthenticated,
)
from domain.ids import AccountId
from domain.links import LinkPurpose
from tests import factories as a
from tests.application.accounts_world import World
from tests.told import told


@pytest.fixture
def world() -> World:
    return World()


def disable(world: World, account: Account, by: Account | None = None) -> Any:
    return world.disable(world.viewer(by or world.adan), account_id=account.id)


def enable(world: World, account: Account, by: Account | None = None) -> Any:
    return world.enable(world.viewer(by or world.adan), account_id=account.id)


async def refused(world: World, act: Any, kind: type[DomainError]) -> None:
    before = told(vars(world.store))
    with pytest.raises(kind):
        await act
    assert told(vars(world.store)) == before


async def test_a_disabled_account_is_out_at_once_and_everywhere(world: World) -> None:
    for _ in range(3):
        await world.signs_in(world.ana)
    await world.signs_in(world.sara)
    link = a.a_link(world.ana)
    world.add(link)

    account = await disable(world, world.ana, by=world.sara)

    assert account.status is AccountStatus.DISABLED
    assert (world.live(world.ana), world.live_links(world.ana)) == ([], [])
    assert len(world.live(world.sara)) == 1
    with pytest.raises(InvalidCredentials):
        await world.signs_in(world.ana)
    with pytest.raises(TokenExpired):
        await world.resets(str(link.id))
    assert world.acts() == ["ACCOUNT_DISABLED"]


async def test_an_enabled_account_enters_with_the_password_it_had_and_finds_no_old_session(world: World) -> None:
    await world.signs_in(world.ana)
    await disable(world, world.ana)

    account = await enable(world, world.ana, by=world.sara)

    assert account.status is AccountStatus.ACTIVE
    assert world.live(world.ana) == []
    assert (await world.signs_in(world.ana)).viewer.account_id == world.ana.id
    assert world.acts() == ["ACCOUNT_DISABLED", "ACCOUNT_ENABLED"]


async def test_one_that_never_came_in_is_invited_as_before_and_its_old_link_serves_no_more(world: World) -> None:
    invited = await world.invite_client(world.viewer(world.sara), client_id=world.berta.id)
    token = await world.token()
    await disable(world, invited)
    with pytest.raises(TokenExpired):
        await world.resets(token)

    account = await enable(world, invited)

    assert account.status is AccountStatus.INVITED
    with pytest.raises(TokenExpired):
        await world.resets(token)
    await world.invite_client(world.viewer(world.sara), client_id=world.berta.id)
    assert (await world.resets(await world.token())).username == account.username


async def test_twice_is_refused(world: World) -> None:
    await refused(world, enable(world, world.ana), InvalidTransition)
    await disable(world, world.ana)
    await refused(world, disable(world, world.ana), InvalidTransition)


async def test_nobody_puts_oneself_out_nor_the_last_who_manages(world: World) -> None:
    eva = a.a_staff_account(world.agency, roles=(AccountRole.ADMIN,))
    invited = a.a_staff_account(world.agency, roles=(AccountRole.ADMIN,), status=AccountStatus.INVITED)
    world.add(eva, invited)
    await refused(world, disable(world, world.adan, by=world.adan), InvalidTransition)

    await disable(world, world.adan, by=eva)

    # Adán is out, and whoever is invited has not come yet: Eva is the last one, whoever asks.
    await refused(world, disable(world, eva, by=world.stored(world.adan)), InvalidTransition)


async def test_accounts_of_staff_are_for_administrators(world: World) -> None:
    pedro = a.a_staff_account(world.agency)
    world.add(pedro)

    await refused(world, disable(world, pedro, by=world.sara), NotAllowed)
    await disable(world, pedro)
    await refused(world, enable(world, pedro, by=world.sara), NotAllowed)
    assert (await enable(world, pedro)).status is AccountStatus.ACTIVE


async def test_others_do_not_exist_and_others_may_not(world: World) -> None:
    elsewhere = a.an_agency()
    stranger = a.an_account(a.a_client(elsewhere))
    world.add(elsewhere, stranger)

    for act in (world.disable, world.enable):
        for account_id in (stranger.id, AccountId(uuid4())):
            await refused(world, act(world.viewer(world.adan), account_id=account_id), NotFound)
        await refused(world, act(world.viewer(world.ana), account_id=world.ana.id), NotAllowed)
        await refused(world, act(world.visitor, account_id=world.ana.id), Unauthenticated)


@pytest.mark.parametrize("purpose", LinkPurpose)
async def test_no_link_of_a_disabled_account_does_anything(world: World, purpose: LinkPurpose) -> None:
    link = a.a_link(world.ana, purpose)
    world.ana.status = AccountStatus.DISABLED
    world.add(link)

    act = world.confirm_email if purpose is LinkPurpose.EMAIL_CHANGE else None
    with pytest.raises(TokenExpired):
        await (act(world.visitor, token=str(link.id)) if act else world.resets(str(link.id)))
    assert world.stored(world.ana).email == "ana@correo.example"
