"""Kinds of file, their columns, and finding the columns in a header."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from domain.imports.problems import CellProblem, FileProblem, FileReason, FileRefused, Reason

MAX_COLUMNS = 200
MAX_NAME_SHOWN = 60


class ImportKind(StrEnum):
    """In the order in which they depend on one another."""

    CLIENTS = "CLIENTS"
    PROPERTIES = "PROPERTIES"
    CONTRACTS = "CONTRACTS"
    INVOICES = "INVOICES"
    PAYMENTS = "PAYMENTS"
    PAYOUTS = "PAYOUTS"

    @property
    def file_name(self) -> str:
        """The name under which a back office exports it."""
        return _FILE_NAMES[self]

    @property
    def required(self) -> tuple[str, ...]:
        """Columns that must exist; the first one identifies a row."""
        return _REQUIRED[self]

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are read."""
        return _REQUIRED[self] + _OPTIONAL[self]

    @property
    def key(self) -> str:
        return _REQUIRED[self][0]


_FILE_NAMES = {
    ImportKind.CLIENTS: "clientes.csv",
    ImportKind.PROPERTIES: "inmuebles.csv",
    ImportKind.CONTRACTS: "contratos.csv",
    ImportKind.INVOICES: "facturas.csv",
    ImportKind.PAYMENTS: "pagos.csv",
    ImportKind.PAYOUTS: "egresos.csv",
}
_REQUIRED = {
    ImportKind.CLIENTS: ("codigo", "tipo_persona", "nombre", "tipo_documento", "numero_documento"),
    ImportKind.PROPERTIES: ("codigo", "direccion", "ciudad", "uso", "propietarios"),
    ImportKind.CONTRACTS: ("numero", "tipo", "inmueble", "inicio", "canon", "comision", "titulares", "estado"),
    ImportKind.INVOICES: (
        "numero",
        "tipo",
        "contrato",
        "cliente",
        "periodo",
        "fecha_emision",
        "fecha_vencimiento",
        "descripcion",
        "subtotal",
        "iva",
        "retenciones",
        "total",
        "estado",
    ),
    ImportKind.PAYMENTS: ("recibo", "cliente", "fecha", "valor", "medio"),
    ImportKind.PAYOUTS: (
        "numero",
        "contrato",
        "propietario",
        "periodo",
        "fecha",
        "canon",
        "iva",
        "comision",
        "iva_comision",
        "retenciones",
        "gastos",
        "neto",
    ),
}
_OPTIONAL = {
    ImportKind.CLIENTS: ("correo", "telefono", "direccion", "ciudad"),
    ImportKind.PROPERTIES: (),
    ImportKind.CONTRACTS: ("fin", "cuota_administracion", "iva_canon", "codeudores", "ultimo_incremento"),
    ImportKind.INVOICES: ("cufe", "cufe_fecha", "conceptos"),
    ImportKind.PAYMENTS: ("facturas", "referencia"),
    ImportKind.PAYOUTS: ("referencia",),
}


def column_name(header_cell: str) -> str:
    """How a header is compared: without spaces around it, in lower case."""
    return header_cell.strip().casefold()


class Columns(Protocol):
    """Which columns a sheet has to have, and which are read."""

    @property
    def required(self) -> tuple[str, ...]: ...

    @property
    def columns(self) -> tuple[str, ...]: ...


K = TypeVar("K", bound=Columns)


@dataclass(frozen=True, slots=True)
class Header(Generic[K]):
    """Where each known column stands; `warnings` name the columns that nobody reads."""

    kind: K
    positions: dict[str, int]
    width: int
    warnings: tuple[CellProblem, ...]

    @classmethod
    def read(cls, kind: K, row: int, cells: Sequence[str]) -> "Header[K]":
        """Find the columns of a kind, in any order.

        Refuses (FileRefused) a header without a required column, or with a known one twice: all of them named.
        """
        if len(cells) > MAX_COLUMNS:
            raise FileRefused(FileProblem(FileReason.TOO_MANY_COLUMNS, told={"limit": str(MAX_COLUMNS)}))
        positions: dict[str, int] = {}
        problems: list[FileProblem] = []
        warnings: list[CellProblem] = []
        for position, cell in enumerate(cells):
            name = column_name(cell)
            if name in positions:
                problems.append(FileProblem(FileReason.REPEATED_COLUMN, name))
            elif name in kind.columns:
                positions[name] = position
            elif name:
                shown = _shown(cell)
                warnings.append(CellProblem(row, shown, Reason.UNKNOWN_COLUMN, {"column": shown}))
            else:
                warnings.append(CellProblem(row, None, Reason.UNNAMED_COLUMN, {"place": str(position + 1)}))
        problems += [FileProblem(FileReason.MISSING_COLUMN, name) for name in kind.required if name not in positions]
        if problems:
            raise FileRefused(*problems)
        return cls(kind, positions, len(cells), tuple(warnings))


def _shown(header_cell: str) -> str:
    """Somebody else's text, fit for a report: printable and short."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in header_cell.strip())[
        :MAX_NAME_SHOWN
    ]
