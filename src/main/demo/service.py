"""The service of the demo, and what it tells whoever started it."""

import asyncio
import socket

from main.bootstrap import portal
from main.database import Databases
from main.demo.loading import alone, load
from main.demo.people import NAME, PEOPLE
from main.migrations import is_current_at
from main.output import announce
from main.server import serve as serve_until_stopped
from main.settings import Settings


def prepare(settings: Settings, databases: Databases, *, url: str) -> None:
    """Have the newest schema and the demo's agency in the database. `url`: where the service will be."""

    async def all_of_it() -> None:
        if not await is_current_at(databases.app_url):
            await databases.migrate()
        async with portal(settings, app_url=databases.app_url, public_url=url) as opened:
            await load(opened, url=url)

    with alone(settings.data_dir):
        asyncio.run(all_of_it())


def serve(place: socket.socket, databases: Databases, *, simulator_url: str | None) -> None:
    """Serve until Ctrl-C; say what there is to see as soon as it can be seen."""
    serve_until_stopped(
        Settings(),
        place,
        app_url=databases.app_url,
        ready=lambda url: announce(welcome(url, simulator_url)),
    )


def welcome(url: str, simulator_url: str | None) -> str:
    """What to open, and as whom."""
    wide = [
        max(len(text) for text in column) for column in zip(*((p.username, p.password) for p in PEOPLE), strict=True)
    ]
    people = (f"  {p.username:<{wide[0]}}  {p.password:<{wide[1]}}  {p.shows}" for p in PEOPLE)
    places = [f"  API y GraphiQL  {url}/graphql"]
    if simulator_url:
        places.append(f"  pasarelas       {simulator_url}/  (simulador: consola de pagos)")
    return "\n".join([f"\n{NAME} está en línea. Ctrl-C detiene todo.", "", *places, "", *people, ""])
