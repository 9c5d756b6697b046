"""The letters of a town: what waits in its queue is done as a worker does it, and the letters are kept."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa

from adapters.holidays.calendar import ColombianHolidays
from adapters.mail.message import Sender, compose
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from application.access import Scope
from application.ports.jobs import Job, JobKind
from application.ports.mail import Mail
from application.use_cases.letters import SendMail
from application.use_cases.letters.contacts import Contacts
from domain.ids import AgencyId
from tests.fakes.mail import FakeMailer
from tests.fakes.rate_limits import FakeRateLimiter
from tests.graphql_api.town import Town

_TAKE = sa.text("delete from queue.pgqueuer where status = 'queued' returning id, entrypoint, payload, headers")


async def delivered(town: Town) -> list[Mail]:
    """What was written, in the order it was put; nothing waits afterwards."""
    mailer, use_cases = FakeMailer(), town.use_cases
    send_mail = SendMail(
        readings=town.service.portal.readings,
        draw_documents=use_cases.draw_documents,
        links=use_cases.open_reset.links,
        contacts=Contacts(
            unit_of_work=use_cases.open_reset.unit_of_work, calendar=ColombianHolidays(), clock=town.clock
        ),
        limiter=FakeRateLimiter(town.clock),
        mailer=mailer,
        clock=town.clock,
    )
    open_reset = replace(use_cases.open_reset)
    while jobs := await _taken(town):
        for job in jobs:
            await (open_reset(job) if job.kind is JobKind.OPEN_RESET else send_mail(job))
    return mailer.sent


def text_of(mail: Mail) -> str:
    """As its reader has it."""
    body = compose(mail, Sender("no-responder@portal.example")).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def token_of(mail: Mail) -> str:
    """Of the link that stands in it."""
    (link,) = re.findall(r"https?://\S+", text_of(mail))
    (token,) = parse_qs(urlsplit(link).query)["token"]
    return str(token)


async def token_sent(town: Town) -> str:
    """Of the only letter with a link that waits."""
    (token,) = [token_of(mail) for mail in await delivered(town) if "token=" in text_of(mail)]
    return str(token)


async def _taken(town: Town) -> list[Job]:
    async with town.service.portal.engine.begin() as connection:
        await connection.execute(SET_SCOPE, scope_parameters(Scope(work=True)))
        rows: list[Any] = sorted((await connection.execute(_TAKE)).all(), key=lambda row: row.id)
    return [
        Job(kind=JobKind(row.entrypoint), agency_id=AgencyId(row.headers["agency_id"]), subject=row.payload.decode())
        for row in rows
    ]
