from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from application.use_cases.profile import UNCHANGED
from domain.accounts import Account, AccountRole, AccountStatus
from domain.errors import (
    AgencyNotFound,
    Busy,
    InvalidCredentials,
    InvalidInput,
    TooManyAttempts,
    Unauthenticated,
)
from domain.ids import AgencyId, ClientId
from tests.application.access_world import PASSWORD, World
from tests.fakes.passwords import FakeHasher

NEW = "girasoles de Boyacá en junio"


@pytest.fixture
def world() -> World:
    return World()


def problems(refusal: pytest.ExceptionInfo[InvalidInput]) -> list[tuple[str, str, str]]:
    return [(problem.field, problem.code.value, problem.reason) for problem in refusal.value.problems]


@pytest.mark.parametrize("staff", [False, True])
async def test_changing_the_password_ends_the_other_sessions(world: World, staff: bool) -> None:
    account = world.a_staff_account() if staff else world.an_account()
    neighbour = await world.signs_in(world.an_account("luis"))
    here, one, two = [await world.signs_in(account) for _ in range(3)]

    ended = await world.change_password(
        here.viewer, current_password=PASSWORD, new_password=NEW, password_confirmation=NEW
    )

    assert ended == 2
    assert world.stored(account).password_hash == f"new:{NEW}"
    assert world.session(here).ended_at is None
    assert world.session(one).ended_at == world.session(two).ended_at == world.clock.now()
    assert world.session(neighbour).ended_at is None


async def test_only_the_new_password_opens_afterwards(world: World) -> None:
    account = world.an_account()
    here = await world.signs_in(account)

    await world.change_password(here.viewer, current_password=PASSWORD, new_password=NEW, password_confirmation=NEW)

    with pytest.raises(InvalidCredentials):
        await world.signs_in(account)
    assert (
        await world.sign_in(world.visitor, login="ana", password=NEW, captcha="person")
    ).viewer.account_id == account.id


@pytest.mark.parametrize(
    ("new", "confirmation", "expected"),
    [
        (NEW, NEW + " ", [("passwordConfirmation", "MISMATCH", "")]),
        ("corta", "corta", [("newPassword", "WEAK", "too_short")]),
        ("corta", "otra", [("newPassword", "WEAK", "too_short"), ("passwordConfirmation", "MISMATCH", "")]),
        ("password2026!", "password2026!", [("newPassword", "WEAK", "common")]),
        ("123456789012345", "123456789012345", [("newPassword", "WEAK", "predictable")]),
        ("inmobiliaria-andina", "inmobiliaria-andina", [("newPassword", "WEAK", "personal")]),
        ("xk" * 70, "xk" * 70, [("newPassword", "TOO_LONG", "")]),
        (PASSWORD, PASSWORD, [("newPassword", "WEAK", "unchanged")]),
    ],
)
async def test_a_bad_new_password_is_refused_before_anything_is_computed(
    world: World, new: str, confirmation: str, expected: list[tuple[str, str, str]]
) -> None:
    account = world.an_account()
    here, other = await world.signs_in(account), await world.signs_in(account)
    work, commits = world.hasher.work, world.access.commits

    with pytest.raises(InvalidInput) as refusal:
        await world.change_password(
            here.viewer, current_password=PASSWORD, new_password=new, password_confirmation=confirmation
        )

    assert problems(refusal) == expected
    assert (world.hasher.work, world.access.commits) == (work, commits)
    assert world.session(other).ended_at is None
    assert world.stored(account).password_hash == f"new:{PASSWORD}"


@pytest.mark.parametrize(("staff", "limit"), [(False, 12), (True, 15)])
async def test_a_short_password_is_told_its_minimum(world: World, staff: bool, limit: int) -> None:
    viewer = await world.viewer(world.a_staff_account() if staff else world.an_account())
    short = "girasoles de Boyacá"[: limit - 1]

    with pytest.raises(InvalidInput) as refusal:
        await world.change_password(viewer, current_password=PASSWORD, new_password=short, password_confirmation=short)

    assert [problem.limit for problem in refusal.value.problems] == [limit]


async def test_the_current_password_is_needed(world: World) -> None:
    account = world.an_account()
    here, other = await world.signs_in(account), await world.signs_in(account)
    commits = world.access.commits

    with pytest.raises(InvalidCredentials):
        await world.change_password(here.viewer, current_password="no", new_password=NEW, password_confirmation=NEW)

    assert world.access.commits == commits
    assert world.stored(account).password_hash == f"new:{PASSWORD}"
    assert world.session(other).ended_at is None


async def test_the_current_password_cannot_be_guessed_inside_a_session(world: World) -> None:
    viewer = await world.viewer(world.an_account())
    work = world.hasher.work
    for n in range(5):
        with pytest.raises(InvalidCredentials):
            await world.change_password(
                viewer, current_password=f"guess {n}", new_password=NEW, password_confirmation=NEW
            )

    with pytest.raises(TooManyAttempts):
        await world.change_password(viewer, current_password=PASSWORD, new_password=NEW, password_confirmation=NEW)
    assert world.hasher.work == work + 5

    world.clock.advance(1)
    assert (
        await world.change_password(viewer, current_password=PASSWORD, new_password=NEW, password_confirmation=NEW) == 0
    )


async def test_guesses_inside_a_session_do_not_keep_the_owner_from_signing_in(world: World) -> None:
    account = world.an_account()
    viewer = await world.viewer(account)
    for _ in range(5):
        with pytest.raises(InvalidCredentials):
            await world.change_password(viewer, current_password="no", new_password=NEW, password_confirmation=NEW)

    assert (await world.signs_in(account)).viewer.account_id == account.id


async def test_when_hashing_is_busy_the_attempt_does_not_count(world: World) -> None:
    account = world.an_account()
    viewer = await world.viewer(account)
    world.hasher.busy = True
    for _ in range(8):
        with pytest.raises(Busy):
            await world.change_password(viewer, current_password=PASSWORD, new_password=NEW, password_confirmation=NEW)
    assert world.stored(account).password_hash == f"new:{PASSWORD}"

    world.hasher.busy = False
    await world.change_password(viewer, current_password=PASSWORD, new_password=NEW, password_confirmation=NEW)


async def test_of_two_changes_at_once_the_second_is_refused(world: World) -> None:
    account = world.an_account()
    here, other = await world.signs_in(account), await world.signs_in(account)

    class Slow(FakeHasher):
        async def hash(self, password: str) -> str:
            world.stored(account).password_hash = "new:set by another session"
            return await super().hash(password)

    change = replace(world.change_password, hasher=Slow())

    with pytest.raises(InvalidCredentials):
        await change(here.viewer, current_password=PASSWORD, new_password=NEW, password_confirmation=NEW)

    assert world.stored(account).password_hash == "new:set by another session"
    assert world.session(other).ended_at is None


async def test_a_visitor_changes_nothing(world: World) -> None:
    with pytest.raises(Unauthenticated):
        await world.change_password(
            world.visitor, current_password=PASSWORD, new_password=NEW, password_confirmation=NEW
        )
    with pytest.raises(Unauthenticated):
        await world.update_profile(world.visitor, phone="300 765 4321")

    assert world.access.commits == 0
    assert world.hasher.work == 0


def contact(world: World, account: Account) -> tuple[str | None, str | None, str | None]:
    assert account.client_id is not None
    return world.store.contacts[account.client_id]


@pytest.mark.parametrize("staff", [False, True])
async def test_contact_data_changes_as_far_as_it_was_sent(world: World, staff: bool) -> None:
    account = world.a_staff_account(client=True) if staff else world.an_account()
    viewer = await world.viewer(account)

    await world.update_profile(viewer, phone=" +57 601 555 0101 ext 12 ")
    assert contact(world, account) == ("+57 601 555 0101 ext 12", "Calle 1 # 2-3", "Bogotá")

    await world.update_profile(viewer, address="Carrera 7 # 71-21, apto 302", city="Medellín")
    assert contact(world, account) == ("+57 601 555 0101 ext 12", "Carrera 7 # 71-21, apto 302", "Medellín")

    await world.update_profile(viewer, phone=None, city="   ")
    assert contact(world, account) == (None, "Carrera 7 # 71-21, apto 302", None)


async def test_what_does_not_change_is_not_written(world: World) -> None:
    account = world.an_account()
    viewer = await world.viewer(account)
    commits = world.access.commits

    assert (await world.update_profile(viewer)).account.id == account.id
    assert (await world.update_profile(viewer, phone="300 123 4567", city="Bogotá")).account.id == account.id

    assert world.access.commits == commits


async def test_staff_who_are_no_client_have_nothing_to_change(world: World) -> None:
    neighbour, account = world.an_account(), world.a_staff_account()
    viewer = await world.viewer(account)
    commits = world.access.commits

    answered = await world.update_profile(viewer, phone="300 765 4321", address="Calle 9", city="Cali")

    assert (answered.account.id, answered.confirmation_sent) == (account.id, False)
    assert world.access.commits == commits
    assert contact(world, neighbour) == ("300 123 4567", "Calle 1 # 2-3", "Bogotá")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"phone": "llámame"}, [("phone", "INVALID", "")]),
        ({"phone": "12345"}, [("phone", "INVALID", "")]),
        ({"phone": "+57 300 123 4567 890 123 456"}, [("phone", "INVALID", "")]),
        ({"phone": "3" * 41}, [("phone", "TOO_LONG", "")]),
        ({"phone": "300\x001234567"}, [("phone", "INVALID", "control_characters")]),
        ({"address": "x" * 201}, [("address", "TOO_LONG", "")]),
        ({"address": "Calle 1\nBogotá"}, [("address", "INVALID", "control_characters")]),
        ({"address": "Calle \ud83d"}, [("address", "INVALID", "control_characters")]),
        ({"city": "x" * 101}, [("city", "TOO_LONG", "")]),
        ({"email": "otra@correo.example"}, [("currentPassword", "REQUIRED", "")]),
        ({"email": None, "current_password": PASSWORD}, [("email", "REQUIRED", "")]),
        ({"email": "  ", "current_password": PASSWORD}, [("email", "REQUIRED", "")]),
        ({"email": "otra@correo", "current_password": PASSWORD}, [("email", "INVALID", "email")]),
        (
            {"phone": "no", "city": "x" * 101, "email": "a@b", "current_password": ""},
            [
                ("phone", "INVALID", ""),
                ("city", "TOO_LONG", ""),
                ("email", "INVALID", "email"),
                ("currentPassword", "REQUIRED", ""),
            ],
        ),
    ],
)
async def test_bad_contact_data_changes_nothing(
    world: World, sent: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    account = world.an_account()
    viewer = await world.viewer(account)
    commits = world.access.commits

    with pytest.raises(InvalidInput) as refusal:
        await world.update_profile(viewer, **{"address": "Calle nueva", **sent})

    assert problems(refusal) == expected
    assert world.access.commits == commits
    assert contact(world, account) == ("300 123 4567", "Calle 1 # 2-3", "Bogotá")


async def test_the_longest_texts_fit(world: World) -> None:
    account = world.an_account()
    viewer = await world.viewer(account)

    await world.update_profile(viewer, address="ñ" * 200, city="ñ" * 100, email=UNCHANGED, current_password=None)

    assert contact(world, account) == ("300 123 4567", "ñ" * 200, "ñ" * 100)


async def create(world: World, **given: Any) -> Account:
    asked: dict[str, Any] = {
        "username": "berta",
        "email": "berta@correo.example",
        "password": NEW,
        "role": AccountRole.CLIENT,
        "client_code": "C-001",
    }
    for agency_id in world.store.agencies:
        world.store.clients.setdefault((agency_id, "C-001"), ClientId(uuid4()))
        world.store.clients.setdefault((agency_id, "C-002"), ClientId(uuid4()))
    return await world.create_account(given.pop("agency_id", world.agency.id), **{**asked, **given})


async def test_an_account_is_made_ready_to_sign_in(world: World) -> None:
    account = await create(world, username=" berta ", email=" berta@correo.example ")

    stored = world.stored(account)
    assert (stored.username, stored.email) == ("berta", "berta@correo.example")
    assert (stored.status, stored.roles) == (AccountStatus.ACTIVE, (AccountRole.CLIENT,))
    assert stored.password_hash == f"new:{NEW}"
    opened = await world.sign_in(world.visitor, login="BERTA", password=NEW, captcha="person")
    assert opened.viewer.account_id == account.id


@pytest.mark.parametrize("role", [AccountRole.STAFF, AccountRole.ADMIN])
async def test_staff_need_no_client_and_may_be_one(world: World, role: AccountRole) -> None:
    alone = await create(world, role=role, client_code=None)
    both = await create(world, username="carla", email="carla@correo.example", role=role)

    assert (alone.roles, alone.client_id) == ((role,), None)
    assert both.roles == (role, AccountRole.CLIENT)
    assert both.client_id == world.store.clients[world.agency.id, "C-001"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"username": ""}, [("username", "INVALID", "username")]),
        ({"username": "be"}, [("username", "INVALID", "username")]),
        ({"username": "b" * 61}, [("username", "INVALID", "username")]),
        ({"username": "ana@correo.example"}, [("username", "INVALID", "username")]),
        ({"username": "ber ta"}, [("username", "INVALID", "username")]),
        ({"username": "ber\0ta"}, [("username", "INVALID", "username")]),
        ({"email": "berta"}, [("email", "INVALID", "")]),
        ({"email": ""}, [("email", "INVALID", "")]),
        ({"password": "corta"}, [("password", "WEAK", "too_short")]),
        ({"password": "berta@correo.example"}, [("password", "WEAK", "personal")]),
        ({"password": NEW[:12], "role": AccountRole.STAFF}, [("password", "WEAK", "too_short")]),
        ({"client_code": None}, [("client", "REQUIRED", "")]),
        ({"client_code": ""}, [("client", "REQUIRED", "")]),
        ({"client_code": "C-404"}, [("client", "NOT_FOUND", "")]),
        ({"client_code": "C-404", "role": AccountRole.ADMIN}, [("client", "NOT_FOUND", "")]),
        (
            {"username": "@", "email": "@", "password": "", "client_code": None},
            [
                ("username", "INVALID", "username"),
                ("email", "INVALID", ""),
                ("client", "REQUIRED", ""),
                ("password", "WEAK", "too_short"),
            ],
        ),
    ],
)
async def test_a_bad_account_is_not_made(
    world: World, given: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await create(world, **given)

    assert problems(refusal) == expected
    assert not world.store.accounts
    assert world.hasher.work == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"username": "ANA", "email": "otra@correo.example"}, "username"),
        ({"email": "Ana@Correo.example"}, "email"),
    ],
)
async def test_a_name_or_email_is_taken_once_whatever_its_case(world: World, given: dict[str, Any], field: str) -> None:
    world.an_account("ana")

    with pytest.raises(InvalidInput) as refusal:
        await create(world, **given)

    assert problems(refusal) == [(field, "DUPLICATE", "")]
    assert len(world.store.accounts) == 1


async def test_a_client_has_one_account(world: World) -> None:
    await create(world)

    with pytest.raises(InvalidInput) as refusal:
        await create(world, username="carla", email="carla@correo.example")

    assert problems(refusal) == [("client", "DUPLICATE", "")]
    assert len(world.store.accounts) == 1


async def test_another_agency_may_have_the_same_names(world: World) -> None:
    elsewhere = world.an_agency("sabana", "Inmuebles de la Sabana")

    first, second = await create(world), await create(world, agency_id=elsewhere.id)

    assert (first.agency_id, second.agency_id) == (world.agency.id, elsewhere.id)


async def test_no_account_without_an_agency(world: World) -> None:
    with pytest.raises(AgencyNotFound):
        await create(world, agency_id=AgencyId(uuid4()))

    assert not world.store.accounts
