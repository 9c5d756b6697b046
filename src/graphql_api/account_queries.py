"""Accounts, as the staff looks for them."""

from typing import Annotated

import strawberry

from application import filters
from domain.accounts import AccountRole, AccountStatus
from graphql_api.connections import After, Before, Connection, First, Last, Search
from graphql_api.context import Info
from graphql_api.types import lists
from graphql_api.types.accounts import Account
from graphql_api.whole import whole_list


@strawberry.type
class AccountQueries:
    @strawberry.field(
        description=(
            "Cuentas, las más recientes primero. Para el personal. Busca en usuario y correo y, si son de un cliente, "
            "en su nombre, documento y código."
        )
    )
    def accounts(
        self,
        info: Info,
        search: Search = None,
        role: Annotated[AccountRole | None, strawberry.argument(description="Solo las que tienen este papel.")] = None,
        status: Annotated[AccountStatus | None, strawberry.argument(description="Solo en este estado.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Connection[Account]:
        narrowed = filters.AccountFilter(search=lists.searched(search), role=role, status=status)
        return whole_list(info, "accounts", narrowed, first, after, last, before)
