"""What breaks on our side: the database, an answer on its way, the process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage

import httpx
import sqlalchemy as sa
from sqlalchemy import NullPool, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from tests.scenarios.house import House
from tests.scenarios.stage import Stage
from tests.scenarios.story import PAID, Story


@asynccontextmanager
async def database_down(stage: Stage) -> AsyncIterator[None]:
    """No connection of the service's stays, and none is made."""
    owner = make_url(stage.database.owner_url)
    elsewhere = create_async_engine(owner.set(database="postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    serving = create_async_engine(stage.database.app_url, poolclass=NullPool)
    async with elsewhere.connect() as beside, serving.connect() as inside:
        await beside.exec_driver_sql(f'alter database "{owner.database}" allow_connections false')
        try:
            await inside.execute(
                sa.text(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user "
                    "and datname = current_database() and pid <> pg_backend_pid()"
                )
            )
            yield
        finally:
            await beside.exec_driver_sql(f'alter database "{owner.database}" allow_connections true')
    await elsewhere.dispose()
    await serving.dispose()


async def test_a_notice_that_the_database_cannot_take_comes_again(house: House) -> None:
    """Scenario 36: our database is down during a webhook."""
    attempt = await house.opened()
    async with database_down(house.stage):
        await house.goes(attempt, "approve")
        assert await house.answers(attempt) == [503]
    assert await house.story(attempt) == Story(status="REDIRECTED")
    await house.passes(minutes=1)

    (notice,) = await house.notices(attempt)
    assert (notice["status"], notice["state"]) == (200, "DELIVERED")
    assert await house.story(attempt) == PAID


@asynccontextmanager
async def losing_the_first_answer(stage: Stage) -> AsyncIterator[str]:
    """A wire to the service that breaks once, after the request got through and was answered; its address."""
    lost: list[int] = []

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(fields["content-length"]))
        form = {"Content-Type": fields["content-type"]}
        answer = await stage.http.post(head.split(" ")[1], content=body, headers=form)
        if lost:
            writer.write(b"HTTP/1.1 %d OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % answer.status_code)
            await writer.drain()
        else:
            lost.append(answer.status_code)
        writer.close()

    async with await asyncio.start_server(carry, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}"
    assert lost == [200]


async def test_an_answer_that_is_lost_makes_a_repetition_that_books_nothing(house: House) -> None:
    """Scenario 37: a crash after the commit, before the 200."""
    attempt = await house.opened()
    async with losing_the_first_answer(house.stage) as wire:
        await house.goes(attempt, "approve", confirmationUrl=wire + httpx.URL(attempt.door).path)
        assert await house.answers(attempt) == [None]
        assert await house.story(attempt) == PAID
        await house.passes(minutes=1)

        assert await house.answers(attempt) == [None, 200]
    assert await house.story(attempt) == PAID


async def test_a_letter_that_a_crash_held_up_arrives_once(house: House) -> None:
    """Scenario 38: a crash between ledger and e-mail: the letter is in the outbox. One whose answer is lost is sent
    again under the same id, by which mailboxes and people tell it."""
    mail = house.stage.mail
    async with house.stage.worker.resting():
        attempt = await house.pays("approve")
        assert await house.story(attempt) == PAID
        assert await letters(house) == []
        mail.lost = True
    await eventually(lambda: letters(house))
    mail.lost = False
    await eventually(lambda: sent_again(house))

    ids = [str(letter["Message-ID"]) for letter in await letters(house)]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert await house.story(attempt) == PAID


async def letters(house: House) -> list[EmailMessage]:
    mail = house.stage.mail
    return [it for it, to in zip(mail.received, mail.recipients, strict=True) if to == [house.address]]


async def sent_again(house: House) -> bool:
    """Without waiting for the time that the queue leaves a mail server."""
    put_off = "update queue.pgqueuer set execute_after = now() where headers ->> 'agency_id' = :agency"
    await house.stage.rows(put_off, agency=str(house.agency.id))
    return len(await letters(house)) > 1


async def eventually(there: Callable[[], Awaitable[object]]) -> None:
    for _ in range(600):
        if await there():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nothing came")
