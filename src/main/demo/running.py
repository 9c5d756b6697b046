"""Starts what the demo needs, in the order in which one thing needs another, and stops it in the reverse one."""

import os
import signal
import socket
import sys
import threading
from importlib import import_module

from main.demo.gateways import Simulator, SimulatorFailed, simulator, use
from main.output import NOBODY_READS, NobodyReads, to_a_reader
from main.places import bound, url_of
from main.settings import Settings, SettingsError

_DEFAULT_PORT = "8000"


def run() -> int:
    """Run the demo until Ctrl-C or SIGTERM; the exit status: 0, or 1 after a line that says what is missing."""
    for number in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C too: a shell that starts this beside itself has it ignored
        signal.signal(number, signal.default_int_handler)
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))  # the terminal was closed
    try:
        with to_a_reader():
            return _told()
    except NobodyReads:
        return NOBODY_READS


def _told() -> int:
    try:
        _run()
    except KeyboardInterrupt:
        print("\nInterrumpido: la próxima vez continúa donde iba.")
        return 0
    except NobodyReads:
        raise
    except Exception as error:
        return _explain(error)
    print("\nTodo detenido.")
    return 0


def _run() -> None:
    settings = Settings()
    if settings.is_production:
        raise SettingsError("El ejemplo es solo para desarrollo, y PORTAL_PROFILE pide producción.")
    settings.check()
    place = _place()
    with simulator(settings) as gateways:
        # Half of the start is importing; meanwhile the simulator and PostgreSQL do theirs.
        # Not a daemon: an interpreter that ends while a thread is loading a compiled module can crash.
        early = threading.Thread(target=import_module, args=("main.demo.service",))
        early.start()
        from main.database import reached
        from main.settings import Secrets

        with reached(settings, Secrets(settings)) as databases:
            early.join()
            from main.demo.service import prepare, serve

            prepare(settings, databases, url=url_of(place))
            simulator_url = _connect(gateways)
            serve(place, databases, simulator_url=simulator_url)


def _place() -> socket.socket:
    text = os.environ.get("PORT") or _DEFAULT_PORT
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingsError(f"PORT={text} no es un puerto.")
    try:
        place = bound("127.0.0.1", int(text), next_free=True)
    except OSError as error:
        raise SettingsError(f"No hay un puerto libre desde el {text}: {error.strerror}.") from error
    if (port := place.getsockname()[1]) != int(text):
        print(f"El puerto {text} está ocupado: se usa el {port}.", flush=True)
    return place


def _connect(gateways: Simulator | None) -> str | None:
    if gateways is None:
        return None
    url = gateways.url()
    use(url)
    return url


def _explain(error: Exception) -> int:
    if isinstance(error, SimulatorFailed | SettingsError):
        print(error, file=sys.stderr)
        return 1
    import typer

    from main.commands.running import command

    try:
        with command():
            raise error
    except typer.Exit as end:
        return end.exit_code
