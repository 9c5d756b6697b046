"""Viewers, their scopes, and who must be what."""

from uuid import uuid4

import pytest

from application.access import (
    ClientViewer,
    Scope,
    StaffViewer,
    Visitor,
    require_client,
    require_signed_in,
    require_staff,
    viewer_of,
)
from application.pagination import Cursor, PageRequest
from domain.accounts import AccountRole
from domain.errors import InvalidInput, NotAllowed, Unauthenticated
from domain.ids import SessionId
from tests import factories as a

AGENCY = a.an_agency()
ANA = a.a_client(AGENCY)
SESSION = SessionId(uuid4())
VISITOR = Visitor(agency_id=AGENCY.id)
CLIENT = viewer_of(a.an_account(ANA), SESSION)
STAFF = viewer_of(a.a_staff_account(AGENCY), SESSION)
BOTH = viewer_of(a.an_account(ANA, roles=(AccountRole.CLIENT, AccountRole.STAFF)), SESSION)


def test_an_account_becomes_what_its_roles_say() -> None:
    assert isinstance(CLIENT, ClientViewer)
    assert isinstance(STAFF, StaffViewer)
    assert isinstance(BOTH, StaffViewer)
    assert (CLIENT.client_id, STAFF.client_id, BOTH.client_id) == (ANA.id, None, ANA.id)
    admin = viewer_of(a.a_staff_account(AGENCY, roles=(AccountRole.ADMIN,)), SESSION)
    assert isinstance(admin, StaffViewer)
    assert (admin.is_admin, STAFF.is_admin) == (True, False)


def test_an_account_of_nobody_becomes_nobody() -> None:
    with pytest.raises(NotAllowed):
        viewer_of(a.an_account(ANA, client_id=None), SESSION)


def test_a_scope_says_whose_rows() -> None:
    assert VISITOR.scope == Scope(agency_id=AGENCY.id)
    assert VISITOR.with_login("ana") == Scope(agency_id=AGENCY.id, login_key="ana")
    assert CLIENT.scope == Scope(agency_id=AGENCY.id, viewer="client", client_id=ANA.id, account_id=CLIENT.account_id)
    assert (BOTH.scope.viewer, BOTH.scope.client_id) == ("staff", ANA.id)
    assert Scope.of_agency(AGENCY.id) == Scope(agency_id=AGENCY.id, viewer="staff")


def test_a_scope_of_keys_has_no_agency() -> None:
    with pytest.raises(Unauthenticated):
        _ = Scope(session_key="x").agency
    assert Scope(agency_id=AGENCY.id).agency == AGENCY.id


def test_who_has_to_be_signed_in() -> None:
    assert [require_signed_in(viewer) for viewer in (CLIENT, STAFF)] == [CLIENT, STAFF]
    for require in (require_signed_in, require_staff, require_client):
        with pytest.raises(Unauthenticated):
            require(VISITOR)


def test_who_has_to_be_staff_or_a_client() -> None:
    assert [require_staff(viewer) for viewer in (STAFF, BOTH)] == [STAFF, BOTH]
    with pytest.raises(NotAllowed):
        require_staff(CLIENT)
    assert [require_client(viewer) for viewer in (CLIENT, BOTH)] == [ANA.id, ANA.id]
    with pytest.raises(NotAllowed):
        require_client(STAFF)


def page(
    first: int | None = None, last: int | None = None, after: Cursor | None = None, before: Cursor | None = None
) -> PageRequest:
    return PageRequest.of(first=first, last=last, after=after, before=before)


def test_a_page_is_of_twenty_from_the_start_unless_told() -> None:
    cursor = Cursor("k", "t")
    assert page() == PageRequest(size=20)
    assert page(first=0) == PageRequest(size=0)
    assert page(first=100, after=cursor) == PageRequest(size=100, after=cursor)
    assert page(last=5, before=cursor) == PageRequest(size=5, before=cursor, backward=True)
    assert page(after=cursor, before=cursor) == PageRequest(size=20, after=cursor, before=cursor)


@pytest.mark.parametrize(
    ("first", "last", "field", "reason"),
    [
        (-1, None, "first", "page_size"),
        (101, None, "first", "page_size"),
        (None, 101, "last", "page_size"),
        (1, 1, "last", "first_and_last"),
    ],
)
def test_a_page_that_is_none_is_refused(first: int | None, last: int | None, field: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        page(first, last)

    assert [(problem.field, problem.reason) for problem in refusal.value.problems] == [(field, reason)]
