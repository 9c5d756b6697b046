"""`python -m simulator`: the gateways, on this machine."""

import argparse
import sys
from dataclasses import replace
from datetime import timedelta

from simulator.server import serve
from simulator.settings import Settings


def _delays(text: str) -> tuple[timedelta, ...]:
    delays = tuple(timedelta(seconds=float(seconds)) for seconds in text.split(","))
    if not delays or any(delay < timedelta() for delay in delays):
        raise ValueError(text)
    return delays


def main(arguments: list[str] | None = None) -> int:
    """Reads the command line and serves; answers the exit status."""
    parser = argparse.ArgumentParser(prog="simulator", description="Simulador local de las pasarelas de pago.")
    parser.add_argument("--host", default="127.0.0.1", help="dirección en la que escucha (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8001, help="puerto (8001); 0 toma uno libre")
    parser.add_argument("--next-free", action="store_true", help="si el puerto está ocupado, toma el siguiente libre")
    parser.add_argument(
        "--allow-remote", action="store_true", help="permite una dirección alcanzable desde otros equipos"
    )
    parser.add_argument("--seed", type=int, help="semilla de los identificadores, para que se repitan")
    parser.add_argument(
        "--retry-delays", type=_delays, metavar="S,S,…", help="segundos antes de cada intento de entregar un aviso"
    )
    parser.add_argument("--manual", action="store_true", help="lo programado sólo se ejecuta con POST /_sim/tick")
    options = parser.parse_args(arguments)
    settings = replace(Settings(), seed=options.seed, background=not options.manual)
    if options.retry_delays:
        settings = replace(settings, attempt_delays=options.retry_delays)
    return serve(
        options.host, options.port, settings=settings, allow_remote=options.allow_remote, next_free=options.next_free
    )


if __name__ == "__main__":
    sys.exit(main())
