"""Types that refer to each other in a circle, named before they are built."""
# mypy: disable-error-code="name-defined"

from typing import Annotated

import strawberry

ClientType = Annotated["Client", strawberry.lazy("graphql_api.types.clients")]
ContractType = Annotated["Contract", strawberry.lazy("graphql_api.types.contracts")]
InvoiceType = Annotated["Invoice", strawberry.lazy("graphql_api.types.invoices")]
PaymentType = Annotated["Payment", strawberry.lazy("graphql_api.types.payments")]
PaymentIntentType = Annotated["PaymentIntent", strawberry.lazy("graphql_api.types.intents")]
PayoutType = Annotated["Payout", strawberry.lazy("graphql_api.types.payouts")]
