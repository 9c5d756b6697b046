"""The gateways of the demo: the simulator, as a process beside the service."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from main.settings import Settings

FIRST_PORT = 8001
_GIVEN = frozenset({"payu_checkout_url", "payu_api_url", "payu_reports_url", "enlinea_url"})
_SECONDS_TO_END = 5


class SimulatorFailed(Exception):
    """It did not start; it has said why on standard error."""


class Simulator:
    """A running simulator."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def url(self) -> str:
        """Its address, when it answers; SimulatorFailed if it ended instead."""
        assert self._process.stdout is not None  # noqa: S101 (it was started with a pipe)
        line = self._process.stdout.readline().strip()
        if not line.startswith("listening on "):
            raise SimulatorFailed("El simulador de pasarelas no arrancó.")
        return line.removeprefix("listening on ")


@contextmanager
def simulator(settings: Settings) -> Iterator[Simulator | None]:
    """A simulator on the first free port, until the end of the context; none where the settings name the gateways.

    It gets no Ctrl-C of its own: the service goes first, and the simulator does not outlive this process.
    """
    if settings.model_fields_set & _GIVEN:
        yield None
        return
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "main.demo.leash", "simulator", "--port", str(FIRST_PORT), "--next-free"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Simulator(process)
    finally:
        process.terminate()
        try:
            process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def use(url: str) -> None:
    """Make the simulator at `url` the gateways of this process and of those that it starts."""
    os.environ["PORTAL_PAYU_CHECKOUT_URL"] = f"{url}/ppp-web-gateway-payu/"
    os.environ["PORTAL_PAYU_API_URL"] = f"{url}/payments-api/4.0/service.cgi"
    os.environ["PORTAL_PAYU_REPORTS_URL"] = f"{url}/reports-api/4.0/service.cgi"
    os.environ["PORTAL_ENLINEA_URL"] = url
