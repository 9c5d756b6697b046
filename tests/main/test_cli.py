"""The commands of operators: what they do, say, refuse, and the status they end with."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from domain.imports.sheets import ImportKind
from tests.application.imports_office import MANAGEMENT, OWNER, csv_of
from tests.main.command_line import Ended, run
from tests.postgres import Database

Portal = Callable[..., Ended]
STRONG = "guadua-y-niebla-62"
PRODUCTION_KEY = "k3Yp0-Wv9zQ1sR7tLm2XbC4dF6gH8jN5"


@pytest.fixture
def portal(
    module_database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Portal:
    """`portal`, over a migrated database with the roles of a hosted server."""
    for name, value in (
        ("PORTAL_DATABASE_URL", module_database.owner_url),
        ("PORTAL_APP_DATABASE_URL", module_database.app_url),
        ("PORTAL_DATA_DIR", str(tmp_path)),
    ):
        monkeypatch.setenv(name, value)
    return lambda *arguments, stdin="": run(*arguments, monkeypatch=monkeypatch, capsys=capsys, stdin=stdin)


@pytest.fixture
def agency(portal: Portal, request: pytest.FixtureRequest) -> str:
    """The slug of a new agency."""
    slug = f"agencia-{abs(hash(request.node.name)) % 10**8}"
    portal("agency", "create", slug, "--name", "Casa Grande S.A.S.", "--tax-id", "900123456-8")
    return slug


def production(monkeypatch: pytest.MonkeyPatch, **changes: str) -> None:
    """Settings with which production starts, but for the changes; empty takes one away."""
    given = {
        "PROFILE": "production",
        "SECRET_KEY": PRODUCTION_KEY,
        "PUBLIC_URL": "https://clientes.casagrande.example",
        "PAYU_CHECKOUT_URL": "https://checkout.payulatam.com/ppp-web-gateway-payu/",
        "PAYU_API_URL": "https://api.payulatam.com/payments-api/4.0/service.cgi",
        "PAYU_REPORTS_URL": "https://api.payulatam.com/reports-api/4.0/service.cgi",
        **changes,
    }
    for name, value in given.items():
        if value:
            monkeypatch.setenv(f"PORTAL_{name}", value)
        else:
            monkeypatch.delenv(f"PORTAL_{name}", raising=False)


def test_an_agency_and_an_account_are_made_and_told_in_a_line_each(portal: Portal) -> None:
    made = portal("agency", "create", "casa-grande", "--name", "Casa Grande S.A.S.", "--tax-id", "900.123.456-8")
    account = portal(
        *("account", "create", "casa-grande", "--username", "jefa", "--email", "jefa@casagrande.example"),
        *("--role", "admin", "--password-stdin"),
        stdin=f"{STRONG}\n",
    )

    assert (made.status, made.out, made.err) == (0, "Inmobiliaria casa-grande creada.\n", "")
    assert (account.status, account.out, account.err) == (0, "Cuenta jefa creada.\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--port", "0"),
        ("agency", "create", "no-creada", "--name", "Casa", "--tax-id", "900123456-8"),
        ("payments", "reconcile", "no-creada"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("name", ["PORTAL_PAYU_CHECKOUT_URL", "PORTAL_PAYU_API_URL", "PORTAL_PAYU_REPORTS_URL"])
def test_gateways_elsewhere_are_told_in_a_line_by_every_command(
    portal: Portal, arguments: tuple[str, ...], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "https://otra.example/")

    ended = portal(*arguments)

    assert (ended.status, ended.said.startswith(f"No se puede iniciar: {name} debe ser ")) == (1, True)
    monkeypatch.delenv(name)
    assert portal("payments", "reconcile", "no-creada").said == "No existe esa inmobiliaria."


def test_json_is_for_programs(portal: Portal) -> None:
    made = portal("agency", "create", "otra", "--name", "Otra", "--tax-id", "900123456-8", "--json")
    changed = portal("agency", "set", "otra", "phone=3001234567", "payu.enabled=false", "--json")
    version = portal("migrate", "--json")

    assert json.loads(made.out)["slug"] == "otra"
    assert json.loads(changed.out) == {"slug": "otra", "changed": ["phone", "payu.enabled"], "warnings": []}
    assert json.loads(version.out).keys() == {"version"}
    assert (made.status, changed.status, version.status) == (0, 0, 0)


def test_books_that_agree_end_with_0_and_others_with_1(
    portal: Portal, agency: str, module_database: Database, tmp_path: Path
) -> None:
    for kind, rows in (
        (ImportKind.CLIENTS, [{}, OWNER]),
        (ImportKind.PROPERTIES, [{}]),
        (ImportKind.CONTRACTS, [{}]),
        (ImportKind.INVOICES, [{}]),
    ):
        (tmp_path / kind.file_name).write_text(csv_of(kind, *rows), encoding="utf-8")
    assert portal("agency", "import", agency, str(tmp_path)).status == 0
    agree = portal("payments", "check", agency)
    asyncio.run(_book_what_no_receipt_says(module_database, agency))
    told, as_json = portal("payments", "check", agency), portal("payments", "check", agency, "--json")

    assert (agree.status, agree.out) == (0, "Los libros cuadran.\n")
    assert (told.status, as_json.status) == (1, 1)
    assert told.out == "Los libros no cuadran: el libro mayor suma 0.00; facturas con diferencias: 1.\n"
    (difference,) = json.loads(as_json.out)["differences"]
    assert (difference["receipts"], difference["ledger"]) == ("0.00", "5.00")


async def _book_what_no_receipt_says(database: Database, slug: str) -> None:
    engine = create_async_engine(database.app_url)
    async with engine.begin() as connection:

        async def run(statement: str, **given: str) -> object:
            return await connection.scalar(text(statement), given)

        await run("select set_config('app.agency_key', :slug, true)", slug=slug)
        agency_id = str(await run("select agency_id::text from agency_keys where key = :slug", slug=slug))
        await run(
            "select set_config('app.agency_id', :it, true), set_config('app.viewer', 'staff', true)", it=agency_id
        )
        await run(
            "insert into ledger_journals (id, agency_id, key, kind, client_id, at) "
            "select id, agency_id, 'invented', 'CHARGE', client_id, now() from invoices returning id"
        )
        await run(
            "insert into ledger_entries (agency_id, journal_id, position, account, amount, invoice_id) "
            "select agency_id, id, 1, 'GATEWAY', 5, null from invoices "
            "union all select agency_id, id, 2, 'RECEIVABLE', -5, id from invoices returning position"
        )
    await engine.dispose()


def test_a_directory_is_imported_and_a_rejected_cell_ends_with_1(portal: Portal, agency: str, tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "clientes.csv").write_text(csv_of(ImportKind.CLIENTS, {}, OWNER))
    (folder / "inmuebles.csv").write_text(csv_of(ImportKind.PROPERTIES))
    good = portal("agency", "import", agency, str(folder))
    (folder / "contratos.csv").write_text(csv_of(ImportKind.CONTRACTS, {"titulares": "T404"}, MANAGEMENT))

    bad = portal("agency", "import", agency, str(folder), "--json")

    assert (good.status, good.out.count("\n"), good.err) == (0, 2, "")
    assert bad.status == 1
    told = {file["kind"]: file for file in json.loads(bad.out)["files"]}
    assert (told["CLIENTS"]["unchanged"], told["CONTRACTS"]["created"], told["CONTRACTS"]["rejected"]) == (2, 1, 1)
    assert told["CONTRACTS"]["rowErrors"][0]["column"] == "titulares"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["agency", "create"], "Falta SLUG."),
        (["agency", "create", "x", "--tax-id", "900123456-8"], "Falta --name."),
        (["agency", "set", "x"], "Falta CLAVE=VALOR…."),
        (["agency", "import", "x", "/no/such/folder"], "El valor de DIR no sirve."),
        (["serve", "--port", "abc"], "El valor de --port no sirve."),
        (["serve", "--workers", "0"], "El valor de --workers no sirve."),
        (["serve", "--port"], "A la opción --port le falta o le sobra su valor."),
        (["serve", "--quiet"], "No existe la opción --quiet."),
        (["migrate", "now"], "Sobran palabras en la orden."),
        (["remove"], "No existe esa orden."),
        (
            ["account", "create", "x", "--username", "u", "--email", "e@x.co", "--role", "boss", "--password-stdin"],
            "El valor de --role no sirve.",
        ),
        (
            ["account", "create", "x", "--username", "u", "--email", "e@x.co", "--role", "staff"],
            "Falta --password-stdin.",
        ),
    ],
)
def test_wrong_usage_is_told_in_a_line_with_status_2(portal: Portal, arguments: list[str], told: str) -> None:
    ended = portal(*arguments)

    assert ended.status == 2
    assert ended.said.startswith(told)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["agency", "create", "Con Mayúsculas", "--name", "X", "--tax-id", "900123456-8"], "slug: "),
        (["agency", "create", "bien", "--name", "X", "--tax-id", "900123456-1"], "tax_id: "),
        (["agency", "create", "bien", "--name", "X", "--tax-id", "900123456-8", "--host", "con espacio"], "host: "),
        (["agency", "set", "nadie", "phone=1"], "No existe esa inmobiliaria."),
        (["agency", "import", "nadie", "."], "No existe esa inmobiliaria."),
        (["agency", "set", "nadie", "phone"], "«phone» no es un ajuste: se escribe CLAVE=VALOR."),
        (["mail", "show"], "No hay correos guardados."),
        (["mail", "link", "abcd"], "No hay un correo, y uno solo, que empiece por «abcd»."),
        (["agency", "set", "nadie", "logo=/no/such/file"], "No se puede leer /no/such/file: "),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line_with_status_1(portal: Portal, arguments: list[str], told: str) -> None:
    ended = portal(*arguments)

    assert ended.status == 1
    assert ended.said.startswith(told)


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("color=azul", "color: "),
        ("brand_color=azul", "brand_color: "),
        ("link_base=javascript:alert(1)", "link_base: "),
        ("link_base=https://x.example/?a=1", "link_base: "),
        ("captcha=maybe", "captcha: "),
        ("origins=ftp://x.example", "origins: "),
        ("origins=https://x.example/path", "origins: "),
        ("return_urls=javascript:alert(1)", "return_urls: "),
        ("partial_payments=si", "partial_payments: "),
        ("reminders=si", "reminders: "),
        ("courtesy_days=16", "courtesy_days: "),
        ("courtesy_days=-1", "courtesy_days: "),
        ("name=", "name: "),
        ("payu.enabled=true", "merchant_id: "),
        ("payu.color=azul", "color: "),
        ("payu.merchant_id=abc", "merchant_id: "),
        ("enlinea.enabled=true", "usuario: "),
        ("enlinea.dialect=b2pagos", "dialect: "),
        ("enlinea.merchant_id=1", "merchant_id: "),
    ],
)
def test_a_setting_that_cannot_stay_changes_nothing_beside_it(
    portal: Portal, agency: str, setting: str, named: str
) -> None:
    ended = portal("agency", "set", agency, setting, "city=Pasto")

    assert ended.status == 1
    assert ended.said.startswith(named)


ENLINEA = ("enlinea.usuario=andina", "enlinea.clave=clave-secreta", "enlinea.llavemd5=llave-secreta")


def test_who_enables_enlinea_is_told_that_it_waits_for_its_certification(portal: Portal, agency: str) -> None:
    filled_in = portal("agency", "set", agency, *ENLINEA)
    enabled = portal("agency", "set", agency, "enlinea.enabled=true")
    told = portal("agency", "set", agency, "enlinea.dialect=webcheckout_rest", "--json")

    assert (filled_in.status, enabled.status, told.status) == (0, 0, 0)
    assert "certificación" not in filled_in.out
    assert enabled.out.startswith(f"Inmobiliaria {agency}: enlinea.enabled. EnLineapagos: pendiente de certificación.")
    (warning,) = json.loads(told.out)["warnings"]
    assert "pendiente de certificación" in warning
    assert "secreta" not in filled_in.out + enabled.out + told.out


def test_a_second_agency_of_the_same_name_is_refused(portal: Portal, agency: str) -> None:
    ended = portal("agency", "create", agency, "--name", "X", "--tax-id", "900123456-8")

    assert (ended.status, ended.said) == (1, "slug: Está repetido.")


@pytest.mark.parametrize(
    ("changes", "password", "named"),
    [
        ({}, "corta", "password: La contraseña debe tener al menos 15 caracteres."),
        ({}, "", "password: La contraseña debe tener al menos 15 caracteres."),
        ({"--username": "no soy uno"}, STRONG, "username: "),
        ({"--email": "sin-arroba"}, STRONG, "email: "),
        ({"--client": "T404"}, STRONG, "client: "),
        ({"--role": "CLIENT"}, STRONG, "client: "),
    ],
)
def test_an_account_that_is_refused_leaves_its_name_free(
    portal: Portal, agency: str, changes: dict[str, str], password: str, named: str
) -> None:
    options = {"--username": "persona", "--email": "persona@x.example", "--role": "STAFF"}

    def create(changes: dict[str, str], password: str) -> Ended:
        parts = [part for pair in (options | changes).items() for part in pair]
        return portal("account", "create", agency, *parts, "--password-stdin", stdin=f"{password}\n")

    refused = create(changes, password)

    assert refused.status == 1
    assert refused.said.startswith(named)
    assert password == "" or password not in refused.err
    assert create({}, STRONG).status == 0
    assert create({}, STRONG).status == 1  # taken now


INVITE = ["--username", "jefe", "--email", "jefe@x.example"]


def test_who_works_here_is_invited_without_anybody_typing_a_password(portal: Portal, agency: str) -> None:
    made = portal("account", "invite", agency, *INVITE, "--role", "admin")

    assert (made.status, made.out) == (0, "Cuenta jefe invitada: el enlace va a jefe@x.example.\n")
    for changes, named in (
        (["--role", "client"], "role: Los clientes se invitan con inviteClient."),
        (["--role", "staff", "--email", "no"], "email: "),
    ):
        refused = portal("account", "invite", agency, *INVITE, *changes)
        assert refused.status == 1
        assert refused.said.startswith(named)


def test_in_production_nobody_is_invited_by_an_agency_without_pages(
    portal: Portal, agency: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    production(monkeypatch)
    other = ["--username", "otro", "--email", "otro@x.example", "--role", "STAFF"]

    refused = portal("account", "invite", agency, *other)
    assert (refused.status, "link_base=https://" in refused.said) == (1, True)
    assert portal("agency", "set", agency, "link_base=http://clientes.x.example").status == 1
    assert portal("agency", "set", agency, "link_base=https://clientes.x.example/").status == 0
    assert portal("account", "invite", agency, *other).status == 0


def test_production_needs_its_settings_for_every_command_that_opens_the_portal(
    portal: Portal, agency: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    production(monkeypatch, SECRET_KEY="")

    for command in (
        ["serve", "--port", "0"],
        ["agency", "set", agency, "city=Cali"],
        ["agency", "import", agency, "."],
    ):
        ended = portal(*command)
        assert ended.status == 1
        assert ended.said.startswith("No se puede iniciar en producción: PORTAL_SECRET_KEY ")


def test_production_does_not_migrate_an_embedded_database(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    production(monkeypatch, DATABASE_URL="", APP_DATABASE_URL="")

    ended = portal("migrate")

    assert (ended.status, "PORTAL_DATABASE_URL" in ended.said) == (1, True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (["captcha=none"], "captcha: "),
        (["origins=http://localhost:3000"], "origins: "),
        (["return_urls=http://localhost:3000/pagos"], "return_urls: "),
        (
            [
                *("payu.enabled=true", "payu.merchant_id=508029", "payu.account_id=512321"),
                *("payu.api_login=pRRXKOl8ikMmt9u", "payu.api_key=4Vj8eK4rloUd272L48hsrarnUA"),
            ],
            "merchant_id: ",
        ),
        (
            ["enlinea.enabled=true", "enlinea.usuario=simulador", "enlinea.clave=clave-x", "enlinea.llavemd5=llave-x"],
            "usuario: ",
        ),
    ],
)
def test_production_refuses_what_only_development_may_have(
    portal: Portal, agency: str, monkeypatch: pytest.MonkeyPatch, settings: list[str], named: str
) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", PRODUCTION_KEY)
    assert portal("agency", "set", agency, *settings).status == 0
    production(monkeypatch)

    ended = portal("agency", "set", agency, *settings)

    assert ended.status == 1
    assert ended.said.startswith(named)
    assert portal("agency", "set", agency, "city=Cali").status == 0


def test_credentials_sealed_with_a_lost_key_can_be_written_anew(
    portal: Portal, agency: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = ["payu.api_login=pRRXKOl8ikMmt9u", "payu.api_key=4Vj8eK4rloUd272L48hsrarnUA"]
    monkeypatch.setenv("PORTAL_SECRET_KEY", "the-first-key-of-thirty-two-letters")
    portal("agency", "set", agency, "payu.merchant_id=508029", "payu.account_id=512321", *credentials)
    monkeypatch.setenv("PORTAL_SECRET_KEY", "another-key-of-thirty-two-letters-too")

    lost = portal("agency", "set", agency, "payu.enabled=true")
    anew = portal("agency", "set", agency, "payu.enabled=true", *credentials)

    assert lost.status == 1
    assert lost.said.startswith("PORTAL_SECRET_KEY no es la clave")
    assert anew.status == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"port": 1}, "No hay conexión con la base de datos"),
        ({"database": "no-such-database"}, "No existe esa base de datos en el servidor."),
    ],
)
def test_a_database_that_is_not_there_is_told_in_a_line(
    portal: Portal, module_database: Database, monkeypatch: pytest.MonkeyPatch, change: dict[str, int], told: str
) -> None:
    address = make_url(module_database.owner_url).set(host="127.0.0.1", query={}, **change)  # type: ignore[arg-type]
    if "database" in change:
        address = make_url(module_database.owner_url).set(**change)  # type: ignore[arg-type]
    monkeypatch.setenv("PORTAL_DATABASE_URL", address.render_as_string(hide_password=False))
    monkeypatch.setenv("PORTAL_APP_DATABASE_URL", address.render_as_string(hide_password=False))

    for command in ("migrate", "serve"):
        ended = portal(command, *(["--port", "0"] if command == "serve" else []))
        assert ended.status == 1
        assert ended.said.startswith(told)


def test_an_address_that_is_none_is_told_without_repeating_it(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_DATABASE_URL", "secreto-en-mal-lugar")

    ended = portal("migrate")

    assert ended.status == 1
    assert ended.said.startswith("La dirección de la base de datos no sirve")
    assert "secreto" not in ended.err


def test_a_variable_with_a_meaningless_value_is_named(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_PROFILE", "prod")

    assert portal("migrate").said == "Valores que no sirven: PORTAL_PROFILE."


def test_the_schema_is_printed_and_compared(portal: Portal) -> None:
    printed = portal("schema")

    assert printed.status == 0
    assert "type Query {" in printed.out
    assert portal("schema", "--check").out == "El esquema es el guardado.\n"


def test_production_starts_no_simulator(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_PROFILE", "production")

    ended = portal("simulate-gateways")

    assert (ended.status, ended.said) == (1, "El simulador no funciona en producción.")


def test_who_lost_the_second_factor_is_helped(portal: Portal, agency: str, module_database: Database) -> None:
    create = ("account", "create", agency, "--username", "sola", "--email", "sola@x.example", "--role", "ADMIN")
    portal(*create, "--password-stdin", stdin=f"{STRONG}\n")
    nobody, without = (portal("account", "reset-second-factor", agency, login) for login in ("nadie", "sola"))
    asyncio.run(_with_second_factor(module_database, agency))

    helped = portal("account", "reset-second-factor", agency, "SOLA@x.example")

    assert (nobody.status, nobody.said) == (1, "No existe esa cuenta.")
    assert (without.status, without.said) == (1, "Esa cuenta no tiene segundo factor.")
    assert (helped.status, helped.out) == (0, "La cuenta sola quedó sin segundo factor.\n")
    assert portal("account", "reset-second-factor", agency, "sola").status == 1


async def _with_second_factor(database: Database, slug: str) -> None:
    engine = create_async_engine(database.app_url)
    async with engine.begin() as connection:
        await connection.execute(text("select set_config('app.agency_key', :slug, true)"), {"slug": slug})
        found = text("select agency_id::text from agency_keys where key = :slug")
        agency_id = await connection.scalar(found, {"slug": slug})
        scope = text("select set_config('app.agency_id', :it, true), set_config('app.viewer', 'staff', true)")
        await connection.execute(scope, {"it": agency_id})
        await connection.execute(text("update accounts set second_factor = true where username = 'sola'"))
    await engine.dispose()
