"""The parts of one running simulator, put together."""

import httpx

from simulator.agenda import Agenda
from simulator.clock import Clock
from simulator.courier import Courier
from simulator.enlinea.gateway import EnLinea
from simulator.gateway import Gateway
from simulator.ids import Ids
from simulator.payu.gateway import PayU
from simulator.settings import Settings


class Simulation:
    """Clock, ids, agenda, courier and the gateways. Everything is in memory and ends with the process."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.settings = settings
        self.clock = Clock(settings.frozen_at)
        self.ids = Ids(settings.seed)
        self.agenda = Agenda(self.clock)
        self.courier = Courier(
            clock=self.clock,
            agenda=self.agenda,
            delays=settings.attempt_delays,
            timeout=settings.delivery_timeout,
            transport=transport,
        )
        self.payu = PayU(settings, self.ids, self.clock, self.agenda, self.courier)
        self.enlinea = EnLinea(settings, self.ids, self.clock, self.agenda, self.courier)
        self.gateways: dict[str, Gateway] = {gateway.name: gateway for gateway in (self.payu, self.enlinea)}

    def gateway_of(self, order_id: int) -> Gateway | None:
        """The gateway that an order is at."""
        return next((gateway for gateway in self.gateways.values() if gateway.has(order_id)), None)

    def reset(self, seed: int | None = None) -> None:
        """Forgets orders, deliveries, scenarios and plans, and sets the clock back; merchants stay.

        Without `seed` the ids go on, so that a service with a memory never sees one twice.
        """
        self.agenda.clear()
        self.courier.clear()
        for gateway in self.gateways.values():
            gateway.clear()
        self.clock.reset()
        if seed is not None:
            self.ids.reseed(seed)
