"""`portal`: the commands of operators. Each says in a line what it did; errors are a line on standard error."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from main.commands.accounts import account
from main.commands.running import Failure, command, database, for_agency, with_portal
from main.commands.told import AsJson, Slug, say
from main.commands.usage import CommandLine
from main.output import announce
from main.places import bound
from main.settings import Settings

app = CommandLine(name="portal", help="Área de Clientes.", no_args_is_help=True, add_completion=False)
agency = typer.Typer(help="Inmobiliarias.", no_args_is_help=True)
payments = typer.Typer(help="Pagos en línea.", no_args_is_help=True)
mail = typer.Typer(help="Los correos que en desarrollo se guardan en lugar de enviarse.", no_args_is_help=True)
audit = typer.Typer(help="La bitácora de cada inmobiliaria.", no_args_is_help=True)
app.add_typer(agency, name="agency")
app.add_typer(audit, name="audit")
app.add_typer(account, name="account")
app.add_typer(payments, name="payments")
app.add_typer(mail, name="mail")


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Dirección en la que escucha.")] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(help="Puerto; 0 toma uno libre. Sin decirlo, 8000 o el siguiente libre.", min=0, max=65535),
    ] = None,
    workers: Annotated[int, typer.Option(help="Procesos que atienden.", min=1, max=64)] = 1,
    no_jobs: Annotated[
        bool, typer.Option("--no-jobs", help="Sin los trabajos en segundo plano, que hará «portal work».")
    ] = False,
) -> None:
    """El servicio. Escribe «listening on URL» cuando está listo; SIGTERM lo termina tras las solicitudes en curso."""
    from main import server

    with command():
        settings = Settings()
        settings.check()
        try:
            place = bound(host, 8000, next_free=True) if port is None else bound(host, port)
        except OSError as error:
            raise Failure(f"No se puede escuchar en {host}:{port or 8000}: {error.strerror}.") from error
        with place, database(settings, migrated=True) as addresses:
            server.serve(
                settings,
                place,
                app_url=addresses.app_url,
                workers=workers,
                jobs=not no_jobs,
                ready=lambda url: announce(f"listening on {url}"),
            )


@app.command()
def work() -> None:
    """Hace los trabajos en segundo plano y nada más. SIGTERM lo termina tras los que estén en curso."""
    from main.commands.jobs import work

    with_portal(work)


@app.command()
def jobs(as_json: AsJson = False) -> None:
    """Cuántos trabajos en segundo plano esperan, están en curso o fallaron."""
    from main.commands.jobs import show

    with_portal(lambda portal: show(portal, as_json=as_json))


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Lleva la base de datos al esquema más reciente, con el rol dueño."""
    import asyncio

    from main.migrations import newest

    with command():
        settings = Settings()
        settings.check_database()
        with database(settings) as addresses:
            asyncio.run(addresses.migrate())
        version = newest()
        say(f"Base de datos en la versión {version}.", {"version": version}, as_json=as_json)


@agency.command("create")
def create_agency(
    slug: Slug,
    name: Annotated[str, typer.Option(help="Razón social.")],
    tax_id: Annotated[str, typer.Option(help="NIT con dígito de verificación: 900123456-8.")],
    host: Annotated[list[str] | None, typer.Option(help="Dominio desde el que se consulta; puede repetirse.")] = None,
    as_json: AsJson = False,
) -> None:
    """Crea una inmobiliaria."""
    made = with_portal(
        lambda portal: portal.use_cases.register_agency(slug=slug, name=name, tax_id=tax_id, hosts=tuple(host or ()))
    )
    say(f"Inmobiliaria {made.slug} creada.", {"slug": made.slug, "id": str(made.id)}, as_json=as_json)


@agency.command("set")
def set_agency(
    slug: Slug,
    settings: Annotated[list[str], typer.Argument(metavar="CLAVE=VALOR…", help="Por ejemplo captcha=altcha.")],
    as_json: AsJson = False,
) -> None:
    """Cambia los ajustes de una inmobiliaria."""
    from main.commands.agencies import change

    with command():
        changed = change(slug, settings)
        say(
            " ".join([f"Inmobiliaria {slug}: {', '.join(changed.names)}.", *changed.warnings]),
            {"slug": slug, "changed": changed.names, "warnings": changed.warnings},
            as_json=as_json,
        )


@agency.command("import")
def import_agency(
    slug: Slug,
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="Carpeta con los CSV.", exists=True, file_okay=False)
    ],
    as_json: AsJson = False,
) -> None:
    """Importa los CSV de una carpeta en su orden; termina en 1 si rechazó alguna celda."""
    from main.commands.imports import import_directory

    status = for_agency(
        slug,
        lambda use_cases, agency_id: import_directory(use_cases.import_file, agency_id, directory, as_json=as_json),
    )
    raise typer.Exit(status)


@payments.command("reconcile")
def reconcile_payments(slug: Slug, as_json: AsJson = False) -> None:
    """Pregunta a las pasarelas por los pagos cuya respuesta pudo perderse; para ejecutarlo cada pocos minutos."""
    asked = for_agency(slug, lambda use_cases, agency_id: use_cases.reconcile_payments(agency_id))
    say(f"Se preguntó por {asked} pagos.", {"asked": asked}, as_json=as_json)


@mail.command("list")
def list_mail(as_json: AsJson = False) -> None:
    """Los correos guardados, el más antiguo primero."""
    from main.commands.mail import show_all

    with command():
        show_all(Settings(), as_json=as_json)


_Letter = Annotated[
    str, typer.Argument(metavar="[ID]", help="El comienzo de su identificador, como lo da «list»; si falta, el último.")
]


@mail.command("show")
def show_mail(letter: _Letter = "") -> None:
    """Un correo: a quién va, qué dice y qué lleva adjunto."""
    from main.commands.mail import show

    with command():
        show(Settings(), letter)


@mail.command("link")
def show_link(letter: _Letter = "") -> None:
    """A dónde lleva el botón de un correo: activar una cuenta, restablecer una contraseña."""
    from main.commands.mail import link

    with command():
        link(Settings(), letter)


@payments.command("check")
def check_payments(slug: Slug, as_json: AsJson = False) -> None:
    """Comprueba que el libro mayor sume cero y coincida con los recibos; termina en 1 si no."""
    books = for_agency(slug, lambda use_cases, agency_id: use_cases.check_books(agency_id))
    told = {
        "agree": books.agree,
        "total": str(books.total),
        "differences": [
            {"invoice": str(it.invoice_id), "receipts": str(it.receipts), "ledger": str(it.ledger)}
            for it in books.differences
        ],
    }
    trouble = f"el libro mayor suma {books.total}; facturas con diferencias: {len(books.differences)}"
    sentence = "Los libros cuadran." if books.agree else f"Los libros no cuadran: {trouble}."
    say(sentence, told, as_json=as_json)
    raise typer.Exit(not books.agree)


@audit.command("verify")
def verify_audit(
    slug: Annotated[str | None, typer.Argument(help="Nombre corto de la inmobiliaria.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Las bitácoras de todas las inmobiliarias.")] = False,
    head: Annotated[
        list[str] | None, typer.Option(metavar="NÚMERO:HUELLA", help="Un final guardado aparte; puede repetirse.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Comprueba que nadie cambió, quitó ni agregó anotaciones; termina en 1 si encuentra algo, y dice cuál."""
    from main.commands import audit as audits

    with command():
        if every == (slug is not None) or (every and head):
            raise Failure("Diga una inmobiliaria, o --all sin --head.")
        heads = audits.noted(head or [])
    verified = with_portal(lambda portal: audits.verify(portal, slug, heads))
    print(verified.told(as_json=as_json))
    raise typer.Exit(not verified.intact)


@audit.command("head")
def show_audit_head(slug: Slug, as_json: AsJson = False) -> None:
    """Escribe dónde termina la bitácora, para guardarlo fuera de la base de datos."""
    from main.commands import audit as audits

    found = with_portal(lambda portal: audits.head(portal, slug))
    say(found or "La bitácora está vacía.", {"head": found}, as_json=as_json)


@app.command("simulate-gateways")
def simulate_gateways(
    port: Annotated[
        int | None, typer.Option(help="Puerto. Sin decirlo, 8001 o el siguiente libre.", min=0, max=65535)
    ] = None,
) -> None:
    """El simulador de las pasarelas, con sus páginas y su control. Solo para desarrollo."""
    with command():
        if Settings().is_production:
            raise Failure("El simulador no funciona en producción.")
    place = ["--next-free"] if port is None else ["--port", str(port)]
    os.execv(sys.executable, [sys.executable, "-m", "simulator", *place])  # noqa: S606 (no shell is the point)


@app.command()
def schema(
    check: Annotated[bool, typer.Option("--check", help="Compara con la copia guardada en el código.")] = False,
) -> None:
    """Escribe el esquema de GraphQL."""
    from graphql_api import schema as schemas

    text = schemas.printed(schemas.build_schema())
    if not check:
        print(text, end="")
        return
    with command():
        if not schemas.SNAPSHOT.exists() or schemas.SNAPSHOT.read_text(encoding="utf-8") != text:
            raise Failure(f"El esquema cambió: guárdelo con «portal schema > src/graphql_api/{schemas.SNAPSHOT.name}».")
        print("El esquema es el guardado.")
