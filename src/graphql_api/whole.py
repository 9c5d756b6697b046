"""Lists of the whole agency."""

from typing import Any

from application.access import require_staff
from application.filters import Parent
from graphql_api.connections import page_request
from graphql_api.context import Info


def whole_list(
    info: Info, name: str, narrowed: Any, first: int | None, after: str | None, last: int | None, before: str | None
) -> Any:
    """The future of a page of the whole agency, for its staff."""
    viewer = require_staff(info.context.viewer)
    page = page_request(first, after, last, before)
    return info.context.loaders.page(name, Parent.SCOPE, viewer.agency_id, narrowed, page)
