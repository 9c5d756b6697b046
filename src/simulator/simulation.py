"""The parts of one running simulator, put together."""

import httpx

from simulator.agenda import Agenda
from simulator.clock import Clock
from simulator.courier import Courier
from simulator.ids import Ids
from simulator.payu.director import Director
from simulator.payu.world import World
from simulator.settings import Settings


class Simulation:
    """Clock, ids, agenda, courier and the PayU side. Everything is in memory and ends with the process."""

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
        self.world = World(settings, self.ids)
        self.director = Director(self.world, self.clock, self.agenda, self.courier)

    def reset(self, seed: int | None = None) -> None:
        """Forgets orders, deliveries, scenarios and plans, and sets the clock back; merchants stay.

        Without `seed` the ids go on, so that a service with a memory never sees one twice.
        """
        self.agenda.clear()
        self.courier.clear()
        self.world.clear()
        self.clock.reset()
        if seed is not None:
            self.ids.reseed(seed)
