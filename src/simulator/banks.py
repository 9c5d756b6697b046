"""The banks of PSE (PayU, lista de bancos PSE de pruebas); every gateway in Colombia offers the same."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank of PSE; code 0 is the prompt at the head of the list."""

    code: str
    name: str
    id: str


PROMPT_BANK = Bank("0", "A continuación seleccione su banco", "00000000-0000-4000-8000-000000000000")

BANKS = tuple(
    Bank(code, name, f"{int(code):08d}-0000-4000-8000-000000000000")
    for code, name in (
        ("1040", "BANCO AGRARIO"),
        ("1052", "BANCO AV VILLAS"),
        ("1013", "BANCO BBVA COLOMBIA S.A."),
        ("1032", "BANCO CAJA SOCIAL"),
        ("1051", "BANCO DAVIVIENDA"),
        ("1023", "BANCO DE OCCIDENTE"),
        ("1062", "BANCO FALABELLA"),
        ("1022", "BANCO UNIÓN COLOMBIANO"),
        ("1007", "BANCOLOMBIA"),
        ("1551", "DAVIPLATA"),
        ("1801", "MOVII S.A."),
        ("1508", "NEQUI CERTIFICACIÓN"),
    )
)

_BY_CODE = {bank.code: bank for bank in BANKS}

DEFAULT_BANK = _BY_CODE["1007"]
"""The bank of payers who do not choose one: those of a scenario."""


def bank_named(code: str) -> Bank | None:
    """The bank with this PSE code."""
    return _BY_CODE.get(code)
