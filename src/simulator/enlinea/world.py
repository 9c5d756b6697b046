"""Everything the EnLinea side remembers, in memory."""

from dataclasses import dataclass, field
from datetime import datetime

from simulator.enlinea.merchants import EnLineaMerchant
from simulator.enlinea.model import Order, Purchase, Transaction
from simulator.ids import Ids
from simulator.scenarios import Scenarios
from simulator.settings import Settings


@dataclass(slots=True)
class World:
    """Merchants, checkouts, and what was prepared for them."""

    settings: Settings
    ids: Ids
    merchants: dict[str, EnLineaMerchant] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    scenarios: Scenarios = field(default_factory=Scenarios)
    _by_reference: dict[str, list[Order]] = field(default_factory=dict)
    _by_token: dict[str, Order] = field(default_factory=dict)
    _by_number: dict[str, tuple[Order, Transaction]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for merchant in self.settings.enlinea_merchants:
            self.add_merchant(merchant)

    def clear(self) -> None:
        """Forgets checkouts and what was prepared; merchants stay."""
        for kept in (self.orders, self._by_reference, self._by_token, self._by_number):
            kept.clear()
        self.scenarios.clear()

    def add_merchant(self, merchant: EnLineaMerchant) -> None:
        """Makes a merchant known, or replaces what was known about it, its secrets included."""
        self.merchants[merchant.usuario] = merchant
        for order in self.orders.values():
            if order.merchant.usuario == merchant.usuario:
                order.merchant = merchant

    def merchant_with(self, usuario: str, llavemd5: str, clave: str | None = None) -> EnLineaMerchant | None:
        """The merchant whose secrets these are; the checkout asks for no `clave`."""
        merchant = self.merchants.get(usuario)
        if merchant is None or merchant.llavemd5 != llavemd5 or clave not in (None, merchant.clave):
            return None
        return merchant

    def open_order(self, merchant: EnLineaMerchant, purchase: Purchase, at: datetime) -> Order:
        """A checkout for this purchase; the same reference asked for again opens another."""
        order = Order(
            id=self.ids.order_id(), token=self.ids.uuid(), merchant=merchant, purchase=purchase, created_at=at
        )
        self.orders[order.id] = order
        self._by_reference.setdefault(purchase.reference, []).append(order)
        self._by_token[order.token] = order
        return order

    def record(self, order: Order, transaction: Transaction) -> None:
        """Adds a try to its checkout."""
        order.transactions.append(transaction)
        self._by_number[transaction.number] = (order, transaction)

    def orders_under(self, reference: str) -> list[Order]:
        """All checkouts under one reference, oldest first."""
        return list(self._by_reference.get(reference, ()))

    def order_with(self, token: str) -> Order | None:
        """The checkout with this token in its link."""
        return self._by_token.get(token)

    def transaction(self, number: str) -> tuple[Order, Transaction] | None:
        """A transaction by its number, with its checkout."""
        return self._by_number.get(number)
