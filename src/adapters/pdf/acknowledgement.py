"""Proof that a PQRS was filed (constancia de radicación)."""

from adapters.pdf import blocks, style
from adapters.pdf.sheet import Frame, Sheet
from adapters.pdf.text import file_name, paragraphs
from adapters.spanish import formatting, labels
from application.ports.documents import AcknowledgementView, Document


def draw(view: AcknowledgementView) -> Document:
    """The finished file of a view whose texts are clean."""
    sheet = Sheet(_frame(view))
    facts = (
        ("Radicado", view.filing_number),
        ("Tipo", labels.PQRS_CLASSIFICATION[view.classification]),
        ("Asunto", labels.PQRS_SUBJECT[view.subject]),
        ("Fecha de inicio", formatting.day(view.start_on)),
        ("Contrato", view.contract_number or ""),
        ("Inmueble", ", ".join(filter(None, (view.property_address, view.property_city)))),
        ("Radicada por", "La inmobiliaria, a nombre del solicitante" if view.by_agency else ""),
    )
    blocks.parties(sheet, "Solicitante", view.client, "Datos de la solicitud", facts)
    due = f"Fecha límite de respuesta: {formatting.day(view.due_on)}"
    blocks.figure(sheet, "Radicada el (hora de Colombia)", formatting.moment(view.filed_at), due)
    blocks.section(sheet, "Descripción")
    for paragraph in paragraphs(view.description):
        sheet.flow(paragraph, style.BODY)
        sheet.y += 0 if paragraph else style.BODY.leading / 2
    sheet.y += 5
    if view.attachments:
        blocks.section(sheet, "Archivos adjuntos")
        for position, name in enumerate(view.attachments, start=1):
            sheet.flow(f"{position}. {name}", style.BODY)
        sheet.y += 5
    blocks.section(sheet, "Respuesta y seguimiento")
    for sentence in _follow_up(view):
        sheet.flow(sentence, style.BODY)
        sheet.y += 1
    return Document(file_name("constancia", view.filing_number), "application/pdf", sheet.finished())


def _frame(view: AcknowledgementView) -> Frame:
    kind = labels.PQRS_CLASSIFICATION[view.classification]
    return Frame(
        letterhead=view.letterhead,
        title="Constancia de radicación",
        subtitle="Petición, queja, reclamo o sugerencia (PQRS)",
        number=view.filing_number,
        subject=f"{kind}: {labels.PQRS_SUBJECT[view.subject]}",
        dated=view.filed_at,
    )


def _follow_up(view: AcknowledgementView) -> list[str]:
    letterhead = view.letterhead
    channels = [f"al teléfono {letterhead.phone}" if letterhead.phone else ""]
    channels.append(f"al correo {letterhead.email}" if letterhead.email else "")
    reach = " o ".join(filter(None, channels))
    due = f"La inmobiliaria responderá a más tardar el {formatting.day(view.due_on)}"
    where = "Puede seguir el estado de su solicitud y leer la respuesta en el área de clientes, en la sección PQRS"
    sentences = [
        f"{due}. El término se cuenta en días hábiles desde el día siguiente al de la radicación.",
        f"{where}, con el número de radicado {view.filing_number}.",
    ]
    if reach:
        sentences.append(f"También puede comunicarse con la inmobiliaria {reach} e indicar ese número.")
    return sentences
