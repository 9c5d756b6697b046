"""Letters about PQRS."""

from collections.abc import Mapping
from uuid import UUID

from application.announcements import Announcement
from application.ports.documents import AcknowledgementView
from application.ports.mail.pqrs import PqrsFiled
from application.use_cases.documents import DocumentKind
from application.use_cases.letters.desk import Desk, Draft, Writer, client_of


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


WRITERS: Mapping[Announcement, Writer] = {
    Announcement.PQRS_FILED: _filed,
}
