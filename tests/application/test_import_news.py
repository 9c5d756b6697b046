"""Whom an import has letters written to: about what is new and recent, once, and never about history."""

from collections.abc import Sequence

import pytest

from application.announcements import Announcement, announced
from domain.imports.sheets import ImportKind
from tests.application.imports_office import Office, open_office

INVOICES, PAYOUTS = ImportKind.INVOICES, ImportKind.PAYOUTS
JULY = {"periodo": "2026-07", "fecha_emision": "01/07/2026", "fecha_vencimiento": "10/07/2026"}
"""The clock of the office stands at the first of July."""
SENT = {"periodo": "2026-06", "fecha": "30/06/2026"}


@pytest.fixture
async def office() -> Office:
    """With an invoice and a payout of January, which was long ago."""
    office = await open_office()
    for kind in (INVOICES, PAYOUTS):
        await office.take(kind)
    assert told(office) == []
    return office


def told(office: Office) -> Sequence[tuple[Announcement, list[str]]]:
    """Each letter's kind and whom and what it is about, by the keys of the back office."""
    books = office.books
    names = {str(key): code for code, key in books.ids.items()}
    names |= {str(kept.id): number for number, kept in books.invoices.items()}
    names |= {str(key): number for number, key in books.payout_ids.items()}
    letters = [announced(kept.job) for kept in office.factory.jobs]
    return [(kind, [names[key] for key in ids]) for kind, ids in letters]


async def test_new_invoices_are_told_to_each_client_in_one_letter(office: Office) -> None:
    rows = [{"numero": f"FV-{number}"} | JULY for number in (7, 8)]
    await office.take(INVOICES, *rows)

    assert told(office) == [(Announcement.INVOICES_ISSUED, ["T1", "FV-7", "FV-8"])]


async def test_new_payouts_are_told_to_their_owner(office: Office) -> None:
    await office.take(PAYOUTS, {"numero": "CE-7"} | SENT)

    assert told(office) == [(Announcement.PAYOUTS_SENT, ["T2", "CE-7"])]


@pytest.mark.parametrize(
    "changes",
    [
        {"periodo": "2026-06", "fecha_emision": "20/06/2026", "fecha_vencimiento": "30/06/2026"},
        {"periodo": "2024-07", "fecha_emision": "01/07/2024", "fecha_vencimiento": "10/07/2024"},
        {"periodo": "2026-09", "fecha_emision": "01/09/2026", "fecha_vencimiento": "10/09/2026"},
        JULY | {"estado": "pagada"},
        JULY | {"estado": "anulada"},
        JULY | {"tipo": "comision", "contrato": "ADM-1", "cliente": "T2"},
        JULY | {"total": "1"},
    ],
    ids=["eleven days old", "two years old", "far ahead", "paid", "voided", "of commission", "rejected"],
)
async def test_what_is_no_news_is_not_told(office: Office, changes: dict[str, str]) -> None:
    await office.take(INVOICES, {"numero": "FV-7"} | changes)

    assert told(office) == []


@pytest.mark.parametrize("paid_on", ["20/06/2026", "02/07/2026"])
async def test_an_old_payout_or_one_to_come_is_not_told(office: Office, paid_on: str) -> None:
    await office.take(PAYOUTS, {"numero": "CE-7", "periodo": "2026-06", "fecha": paid_on})

    assert told(office) == []


@pytest.mark.parametrize(("kind", "row"), [(INVOICES, JULY | {"numero": "FV-7"}), (PAYOUTS, SENT | {"numero": "CE-7"})])
async def test_what_was_told_is_not_told_again(office: Office, kind: ImportKind, row: dict[str, str]) -> None:
    corrected = {"descripcion": "Canon corregido", "referencia": "ACH-1"}
    await office.take(kind, row)
    office.factory.jobs.clear()
    await office.take(kind, row)
    report = await office.take(kind, row | corrected)

    assert report.updated == 1
    assert told(office) == []


@pytest.mark.parametrize(("kind", "row"), [(INVOICES, JULY), (PAYOUTS, SENT)])
async def test_a_dry_run_tells_nobody(office: Office, kind: ImportKind, row: dict[str, str]) -> None:
    report = await office.take(kind, {"numero": "NUEVO"} | row, dry_run=True)

    assert report.created == 1
    assert told(office) == []


@pytest.mark.parametrize(("kind", "row"), [(INVOICES, JULY), (PAYOUTS, SENT)])
async def test_the_first_import_of_an_agency_tells_nobody(kind: ImportKind, row: dict[str, str]) -> None:
    office = await open_office()
    report = await office.take(kind, row)

    assert report.created == 1
    assert told(office) == []
