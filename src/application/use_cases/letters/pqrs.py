"""Letters about PQRS."""

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from application.announcements import Announcement
from application.ports.documents import AcknowledgementView, Letterhead
from application.ports.mail import Letter
from application.ports.mail.pqrs import (
    PqrsAnswered,
    PqrsDueSoon,
    PqrsExtended,
    PqrsFiled,
    PqrsReplied,
    PqrsTakenFurther,
    Said,
)
from application.use_cases.documents import DocumentKind
from application.use_cases.letters.desk import Desk, Draft, Recipient, Writer, client_of
from domain.accounts import AccountStatus
from domain.pqrs import Pqrs, PqrsMessage, PqrsMessageKind
from domain.pqrs_transitions import reopenable_until


async def _filed(desk: Desk, ids: list[str]) -> Draft | None:
    case_id = UUID(ids[0])
    case = (await desk.reading.pqrs.get_many([case_id])).get(case_id)
    to = await client_of(desk, case.client_id) if case else None
    if to is None:
        return None
    view = await desk.view(DocumentKind.ACKNOWLEDGEMENT, case_id)
    if not isinstance(view, AcknowledgementView):
        raise TypeError(type(view))
    return Draft(to=to, letter=PqrsFiled(letterhead=view.letterhead, acknowledgement=view), drawn=view)


def _to_client(letter_of: Callable[[Letterhead, Pqrs, PqrsMessage], Letter | None]) -> Writer:
    """To the client, about a message in their case."""

    async def write(desk: Desk, ids: list[str]) -> Draft | None:
        found = await _written(desk, ids)
        to = await client_of(desk, found[0].client_id) if found else None
        letter = letter_of(await desk.letterhead(), *found) if found and to else None
        return Draft(to=to, letter=letter) if to and letter else None

    return write


def _answered(letterhead: Letterhead, case: Pqrs, message: PqrsMessage) -> Letter:
    return PqrsAnswered(letterhead=letterhead, said=_said(case, message.body), reopenable_until=reopenable_until(case))


def _extended(letterhead: Letterhead, case: Pqrs, message: PqrsMessage) -> Letter | None:
    if message.due_on is None:
        return None
    return PqrsExtended(letterhead=letterhead, said=_said(case, message.body), due_on=message.due_on)


def _replied(letterhead: Letterhead, case: Pqrs, message: PqrsMessage) -> Letter:
    return PqrsReplied(letterhead=letterhead, said=_said(case, message.body))


async def _taken_further(desk: Desk, ids: list[str]) -> Draft | None:
    """To nobody where nobody is in charge, or who is does not work there any more: the list shows it to all."""
    found = await _written(desk, ids)
    to = await _in_charge(desk, found[0]) if found else None
    if found is None or to is None:
        return None
    case, message = found
    letter = PqrsTakenFurther(
        letterhead=await desk.letterhead(),
        said=_said(case, message.body),
        client=await _name_of_client(desk, case),
        reopened=message.kind is PqrsMessageKind.REOPENING,
        due_on=case.due_on,
    )
    return Draft(to=to, letter=letter)


async def _due_soon(desk: Desk, ids: list[str]) -> Draft | None:
    case_id = UUID(ids[0])
    case = (await desk.reading.pqrs.get_many([case_id])).get(case_id)
    if case is None or not case.is_open or case.due_on != date.fromisoformat(ids[1]):
        return None
    letterhead, in_charge = await desk.letterhead(), await _in_charge(desk, case)
    to = in_charge or (Recipient(name=letterhead.name, address=letterhead.email) if letterhead.email else None)
    if to is None:
        return None
    letter = PqrsDueSoon(
        letterhead=letterhead,
        said=_said(case, case.description),
        client=await _name_of_client(desk, case),
        due_on=case.due_on,
        unassigned=in_charge is None,
    )
    return Draft(to=to, letter=letter)


async def _in_charge(desk: Desk, case: Pqrs) -> Recipient | None:
    """Who of the staff is in charge and still works there."""
    if case.assignee_id is None:
        return None
    account = (await desk.reading.accounts.get_many([case.assignee_id])).get(case.assignee_id)
    if account is None or not account.is_staff or account.status is not AccountStatus.ACTIVE:
        return None
    return Recipient(name=account.username, address=account.email)


async def _name_of_client(desk: Desk, case: Pqrs) -> str:
    return (await desk.reading.clients.get_many([case.client_id]))[case.client_id].name


async def _written(desk: Desk, ids: list[str]) -> tuple[Pqrs, PqrsMessage] | None:
    """The case and the message that a job names; nothing where the staff keep it for themselves."""
    case_id, message_id = map(UUID, ids)
    case = (await desk.reading.pqrs.get_many([case_id])).get(case_id)
    message = (await desk.reading.pqrs.messages_by_id([message_id])).get(message_id)
    if case is None or message is None or message.internal or message.pqrs_id != case_id:
        return None
    return case, message


def _said(case: Pqrs, body: str) -> Said:
    return Said(
        filing_number=case.filing_number,
        classification=case.classification,
        subject=case.subject,
        filed_at=case.filed_at,
        body=body,
    )


WRITERS: Mapping[Announcement, Writer] = {
    Announcement.PQRS_ANSWERED: _to_client(_answered),
    Announcement.PQRS_DUE_SOON: _due_soon,
    Announcement.PQRS_EXTENDED: _to_client(_extended),
    Announcement.PQRS_FILED: _filed,
    Announcement.PQRS_REPLIED: _to_client(_replied),
    Announcement.PQRS_TAKEN_FURTHER: _taken_further,
}
