"""What the control API and the console need of a gateway."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from starlette.routing import Route

from simulator.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One checkout in the console.

    tries: state and words of each; buttons: step, label and look of what a person may do now; page: the hosted page
    while it can still be paid there, else empty.
    """

    id: int
    gateway: str
    reference: str
    description: str
    merchant: str
    payer: str
    email: str
    amount: Decimal
    currency: str
    status: str
    created_at: datetime
    tries: tuple[tuple[str, str], ...]
    buttons: tuple[tuple[str, str, str], ...]
    page: str


OF_A_PENDING_TRY = (
    ("approve", "Aprobar", "primary"),
    ("decline:INSUFFICIENT_FUNDS", "Rechazar", "danger"),
    ("expire", "Vencer", "plain"),
)
OF_A_FAILED_TRY = (("approve", "Aprobar otro intento", "primary"), ("decline", "Otro rechazo", "danger"))
"""Buttons of the console, at every gateway."""


class Gateway(Protocol):
    """One simulated gateway. Ids of orders are unique over all gateways."""

    @property
    def name(self) -> str:
        """What the control API calls it."""

    @property
    def for_programs(self) -> tuple[str, ...]:
        """The heads of the addresses that are for programs, errors included."""

    def routes(self) -> list[Route]:
        """Every address of the gateway."""

    def clear(self) -> None:
        """Forgets everything but the merchants."""

    def read_step(self, text: str) -> Step:
        """One step of a script. Raises BadStep."""

    async def load(self, reference: str, steps: Sequence[Step]) -> int | None:
        """Keeps a script for a reference, or plays it at once; then the order on which it was played."""

    async def play(self, order_id: int, steps: Sequence[Step]) -> None:
        """Plays a script on an order right now."""

    def waiting(self) -> Mapping[str, tuple[Step, ...]]:
        """The scripts that wait for their payment, by reference."""

    def has(self, order_id: int) -> bool:
        """Whether an order is at this gateway."""

    def order_ids(self, reference: str | None = None) -> list[int]:
        """The orders, oldest first, or those of one reference."""

    def view(self, order_id: int) -> dict[str, Any]:
        """An order as the control API shows it."""

    def row(self, order_id: int) -> Row:
        """An order as the console shows it."""

    def merchants(self) -> list[dict[str, Any]]:
        """The merchants, without their secrets."""

    def add_merchant(self, body: dict[str, Any]) -> dict[str, Any]:
        """Makes a merchant known, or replaces what was known of it; answers it without its secrets."""
