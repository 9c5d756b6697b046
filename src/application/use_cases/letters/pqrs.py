"""Letters about PQRS."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from application.announcements import Announcement
from application.ports.documents import AcknowledgementView
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
    key = (DocumentKind.ACKNOWLEDGEMENT, case_id)
    (view,) = await desk.draw_documents.views(desk.reading, [key], today=desk.today)
    if not isinstance(view, AcknowledgementView):
        raise TypeError(type(view))
    return Draft(to=to, letter=PqrsFiled(letterhead=view.letterhead, acknowledgement=view), drawn=view)


async def _answered(desk: Desk, ids: list[str]) -> Draft | None:
    case, message = await _written(desk, ids)
    to = await client_of(desk, case.client_id) if case and message else None
    if case is None or message is None or to is None:
        return None
    return Draft(
        to=to,
        letter=PqrsAnswered(
            letterhead=await desk.letterhead(), said=_said(case, message.body), reopenable_until=reopenable_until(case)
        ),
    )


async def _extended(desk: Desk, ids: list[str]) -> Draft | None:
    case, message = await _written(desk, ids)
    to = await client_of(desk, case.client_id) if case and message else None
    if case is None or message is None or message.due_on is None or to is None:
        return None
    return Draft(
        to=to,
        letter=PqrsExtended(letterhead=await desk.letterhead(), said=_said(case, message.body), due_on=message.due_on),
    )


async def _replied(desk: Desk, ids: list[str]) -> Draft | None:
    case, message = await _written(desk, ids)
    to = await client_of(desk, case.client_id) if case and message else None
    if case is None or message is None or to is None:
        return None
    return Draft(to=to, letter=PqrsReplied(letterhead=await desk.letterhead(), said=_said(case, message.body)))


async def _taken_further(desk: Desk, ids: list[str]) -> Draft | None:
    """To nobody where nobody is in charge, or who is does not work there any more: the list shows it to all."""
    case, message = await _written(desk, ids)
    to = await _in_charge(desk, case) if case and message else None
    if case is None or message is None or to is None:
        return None
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


async def _written(desk: Desk, ids: list[str]) -> tuple[Pqrs | None, PqrsMessage | None]:
    """The case and the message that a job names; no message where the staff keep it for themselves."""
    case_id, message_id = map(UUID, ids)
    case = (await desk.reading.pqrs.get_many([case_id])).get(case_id)
    message = (await desk.reading.pqrs.messages_by_id([message_id])).get(message_id)
    if case is None or message is None or message.internal or message.pqrs_id != case_id:
        return case, None
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
    Announcement.PQRS_ANSWERED: _answered,
    Announcement.PQRS_DUE_SOON: _due_soon,
    Announcement.PQRS_EXTENDED: _extended,
    Announcement.PQRS_FILED: _filed,
    Announcement.PQRS_REPLIED: _replied,
    Announcement.PQRS_TAKEN_FURTHER: _taken_further,
}
