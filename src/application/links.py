"""Links to the agency's client area, as letters carry them and as they come back."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import uuid4

from application.access import Scope, Visitor
from application.ports.links import LinkTokens
from application.ports.unit_of_work import UnitOfWorkFactory
from domain.accounts import Account
from domain.agencies import Agency
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.ids import LinkId
from domain.links import AccountLink, LinkPurpose
from domain.sessions import token_hash

_PATHS = {
    LinkPurpose.INVITATION: "activar",
    LinkPurpose.RESET: "restablecer",
    LinkPurpose.EMAIL_CHANGE: "confirmar-correo",
}
"""Pages that every front end has; they read `token` from the address and send it on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLinks:
    """Makes links, and writes them as addresses of the agency's own pages.

    The base is the agency's setting, never what a request says of itself. `default_base` stands in where an agency has
    none, in development; without it there are no links.
    """

    tokens: LinkTokens
    default_base: str | None

    def base_of(self, agency: Agency) -> str:
        """InvalidInput, about the agency and nobody's form, where it has no pages."""
        base = agency.link_base or self.default_base
        if base is None:
            raise InvalidInput(FieldProblem("linkBase", FieldProblemCode.REQUIRED, "link_base"))
        return base

    def new(
        self,
        account: Account,
        purpose: LinkPurpose,
        *,
        at: datetime,
        new_email: str | None = None,
        id: LinkId | None = None,  # noqa: A002
    ) -> AccountLink:
        link_id = id or LinkId(uuid4())
        return AccountLink.to(account, purpose, id=link_id, token=self.tokens.of(link_id), at=at, new_email=new_email)

    def address(self, agency: Agency, link: AccountLink) -> str:
        """What is written in the letter."""
        query = urlencode({"token": self.tokens.of(link.id)})
        return f"{self.base_of(agency).rstrip('/')}/{_PATHS[link.purpose]}?{query}"


async def find_link(unit_of_work: UnitOfWorkFactory, visitor: Visitor, token: str) -> AccountLink | None:
    """The link that a visitor brought, whatever became of it."""
    key = token_hash(token)
    async with unit_of_work(Scope(agency_id=visitor.agency_id, link_key=key)) as uow:
        return await uow.links.find(key)
