"""A second factor keeps who has the password alone outside, and is turned on and off by its owner only."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from application.access import StaffViewer
from application.announcements import Announcement, announced
from application.ports.passwords import PasswordCheck
from application.ports.secrets import SecretUnreadable
from domain.accounts import Account, AccountRole
from domain.audit import COMMAND_LINE, AuditAction
from domain.errors import (
    Cure,
    DomainError,
    InvalidCredentials,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
    NotFound,
    SecondFactorRequired,
    TooManyAttempts,
    Unauthenticated,
)
from domain.ids import AccountId
from domain.second_factors import Enrolment
from tests.application.access_world import PASSWORD, World, attempt
from tests.fakes.passwords import FakeHasher
from tests.fakes.secrets import FakeSecretBox


@pytest.fixture
def world() -> World:
    return World()


def told(world: World) -> list[str]:
    """What the letters that wait are about."""
    jobs = [announced(kept.job) for kept in world.store.jobs]
    return [ids[1] for kind, ids in jobs if kind is Announcement.SECOND_FACTOR_CHANGED]


def recorded(world: World) -> list[str]:
    """What the record says of second factors."""
    action = AuditAction.SECOND_FACTOR_CHANGED.value
    return [entry.changes for entry in world.store.audit if entry.action == action]


async def enters(world: World, account: Account, code: str | None) -> SecondFactorRequired | None:
    try:
        await world.sign_in(
            world.visitor, login=account.username, password=PASSWORD, captcha="person", code=code, ip="192.0.2.7"
        )
    except SecondFactorRequired as refusal:
        return refusal
    return None


async def test_turned_on_it_is_asked_for_after_the_right_password_only(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    enrolment, _ = await world.has_second_factor(pedro)

    assert await attempt(world, "pedro", "no es esta clave") == "InvalidCredentials"
    assert await attempt(world, "pedro", "no es esta clave", code=world.code(enrolment)) == "InvalidCredentials"
    refusal = await enters(world, pedro, None)
    assert refusal is not None
    assert (refusal.rejected, refusal.enrolment) == (False, None)
    assert await enters(world, pedro, world.code(enrolment)) is None
    assert world.live_sessions() == 1


async def test_everything_that_was_open_ends_and_the_owner_is_told(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    await world.viewer(pedro)
    await world.viewer(pedro)

    await world.has_second_factor(pedro)

    assert world.live_sessions() == 0
    assert told(world) == ["on"]
    assert recorded(world) == ['{"secondFactor":"ON"}']


async def test_nothing_is_on_before_a_code_confirms_it(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    viewer = await world.viewer(pedro)

    await world.begin_second_factor(viewer, current_password=PASSWORD)
    with pytest.raises(InvalidInput) as refusal:
        await world.confirm_second_factor(viewer, code="000000")

    assert [problem.field for problem in refusal.value.problems] == ["code"]
    assert not world.stored(pedro).second_factor
    assert await attempt(world, "pedro") == "in"
    assert told(world) == recorded(world) == []


async def test_begun_again_the_former_secret_is_worth_nothing(world: World) -> None:
    viewer = await world.viewer(world.a_staff_account("pedro"))
    first = await world.begin_second_factor(viewer, current_password=PASSWORD)
    second = await world.begin_second_factor(viewer, current_password=PASSWORD)

    with pytest.raises(InvalidInput):
        await world.confirm_second_factor(viewer, code=world.code(first))
    assert len((await world.confirm_second_factor(viewer, code=world.code(second))).recovery_codes) == 10


async def test_secrets_and_codes_on_paper_are_not_kept_in_the_clear(world: World) -> None:
    enrolment, recovery = await world.has_second_factor(world.a_staff_account("pedro"))

    kept = repr(world.store) + "".join(map(repr, world.store.second_factors.values()))
    (factor,) = world.store.second_factors.values()
    assert enrolment.secret not in factor.secret
    assert not [code for code in recovery if code in kept or code.replace("-", "") in kept]
    assert enrolment.secret not in repr(enrolment)
    assert len(set(recovery)) == 10


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
async def test_clocks_may_differ_by_a_step(world: World, seconds: int, good: bool) -> None:
    pedro = world.a_staff_account("pedro")
    enrolment, _ = await world.has_second_factor(pedro)
    world.clock.advance(timedelta(minutes=10))
    shown = world.code(enrolment)

    world.clock.advance(seconds)

    refusal = await enters(world, pedro, shown)
    assert (refusal is None) is good
    assert refusal is None or refusal.rejected


async def test_a_code_is_good_once_and_so_are_those_before_it(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    enrolment, _ = await world.has_second_factor(pedro)
    world.clock.advance(timedelta(minutes=10))
    before = world.code(enrolment)
    world.clock.advance(30)

    assert await enters(world, pedro, world.code(enrolment)) is None
    for used in (world.code(enrolment), before):
        refusal = await enters(world, pedro, used)
        assert refusal is not None
        assert refusal.rejected
    assert world.live_sessions() == 1


async def test_the_code_that_turned_it_on_opens_no_door(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    viewer = await world.viewer(pedro)
    enrolment = await world.begin_second_factor(viewer, current_password=PASSWORD)
    code = world.code(enrolment)
    await world.confirm_second_factor(viewer, code=code)

    assert await enters(world, pedro, code) is not None


async def test_a_recovery_code_opens_once_however_it_is_typed_and_the_owner_is_told(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    _, (first, second, *_) = await world.has_second_factor(pedro)

    assert await enters(world, pedro, f" {first.lower().replace('-', ' ')} ") is None
    assert await enters(world, pedro, first) is not None
    world.clock.advance(1)
    assert await enters(world, pedro, second) is None

    assert told(world) == ["on", "recovery", "recovery"]


async def test_wrong_codes_wait_and_then_end_and_an_administrator_helps(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    admin = await world.viewer(world.an_account("rosa", roles=(AccountRole.ADMIN,), client=False))
    enrolment, _ = await world.has_second_factor(pedro)

    outcomes = [await attempt(world, "pedro", code="000000") for _ in range(6)]
    assert outcomes == ["SecondFactorRequired"] * 5 + ["TooManyAttempts"]
    for n in range(100):
        world.clock.advance(timedelta(minutes=15))
        outcomes.append(await attempt(world, "pedro", code="000000", ip=f"198.51.100.{n}"))
    assert outcomes.count("SecondFactorRequired") == 50
    with pytest.raises(TooManyAttempts) as refusal:
        await enters(world, pedro, world.code(enrolment))
    assert refusal.value.cure is Cure.ADMINISTRATOR
    assert await attempt(world, "pedro", "no es esta clave") == "InvalidCredentials", "and tells strangers nothing"

    await world.reset_second_factor(admin, account_id=pedro.id)
    assert await attempt(world, "pedro") == "in"


async def test_a_good_code_gives_five_free_ones_again(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    enrolment, _ = await world.has_second_factor(pedro)

    for _ in range(4):
        for _ in range(4):
            assert await attempt(world, "pedro", code="000000") == "SecondFactorRequired"
        assert await attempt(world, "pedro", code=world.code(enrolment)) == "in"
        world.clock.advance(30)


async def test_asking_without_a_code_is_no_failure(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    await world.has_second_factor(pedro)

    outcomes = {await attempt(world, "pedro", code=code) for _ in range(20) for code in (None, "", "  ")}

    assert outcomes == {"SecondFactorRequired"}


async def test_the_right_password_used_up_nothing_of_its_own_tries(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    await world.has_second_factor(pedro)

    for _ in range(30):
        world.clock.advance(timedelta(hours=1))
        await attempt(world, "pedro", code="000000", ip="198.51.100.7")

    outcomes = [await attempt(world, "pedro", f"guess {n}", ip="198.51.100.8") for n in range(6)]
    assert outcomes == ["InvalidCredentials"] * 5 + ["TooManyAttempts"]


async def test_clients_may_have_one_too(world: World) -> None:
    ana = world.an_account("ana")
    enrolment, _ = await world.has_second_factor(ana)

    assert await attempt(world, "ana") == "SecondFactorRequired"
    assert await attempt(world, "ana", code=world.code(enrolment)) == "in"


@pytest.mark.parametrize("code", ["", "0" * 5000, "\0", "media \ud83d", "１２３４５６", "🐢"])
async def test_no_code_upsets_anything(world: World, code: str) -> None:
    pedro = world.a_staff_account("pedro")
    await world.has_second_factor(pedro)

    assert await attempt(world, "pedro", code=code) == "SecondFactorRequired"


async def test_a_secret_that_cannot_be_read_leaves_the_codes_on_paper(world: World) -> None:
    class Lost(FakeSecretBox):
        def open(self, sealed: str, *, place: str) -> str:
            raise SecretUnreadable

    pedro = world.a_staff_account("pedro")
    enrolment, (paper, *_) = await world.has_second_factor(pedro)
    world.sign_in = replace(world.sign_in, second_factors=replace(world.desk, secrets=Lost()))

    assert await attempt(world, "pedro", code=world.code(enrolment)) == "SecondFactorRequired"
    assert await attempt(world, "pedro", code=paper) == "in"


async def test_turned_off_with_password_and_code_the_password_is_enough(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    enrolment, _ = await world.has_second_factor(pedro)
    opened = await world.sign_in(
        world.visitor, login="pedro", password=PASSWORD, captcha="person", code=world.code(enrolment), ip=None
    )
    world.clock.advance(30)

    for password, code, refusal in (
        ("otra", world.code(enrolment), InvalidCredentials),
        (PASSWORD, "000000", InvalidInput),
    ):
        with pytest.raises(refusal):
            await world.disable_second_factor(opened.viewer, current_password=password, code=code)
        assert world.stored(pedro).second_factor
    closed = await world.disable_second_factor(opened.viewer, current_password=PASSWORD, code=world.code(enrolment))

    assert closed == 1
    assert world.live_sessions() == 0
    assert not world.store.second_factors
    assert await attempt(world, "pedro") == "in"
    assert told(world) == ["on", "off"]


async def test_codes_on_paper_are_renewed(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    enrolment, (old, paper, *_) = await world.has_second_factor(pedro)
    viewer = (
        await world.sign_in(
            world.visitor, login="pedro", password=PASSWORD, captcha="person", code=world.code(enrolment), ip=None
        )
    ).viewer

    with pytest.raises(InvalidInput):
        await world.renew_recovery_codes(viewer, current_password=PASSWORD, code="000000")
    renewed = await world.renew_recovery_codes(viewer, current_password=PASSWORD, code=paper)

    assert len(renewed) == 10
    assert await enters(world, pedro, old) is not None
    assert await enters(world, pedro, renewed[0]) is None
    assert told(world) == ["on", "renewed", "recovery"]
    assert recorded(world) == ['{"secondFactor":"ON"}', '{"secondFactor":"RENEWED"}']


async def test_acts_that_do_not_fit_change_nothing(world: World) -> None:
    without, pedro = world.a_staff_account("sin"), world.a_staff_account("pedro")
    enrolment, _ = await world.has_second_factor(pedro)
    plain = await world.viewer(without)
    on = (
        await world.sign_in(
            world.visitor, login="pedro", password=PASSWORD, captcha="person", code=world.code(enrolment), ip=None
        )
    ).viewer
    commits, work = world.access.commits, world.hasher.work

    for act in (
        world.begin_second_factor(on, current_password=PASSWORD),
        world.confirm_second_factor(on, code=world.code(enrolment)),
        world.confirm_second_factor(plain, code="123456"),
        world.disable_second_factor(plain, current_password=PASSWORD, code="123456"),
        world.renew_recovery_codes(plain, current_password=PASSWORD, code="123456"),
    ):
        with pytest.raises(InvalidTransition):
            await act

    assert (world.access.commits, world.hasher.work) == (commits, work)


async def test_who_did_not_sign_in_has_none(world: World) -> None:
    for act in (
        world.begin_second_factor(world.visitor, current_password=PASSWORD),
        world.confirm_second_factor(world.visitor, code="1"),
        world.disable_second_factor(world.visitor, current_password=PASSWORD, code="1"),
        world.renew_recovery_codes(world.visitor, current_password=PASSWORD, code="1"),
        world.reset_second_factor(world.visitor, account_id=AccountId(world.agency.id)),
    ):
        with pytest.raises(Unauthenticated):
            await act


async def test_a_wrong_password_begins_nothing(world: World) -> None:
    viewer = await world.viewer(world.a_staff_account("pedro"))

    with pytest.raises(InvalidCredentials):
        await world.begin_second_factor(viewer, current_password="otra")

    assert not world.store.second_factors


class Required:
    """An agency that requires it of its staff."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.store.agencies[world.agency.id].staff_second_factor_required = True

    async def enrolment(self, account: Account) -> Enrolment:
        refusal = await enters(self.world, account, None)
        assert refusal is not None
        assert refusal.enrolment is not None
        return refusal.enrolment


async def test_where_it_is_required_the_first_sign_in_sets_it_up_and_nothing_else_opens(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    await world.viewer(pedro)
    required = Required(world)

    enrolment = await required.enrolment(pedro)
    rejected = await enters(world, pedro, "000000")
    assert rejected is not None
    assert (rejected.rejected, rejected.enrolment) == (True, None)
    assert not world.stored(pedro).second_factor
    opened = await world.sign_in(
        world.visitor, login="pedro", password=PASSWORD, captcha="person", code=world.code(enrolment), ip=None
    )

    assert len(opened.recovery_codes) == 10
    assert opened.recovery_codes[0] not in repr(opened)
    assert world.live_sessions() == 1, "what was open before is over"
    assert told(world) == ["on"]
    assert recorded(world) == ['{"secondFactor":"ON"}']
    world.clock.advance(30)
    again = await world.sign_in(
        world.visitor, login="pedro", password=PASSWORD, captcha="person", code=world.code(enrolment), ip=None
    )
    assert again.recovery_codes == ()


async def test_required_while_the_password_is_checked_it_opens_nothing_without(world: World) -> None:
    pedro, ana = world.a_staff_account("pedro"), world.an_account("ana")

    class Slow(FakeHasher):
        async def verify(self, stored_hash: str | None, password: str) -> PasswordCheck:
            Required(world)
            return await super().verify(stored_hash, password)

    world.sign_in = replace(world.sign_in, hasher=Slow())

    assert await enters(world, pedro, None) is not None
    assert not world.store.sessions
    assert await enters(world, ana, None) is None


async def test_who_saw_an_earlier_set_up_knows_nothing(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    required = Required(world)
    thief, owner = await required.enrolment(pedro), await required.enrolment(pedro)

    assert await enters(world, pedro, world.code(thief)) is not None
    assert await enters(world, pedro, world.code(owner)) is None


async def test_where_it_is_required_staff_do_not_turn_it_off_and_clients_need_none(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    world.an_account("ana")
    enrolment, _ = await world.has_second_factor(pedro)
    Required(world)
    opened = await world.sign_in(
        world.visitor, login="pedro", password=PASSWORD, captcha="person", code=world.code(enrolment), ip=None
    )

    with pytest.raises(InvalidTransition):
        await world.disable_second_factor(opened.viewer, current_password=PASSWORD, code="123456")

    assert world.stored(pedro).second_factor
    assert await attempt(world, "ana") == "in"


async def test_a_wrong_password_sets_nothing_up(world: World) -> None:
    world.a_staff_account("pedro")
    Required(world)

    assert await attempt(world, "pedro", "otra") == "InvalidCredentials"

    assert not world.store.second_factors


async def test_only_an_administrator_takes_it_from_another(world: World) -> None:
    pedro, ana = world.a_staff_account("pedro"), world.an_account("ana")
    rosa = world.an_account("rosa", roles=(AccountRole.ADMIN,), client=False)
    await world.has_second_factor(pedro)
    admin = await world.viewer(rosa)
    elsewhere = world.an_account("luis", agency=world.an_agency("sabana", "Sabana"))

    for viewer, target, refusal in (
        (await world.viewer(world.a_staff_account("sara")), pedro, NotAllowed),
        (await world.viewer(ana), pedro, NotAllowed),
        (admin, elsewhere, NotFound),
        (admin, ana, InvalidTransition),
        (admin, rosa, InvalidTransition),
    ):
        with pytest.raises(refusal):
            await world.reset_second_factor(viewer, account_id=target.id)
    assert world.stored(pedro).second_factor
    assert isinstance(admin, StaffViewer)

    await world.reset_second_factor(admin, account_id=pedro.id)

    assert not world.stored(pedro).second_factor
    assert not world.store.second_factors
    assert told(world) == ["on", "reset"]
    assert recorded(world)[-1] == '{"secondFactor":"RESET"}'
    assert await attempt(world, "pedro") == "in"


async def test_an_administrators_own_is_not_taken_away_in_passing(world: World) -> None:
    rosa = world.an_account("rosa", roles=(AccountRole.ADMIN,), client=False)
    enrolment, _ = await world.has_second_factor(rosa)
    opened = await world.sign_in(
        world.visitor, login="rosa", password=PASSWORD, captcha="person", code=world.code(enrolment), ip=None
    )

    with pytest.raises(InvalidTransition):
        await world.reset_second_factor(opened.viewer, account_id=rosa.id)

    assert world.stored(rosa).second_factor


async def test_the_operator_helps_the_only_administrator(world: World) -> None:
    rosa = world.an_account("rosa", roles=(AccountRole.ADMIN,), client=False)
    await world.has_second_factor(rosa)

    for login, refusal in (("nadie", NotFound),):
        with pytest.raises(refusal):
            await world.reset_by_operator(world.agency.id, login=login)
    await world.reset_by_operator(world.agency.id, login=" Rosa@correo.example ")

    assert world.store.audit[-1].actor == COMMAND_LINE
    assert await attempt(world, "rosa") == "in"
    with pytest.raises(InvalidTransition):
        await world.reset_by_operator(world.agency.id, login="rosa")


async def test_the_same_code_at_once_opens_one_session(world: World) -> None:
    pedro = world.a_staff_account("pedro")
    enrolment, _ = await world.has_second_factor(pedro)
    code = world.code(enrolment)

    async def go() -> bool:
        try:
            return await enters(world, pedro, code) is None
        except DomainError:
            return False

    assert sum(await asyncio.gather(*(go() for _ in range(5)))) == 1
