"""Everything the PayU side remembers, in memory."""

from dataclasses import dataclass, field
from datetime import datetime

from simulator.ids import Ids
from simulator.payu.merchants import Merchant
from simulator.payu.model import Order, Purchase, Transaction
from simulator.scenarios import Scenarios
from simulator.settings import Settings


@dataclass(slots=True)
class World:
    """Merchants, orders, and what was prepared for them.

    `refund_policy` is the one of orders that have none of their own.
    """

    settings: Settings
    ids: Ids
    merchants: dict[tuple[str, str], Merchant] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    scenarios: Scenarios = field(default_factory=Scenarios)
    refund_policy: str = ""
    _by_reference: dict[str, list[Order]] = field(default_factory=dict)
    _by_transaction: dict[str, tuple[Order, Transaction]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for merchant in self.settings.merchants:
            self.add_merchant(merchant)

    def clear(self) -> None:
        """Forgets orders, scenarios and faults; merchants stay."""
        for kept in (self.orders, self._by_reference, self._by_transaction):
            kept.clear()
        self.scenarios.clear()
        self.refund_policy = ""

    def add_merchant(self, merchant: Merchant) -> None:
        """Makes a merchant's account known, or replaces what was known about it, its key included."""
        account = (merchant.merchant_id, merchant.account_id)
        self.merchants[account] = merchant
        for order in self.orders.values():
            if (order.merchant.merchant_id, order.merchant.account_id) == account:
                order.merchant = merchant

    def merchant_with(self, api_login: str, api_key: str) -> Merchant | None:
        """The merchant these credentials of the APIs belong to."""
        for merchant in self.merchants.values():
            if (merchant.api_login, merchant.api_key) == (api_login, api_key):
                return merchant
        return None

    def open_order(self, merchant: Merchant, purchase: Purchase, at: datetime) -> Order:
        """A checkout for this purchase.

        The form sent again before any try gets the checkout that is already open, as when the payer goes back.
        """
        for order in self.orders_of(merchant.merchant_id, purchase.reference):
            if not order.transactions and order.purchase == purchase:
                return order
        order = Order(id=self.ids.order_id(), merchant=merchant, purchase=purchase, created_at=at)
        self.orders[order.id] = order
        self._by_reference.setdefault(purchase.reference, []).append(order)
        return order

    def record(self, order: Order, transaction: Transaction) -> None:
        """Adds a try or a refund to its order."""
        order.transactions.append(transaction)
        self._by_transaction[transaction.id] = (order, transaction)

    def orders_of(self, merchant_id: str, reference: str) -> list[Order]:
        """All checkouts of a merchant under one reference, oldest first."""
        return [order for order in self.orders_under(reference) if order.merchant.merchant_id == merchant_id]

    def orders_under(self, reference: str) -> list[Order]:
        """All checkouts under one reference, whoever the merchant is, oldest first."""
        return list(self._by_reference.get(reference, ()))

    def transaction(self, transaction_id: str) -> tuple[Order, Transaction] | None:
        """A transaction by its id, with its order."""
        return self._by_transaction.get(transaction_id)
