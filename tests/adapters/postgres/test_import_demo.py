"""The demo agency's export enters to the peso, in whatever style it is written, and a repeat changes nothing."""

import csv
import re
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path

import pytest

from adapters.postgres.engine import create_engine
from domain.imports.sheets import ImportKind
from tests.application.imports_office import counts
from tests.ports.imported import InPostgres
from tests.postgres import Database

DEMO = Path(__file__).parents[3] / "examples" / "inmobiliaria-andina"
ROWS = {
    ImportKind.CLIENTS: 444,
    ImportKind.PROPERTIES: 220,
    ImportKind.CONTRACTS: 440,
    ImportKind.INVOICES: 9397,
    ImportKind.PAYMENTS: 3977,
    ImportKind.PAYOUTS: 4967,
}
_AMOUNT = re.compile(r"(?<![\d/#-])(-?\d+),(\d\d)(?![\d])")
_DAY = re.compile(r"\b(\d\d)/(\d\d)/(\d{4})\b")
_NUMBERS = {
    "propietarios", "canon", "cuota_administracion", "comision", "iva_canon", "subtotal", "iva", "retenciones", "total",
    "conceptos", "valor", "facturas", "iva_comision", "gastos", "neto",
}  # fmt: skip
_DATES = {"inicio", "fin", "ultimo_incremento", "fecha", "fecha_emision", "fecha_vencimiento", "cufe_fecha"}


@pytest.fixture
async def agency(module_database: Database) -> AsyncIterator[InPostgres]:
    engine = create_engine(module_database.app_url)
    yield await InPostgres.open(engine)
    await engine.dispose()


def as_it_is(folder: Path) -> None:
    for path in DEMO.glob("*.csv"):
        (folder / path.name).write_bytes(path.read_bytes())


def plain(folder: Path) -> None:
    """Commas, decimal points, ISO dates, Windows-1252."""
    rewrite(folder, ",", "cp1252", lambda whole, cents: f"{whole}.{cents}", r"\3-\2-\1")


def with_thousands(folder: Path) -> None:
    """As Excel shows it: points between thousands, and tabs as "Unicode text" has them."""
    rewrite(folder, "\t", "utf-8", lambda whole, cents: f"{int(whole):,}".replace(",", ".") + f",{cents}", r"\1/\2/\3")


def rewrite(folder: Path, separator: str, encoding: str, amount: Callable[[str, str], str], day: str) -> None:
    for path in DEMO.glob("*.csv"):
        with (
            path.open(encoding="utf-8-sig", newline="") as source,
            (folder / path.name).open("w", encoding=encoding, newline="") as target,
        ):
            rows = csv.DictReader(source, delimiter=";")
            writer = csv.DictWriter(target, rows.fieldnames or (), delimiter=separator)
            writer.writeheader()
            for row in rows:
                for name in _NUMBERS & row.keys():
                    row[name] = _AMOUNT.sub(lambda found: amount(found[1], found[2]), row[name])
                for name in _DATES & row.keys():
                    row[name] = _DAY.sub(day, row[name])
                writer.writerow(row)


async def import_all(agency: InPostgres, folder: Path) -> dict[ImportKind, tuple[int, int, int, int]]:
    found = {}
    for kind in ImportKind:
        report = await agency.take_file(kind, folder / kind.file_name)
        assert (report.row_errors[:3], report.warnings[:3]) == ([], [])
        found[kind] = counts(report)
    return found


@pytest.mark.parametrize(("first_time", "second_time"), [(as_it_is, as_it_is), (plain, with_thousands)])
async def test_the_totals_come_out_to_the_peso_and_a_repeat_in_any_style_changes_nothing(
    agency: InPostgres, tmp_path: Path, first_time: Callable[[Path], None], second_time: Callable[[Path], None]
) -> None:
    first_time(tmp_path)
    first = await import_all(agency, tmp_path)
    totals = await totals_of(agency)
    second_time(tmp_path)
    again = await import_all(agency, tmp_path)

    assert first == {kind: (rows, 0, 0, 0) for kind, rows in ROWS.items()}
    assert totals == {
        "voided": 25,
        "rent_invoiced": Decimal(20437642823),
        "rent_open": Decimal(764149684),
        "rent_open_invoices": 181,
        "rent_overdue": Decimal(435188730),
        "received": Decimal(19675843139),
        "credited": Decimal(2350000),
        "withheld": Decimal(158899892),
        "commission": Decimal(2060660285),
        "commission_open": Decimal(16413320),
        "paid_out": Decimal(16940136390),
    }
    assert again == {kind: (0, 0, rows, 0) for kind, rows in ROWS.items()}
    assert await totals_of(agency) == totals


async def totals_of(agency: InPostgres) -> dict[str, Decimal | int]:
    """On 20 November 2026."""
    (row,) = await agency.execute(
        """
        select
          (select count(*) from invoices where status = 'VOIDED') as voided,
          (select sum(total) from invoices where kind = 'RENT' and status <> 'VOIDED') as rent_invoiced,
          (select sum(balance) from invoices where kind = 'RENT') as rent_open,
          (select count(*) from invoices where kind = 'RENT' and balance > 0) as rent_open_invoices,
          (select sum(balance) from invoices where kind = 'RENT' and due_on < '2026-11-20') as rent_overdue,
          (select sum(amount) from payments) as received,
          (select sum(credited) from payments) as credited,
          (select sum(withholdings) from invoices where kind = 'RENT' and status <> 'VOIDED') as withheld,
          (select sum(total) from invoices where kind = 'COMMISSION' and status <> 'VOIDED') as commission,
          (select sum(balance) from invoices where kind = 'COMMISSION') as commission_open,
          (select sum(net) from payouts) as paid_out
        """
    )
    return dict(row._mapping)
