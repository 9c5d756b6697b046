"""Clients, properties and contracts: their own rules."""

from dataclasses import replace
from typing import Any

import pytest

from application.ports.imports import Change
from domain.contracts import ContractKind
from domain.imports.sheets import ImportKind
from tests.application.imports_office import (
    MANAGEMENT,
    OWNER,
    Office,
    counts,
    errors,
    open_office,
    warnings,
)


def changed_here(office: Office, **values: Any) -> None:
    """As the client edits contact data in the portal."""
    kept = office.books.clients["T1"]
    office.books.clients["T1"] = Change(replace(kept.record, **values), kept.digest)


@pytest.mark.parametrize("address", ["ana", "ana@correo", "ana@@correo.co", "a b@correo.co"])
async def test_an_unusable_address_is_a_warning_and_the_row_enters_without_it(address: str) -> None:
    office = Office()

    report = await office.take(ImportKind.CLIENTS, {"correo": address})

    assert counts(report) == (1, 0, 0, 0)
    assert warnings(report) == [(2, "correo", "unusable_email")]
    assert office.books.clients["T1"].record.email is None


async def test_a_rejected_row_gives_no_warning() -> None:
    report = await Office().take(ImportKind.CLIENTS, {"correo": "ana", "tipo_persona": "robot"})

    assert report.warnings == []


async def test_a_nit_is_kept_apart_from_its_check_digit() -> None:
    office = Office()

    await office.take(ImportKind.CLIENTS, {"tipo_documento": "nit", "numero_documento": "800.197.268-4"})
    wrong = await office.take(
        ImportKind.CLIENTS, {"codigo": "T9", "tipo_documento": "NIT", "numero_documento": "800.197.268-5"}
    )

    document = office.books.clients["T1"].record.document
    assert (document.number, document.check_digit) == ("800197268", 4)
    assert errors(wrong) == [(2, "numero_documento", "check_digit")]


async def test_what_a_client_changed_here_survives_a_repeated_import() -> None:
    office = await open_office()
    changed_here(office, phone="6015550000", email="nuevo@correo.example")

    repeated = await office.take(ImportKind.CLIENTS)
    renamed = await office.take(ImportKind.CLIENTS, {"nombre": "Ana P."})

    record = office.books.clients["T1"].record
    assert (counts(repeated), counts(renamed)) == ((0, 0, 1, 0), (0, 1, 0, 0))
    assert (record.name, record.phone, record.email) == ("Ana P.", "6015550000", "nuevo@correo.example")


async def test_what_the_back_office_says_anew_is_written_over_what_was_changed_here() -> None:
    office = await open_office()
    changed_here(office, phone="6015550000", city="Pasto")

    report = await office.take(ImportKind.CLIENTS, {"telefono": "3200000000"})

    record = office.books.clients["T1"].record
    assert counts(report) == (0, 1, 0, 0)
    assert (record.phone, record.city) == ("3200000000", "Pasto")


async def test_another_address_for_a_client_with_an_account_waits_with_a_warning_every_time() -> None:
    office = await open_office()
    office.books.with_account.add("T1")
    change = {"correo": "otra@correo.example", "telefono": "3200000000"}

    first = await office.take(ImportKind.CLIENTS, change)
    again = await office.take(ImportKind.CLIENTS, change)

    record = office.books.clients["T1"].record
    assert (counts(first), counts(again)) == ((0, 1, 0, 0), (0, 0, 1, 0))
    assert warnings(first) == warnings(again) == [(2, "correo", "email_waits")]
    assert (record.email, record.phone) == ("ana@correo.example", "3200000000")


async def test_no_import_takes_the_address_away_from_a_client_with_an_account() -> None:
    office = await open_office()
    office.books.with_account.add("T1")

    for address in ("", "ANA@correo.example"):
        report = await office.take(ImportKind.CLIENTS, {"correo": address})

        assert counts(report) == (0, 0, 1, 0)
        assert report.warnings == []
        assert office.books.clients["T1"].record.email == "ana@correo.example"


async def test_the_address_of_a_client_without_an_account_follows_the_back_office() -> None:
    office = await open_office()

    report = await office.take(ImportKind.CLIENTS, {"correo": "otra@correo.example"})

    assert (counts(report), report.warnings) == ((0, 1, 0, 0), [])
    assert office.books.clients["T1"].record.email == "otra@correo.example"


@pytest.mark.parametrize(
    ("owners", "reason"),
    [
        ("T1:60,00|T2:40,01", "shares_sum"),
        ("T1:99,99", "shares_sum"),
        ("T1:50|T1:50", "repeated"),
        ("T1:100|T2:0", "not_above_zero"),
        ("T1:-10|T2:110", "shares_shape"),
        ("T1", "shares_shape"),
        ("T1:60|", "shares_shape"),
        ("T1:mitad", "shares_shape"),
        ("T9:100", "not_found"),
        ("", "required"),
    ],
)
async def test_owners_that_do_not_make_a_whole_reject_the_property(owners: str, reason: str) -> None:
    office = await open_office()

    report = await office.take(ImportKind.PROPERTIES, {"codigo": "I9", "propietarios": owners})

    assert errors(report) == [(2, "propietarios", reason)]
    assert "I9" not in office.books.properties


async def test_owners_share_a_property_in_the_order_of_the_file() -> None:
    office = await open_office()

    report = await office.take(ImportKind.PROPERTIES, {"propietarios": "T2:33,33| T1 : 66,67"})

    assert counts(report) == (0, 1, 0, 0)
    assert [(code, str(share)) for code, share in office.books.properties["I1"].record.owners] == [
        ("T2", "33.33"),
        ("T1", "66.67"),
    ]


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"inmueble": "I9"}, "inmueble", "not_found"),
        ({"titulares": "T1|T9"}, "titulares", "not_found"),
        ({"titulares": ""}, "titulares", "required"),
        ({"titulares": "T1|T1"}, "titulares", "repeated"),
        ({"titulares": "T1||T2"}, "titulares", "required"),
        ({"codeudores": "T9"}, "codeudores", "not_found"),
        ({"fin": "31/12/2025"}, "fin", "before"),
        ({"tipo": "venta"}, "tipo", "not_a_choice"),
        ({"estado": "vigente"}, "estado", "not_a_choice"),
        ({"canon": ""}, "canon", "required"),
        ({"iva_canon": "101"}, "iva_canon", "not_a_percent"),
        ({"ultimo_incremento": "ayer"}, "ultimo_incremento", "not_a_date"),
        ({**MANAGEMENT, "comision": ""}, "comision", "required"),
        ({**MANAGEMENT, "comision": "100,01"}, "comision", "not_a_percent"),
    ],
)
async def test_a_contract_is_rejected_naming_the_cell(change: dict[str, str], column: str, reason: str) -> None:
    office = await open_office()

    report = await office.take(ImportKind.CONTRACTS, change | {"numero": "NUEVO"})

    assert errors(report) == [(2, column, reason)]
    assert "NUEVO" not in office.books.contracts


async def test_a_contract_may_end_on_the_day_it_begins_and_lie_in_the_future() -> None:
    office = await open_office()

    report = await office.take(ImportKind.CONTRACTS, {"inicio": "01/06/2090", "fin": "2090-06-01"})

    assert counts(report) == (0, 1, 0, 0)


async def test_each_kind_of_contract_keeps_only_what_is_its_own() -> None:
    office = await open_office()

    await office.take(
        ImportKind.CONTRACTS, {"comision": "8,00"}, MANAGEMENT | {"canon": "1000000,00", "iva_canon": "19,00"}
    )

    lease, management = (office.books.contracts[number].record for number in ("ARR-1", "ADM-1"))
    assert (str(lease.rent), str(lease.building_fee), lease.commission_rate) == ("1000000.00", "0.00", None)
    assert (management.rent, str(management.commission_rate), management.rent_vat_rate) == (None, "10.00", None)


async def test_a_contract_keeps_its_kind_once_something_was_invoiced_on_it() -> None:
    office = await open_office()
    turned = MANAGEMENT | {"numero": "ARR-1"}
    free = await office.take(ImportKind.CONTRACTS, turned)
    await office.take(ImportKind.CONTRACTS)
    await office.take(ImportKind.INVOICES)

    bound = await office.take(ImportKind.CONTRACTS, turned)

    assert counts(free) == (0, 1, 0, 0)
    assert errors(bound) == [(2, "tipo", "kind_in_use")]
    assert office.books.contracts["ARR-1"].record.kind is ContractKind.LEASE


async def test_rejections_cascade_down_to_what_refers_to_them() -> None:
    office = Office()
    await office.take(ImportKind.CLIENTS, {"tipo_persona": "robot"}, OWNER)

    owned = await office.take(ImportKind.PROPERTIES, {"propietarios": "T1:100"})
    leased = await office.take(ImportKind.CONTRACTS)
    billed = await office.take(ImportKind.INVOICES)
    paid = await office.take(ImportKind.PAYMENTS)

    assert errors(owned) == [(2, "propietarios", "not_found")]
    assert sorted(errors(leased)) == [(2, "inmueble", "not_found"), (2, "titulares", "not_found")]
    assert sorted(errors(billed)) == [(2, "cliente", "not_found"), (2, "contrato", "not_found")]
    assert sorted(errors(paid)) == [(2, "cliente", "not_found"), (2, "facturas", "not_found")]


async def test_who_may_read_follows_the_parties_and_the_owners() -> None:
    office = await open_office()
    await office.take(ImportKind.CLIENTS, {"codigo": "T3"})

    await office.take(ImportKind.CONTRACTS, {"codeudores": "T3"})

    assert office.books.contract_readers == {
        ("ARR-1", "T1", True),
        ("ARR-1", "T3", True),
        ("ARR-1", "T2", False),
        ("ADM-1", "T2", True),
    }
    assert office.books.property_readers == {("I1", "T2", True), ("I1", "T1", False), ("I1", "T3", False)}
