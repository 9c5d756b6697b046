"""Forgotten passwords: who gets a link, what it opens, and that nothing tells who has an account."""

from datetime import timedelta
from typing import Any

import pytest

from application.attempts import link_attempts
from application.ports.jobs import JobKind
from application.ports.mail import MailUnavailable
from application.ports.mail.accounts import AccountActivated, PasswordChanged, PasswordReset
from domain.accounts import AccountStatus
from domain.errors import (
    Busy,
    CaptchaRejected,
    CaptchaUnavailable,
    InvalidCredentials,
    InvalidInput,
    TokenExpired,
    TooManyAttempts,
)
from domain.links import LIFETIME, LinkPurpose
from tests import factories as a
from tests.application.accounts_world import BASE, NEW, PASSWORD, World, letter, names
from tests.told import told

P = LinkPurpose


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("login", ["ana", " ANA ", "ana@correo.example", "Ana@Correo.Example"])
async def test_whoever_forgot_the_password_is_sent_a_link(world: World, login: str) -> None:
    await world.asks_for_reset(login)

    (mail,) = await world.post()
    (link,) = world.live_links(world.ana)
    assert (mail.name, mail.address) == ("Ana Peña", "ana@correo.example")
    assert mail.letter == PasswordReset(
        letterhead=mail.letter.letterhead,
        link=f"{BASE}/restablecer?token={link.id}",
        username="ana",
        expires_at=world.clock.now() + timedelta(minutes=30),
    )


async def test_the_link_opens_with_another_password_and_closes_everything_else(world: World) -> None:
    for _ in range(2):
        await world.signs_in(world.ana)
    await world.signs_in(world.sara)
    await world.asks_for_reset("ana")
    token = await world.token()
    other = a.a_link(world.ana)
    world.add(other)

    done = await world.resets(token)

    assert (done.username, done.closed_sessions) == ("ana", 2)
    assert (world.live(world.ana), world.live_links(world.ana)) == ([], [])
    assert len(world.live(world.sara)) == 1
    mails = await world.post()
    assert [(mail.name, mail.address) for mail in mails] == [("Ana Peña", "ana@correo.example")]
    assert letter(mails, PasswordChanged).at == world.clock.now()
    with pytest.raises(InvalidCredentials):
        await world.signs_in(world.ana, PASSWORD)
    assert (await world.signs_in(world.ana, NEW)).viewer.account_id == world.ana.id
    assert world.acts()[0] == "PASSWORD_RESET"
    for used in (token, str(other.id)):
        with pytest.raises(TokenExpired):
            await world.resets(used, "otra frase larga de montañas")


async def test_who_was_invited_gets_the_invitation_again(world: World) -> None:
    invited = await world.invite_client(world.viewer(world.sara), client_id=world.berta.id)
    first = await world.token()
    await world.asks_for_reset(invited.username)

    mails = await world.post()

    assert names(mails) == ["invitation"]
    await world.resets(first)
    assert letter(await world.post(), AccountActivated).username == invited.username


@pytest.mark.parametrize(
    "login", ["nadie", "", "x" * 300, "ana@otra.example", "a\0b", "\ud83d", "disabled", "of_another_agency"]
)
async def test_the_same_is_answered_and_done_for_who_gets_nothing(world: World, login: str) -> None:
    elsewhere = a.an_agency(link_base=BASE)
    disabled = a.an_account(a.a_client(world.agency), username="disabled", status=AccountStatus.DISABLED)
    world.add(disabled, elsewhere, a.an_account(a.a_client(elsewhere), username="of_another_agency"))

    await world.asks_for_reset("ana")
    (known,) = world.store.jobs
    world.store.jobs.clear()
    commits = world.database.commits
    await world.asks_for_reset(login)

    (unknown,) = world.store.jobs
    assert (unknown.job.kind, unknown.job.key, unknown.job.pace) == (JobKind.OPEN_RESET, None, known.job.pace)
    assert len(unknown.job.subject) == len(known.job.subject)
    assert world.database.commits == commits + 1
    assert await world.post() == []
    assert world.store.links == {}


async def test_a_person_is_asked_for_before_anything_is_counted(world: World) -> None:
    for _ in range(100):
        with pytest.raises(CaptchaRejected):
            await world.request_reset(world.visitor, login="ana", captcha="robot", ip="192.0.2.7")
    world.captcha.down = True
    with pytest.raises(CaptchaUnavailable):
        await world.asks_for_reset("ana")

    assert (world.store.jobs, world.limiter.attempts) == ([], {})


@pytest.mark.parametrize("login", ["ana", "nadie"])
async def test_five_letters_then_one_in_ten_minutes_and_no_sign_of_the_limit(world: World, login: str) -> None:
    for number in range(8):
        await world.asks_for_reset(login, ip=f"192.0.2.{number}")

    assert len(world.store.jobs) == 5
    for _ in range(2):
        world.clock.advance(timedelta(minutes=10))
        for number in range(8):
            await world.asks_for_reset(login, ip=f"192.0.2.{number}")
    assert len(world.store.jobs) == 7


async def test_while_somebody_asks_again_and_again_its_owner_has_a_link_that_serves(world: World) -> None:
    for minute in range(180):
        for login in ("ana", "ana@correo.example"):
            await world.asks_for_reset(login, ip=f"2001:db8:{minute:x}::1")
        await world.post()
        assert world.live_links(world.ana), minute
        world.clock.advance(timedelta(minutes=1))

    sent = world.mailer.sent
    assert len(sent) == len(world.store.links) < 25


async def test_an_account_gets_five_links_an_hour_by_whatever_name(world: World) -> None:
    for number in range(4):
        await world.asks_for_reset("ana", ip=f"192.0.2.{number}")
        await world.asks_for_reset("ana@correo.example", ip=f"192.0.2.{number}")

    assert names(await world.post()) == ["password reset"] * 5


@pytest.mark.parametrize("login", ["ana", "nadie"])
async def test_an_address_that_asks_too_often_has_to_wait(world: World, login: str) -> None:
    for number in range(60):
        await world.asks_for_reset(f"persona-{number}")
    before = len(world.store.jobs)

    with pytest.raises(TooManyAttempts):
        await world.asks_for_reset(login)
    assert len(world.store.jobs) == before


async def test_a_job_that_is_done_again_sends_the_same_link_again(world: World) -> None:
    await world.asks_for_reset("ana")
    (kept,) = world.store.jobs
    (first,) = await world.post()

    await world.open_reset(kept.job)

    assert await world.post() == []
    assert len(world.store.links) == 1
    assert world.live_links(world.ana)[0].id.hex in kept.job.subject.replace("-", "")
    assert first.event.endswith(f"password-reset {world.live_links(world.ana)[0].id}")


async def test_a_letter_that_could_not_go_out_carries_its_link_as_long_as_that_serves(world: World) -> None:
    await world.asks_for_reset("ana")
    await world.open_reset(world.store.jobs.pop().job)
    (letter_job,) = world.store.jobs
    world.mailer.trouble = MailUnavailable()
    with pytest.raises(MailUnavailable):
        await world.post()
    world.mailer.trouble = None

    for minutes, sent in ((29, 1), (1, 0)):
        world.clock.advance(timedelta(minutes=minutes))
        world.store.jobs.append(letter_job)
        assert len(await world.post()) == sent


async def test_without_pages_there_is_no_link_and_the_staff_is_told(world: World) -> None:
    world.agency.link_base = None
    await world.asks_for_reset("ana")

    with pytest.raises(InvalidInput):
        await world.post()
    assert world.store.links == {}


@pytest.mark.parametrize("purpose", [P.INVITATION, P.RESET])
async def test_a_link_serves_until_its_last_second(world: World, purpose: LinkPurpose) -> None:
    status = AccountStatus.INVITED if purpose is P.INVITATION else AccountStatus.ACTIVE
    account = a.an_account(a.a_client(world.agency), status=status)
    link = a.a_link(account, purpose)
    world.add(account, link)
    world.clock.advance(LIFETIME[purpose])
    with pytest.raises(TokenExpired):
        await world.resets(str(link.id))

    world.clock.advance(timedelta(seconds=-1))
    assert (await world.resets(str(link.id))).username == account.username


@pytest.mark.parametrize(
    ("purpose", "status"),
    [
        (P.INVITATION, AccountStatus.ACTIVE),
        (P.INVITATION, AccountStatus.DISABLED),
        (P.RESET, AccountStatus.INVITED),
        (P.RESET, AccountStatus.DISABLED),
        (P.EMAIL_CHANGE, AccountStatus.ACTIVE),
    ],
)
async def test_a_link_is_for_what_it_was_made(world: World, purpose: LinkPurpose, status: AccountStatus) -> None:
    account = a.an_account(a.a_client(world.agency), status=status)
    link = a.a_link(account, purpose)
    world.add(account, link)
    before = told(vars(world.store))

    with pytest.raises(TokenExpired):
        await world.resets(str(link.id))

    assert told(vars(world.store)) == before


async def test_a_locked_account_is_open_again(world: World) -> None:
    world.ana.status = AccountStatus.LOCKED
    await world.asks_for_reset("ana")

    await world.resets(await world.token())

    assert (await world.signs_in(world.ana, NEW)).viewer.account_id == world.ana.id


async def test_guessers_of_the_password_do_not_keep_the_owner_out(world: World) -> None:
    for _ in range(5):
        for login in ("ana", "ana@correo.example"):
            with pytest.raises(InvalidCredentials):
                await world.sign_in(world.visitor, login=login, password="adivinanza", captcha="person")
    with pytest.raises(TooManyAttempts):
        await world.signs_in(world.ana)
    await world.asks_for_reset("ana")

    await world.resets(await world.token())

    assert (await world.signs_in(world.ana, NEW)).viewer.account_id == world.ana.id


@pytest.mark.parametrize(
    ("password", "again", "expected"),
    [
        (NEW, NEW + " ", [("passwordConfirmation", "MISMATCH")]),
        ("corta", "otra", [("password", "WEAK"), ("passwordConfirmation", "MISMATCH")]),
        ("xk" * 70, "xk" * 70, [("password", "TOO_LONG")]),
        ("ana@correo.example", "ana@correo.example", [("password", "WEAK")]),
    ],
)
async def test_a_bad_password_leaves_the_link_as_it_was(
    world: World, password: str, again: str, expected: list[tuple[str, str]]
) -> None:
    await world.signs_in(world.ana)
    await world.asks_for_reset("ana")
    token, work = await world.token(), world.hasher.work
    before = told(vars(world.store))

    for _ in range(30):
        with pytest.raises(InvalidInput) as refusal:
            await world.reset(world.visitor, token=token, password=password, password_confirmation=again)

    assert [(it.field, it.code.value) for it in refusal.value.problems] == expected
    assert (told(vars(world.store)), world.hasher.work) == (before, work)
    assert (await world.resets(token)).closed_sessions == 1


async def test_staff_need_longer_passwords(world: World) -> None:
    await world.asks_for_reset("sara")
    token = await world.token()

    with pytest.raises(InvalidInput) as refusal:
        await world.resets(token, "nubes y fresas")
    assert [(it.field, it.limit) for it in refusal.value.problems] == [("password", 15)]


@pytest.mark.parametrize("token", ["", "x", "ñ" * 5_000, "\ud83d", "' or true --"])
async def test_what_is_no_link_opens_nothing(world: World, token: str) -> None:
    await world.asks_for_reset("ana")
    await world.post()
    before, work = told(vars(world.store)), world.hasher.work

    with pytest.raises(TokenExpired):
        await world.resets(token)

    assert (told(vars(world.store)), world.hasher.work) == (before, work)


async def test_links_of_another_agency_do_not_exist(world: World) -> None:
    elsewhere = a.an_agency()
    stranger = a.an_account(a.a_client(elsewhere))
    link = a.a_link(stranger)
    world.add(elsewhere, stranger, link)

    with pytest.raises(TokenExpired):
        await world.resets(str(link.id))


async def test_an_address_that_guesses_links_has_to_wait_and_one_with_a_good_one_has_not(world: World) -> None:
    async def guess(**given: Any) -> None:
        form = {"token": "x", "password": NEW, "password_confirmation": NEW} | given
        await world.reset(world.visitor, ip="192.0.2.7", **form)

    good = [a.a_link(world.ana) for _ in range(2)]
    world.add(*good)
    for _ in range(20):
        with pytest.raises(TokenExpired):
            await guess()
    with pytest.raises(TooManyAttempts):
        await guess(token=str(good[0].id))
    with pytest.raises(TooManyAttempts):
        await world.confirm_email(world.visitor, token="x", ip="192.0.2.7")

    await world.reset(world.visitor, token=str(good[0].id), password=NEW, password_confirmation=NEW, ip="198.51.100.1")
    assert world.limiter.attempts[world.agency.id, link_attempts("198.51.100.1")].count == 0


async def test_when_hashing_is_busy_the_link_stays_good(world: World) -> None:
    await world.asks_for_reset("ana")
    token = await world.token()
    world.hasher.busy = True
    for _ in range(30):
        with pytest.raises(Busy):
            await world.resets(token)

    world.hasher.busy = False
    assert (await world.resets(token)).username == "ana"


async def test_changing_the_password_inside_ends_the_links_and_is_told(world: World) -> None:
    opened = await world.signs_in(world.ana)
    link = a.a_link(world.ana)
    world.add(link)

    await world.change_password(opened.viewer, current_password=PASSWORD, new_password=NEW, password_confirmation=NEW)

    assert names(await world.post()) == ["password changed"]
    with pytest.raises(TokenExpired):
        await world.resets(str(link.id))
