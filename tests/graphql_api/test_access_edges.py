"""The fields that not everybody sees who sees the thing they hang under."""

from typing import Any

import pytest

from tests.graphql_api.surroundings import Surroundings

LEASE = """
query Arriendo($id: ID!) {
  contract(id: $id) {
    number startDate endDate rent status property { code owners { name share client { id } } activeLease { number }
    activeManagement { number } }
    parties { role name client { id } } invoices { nodes { number } totalCount }
  }
}
"""


async def test_an_owner_reads_the_lease_of_the_own_property_and_nothing_of_who_rents_it(
    surroundings: Surroundings,
) -> None:
    lease = await _contract(surroundings, "ARR-1", by="olga")

    assert (lease["number"], lease["startDate"], lease["status"]) == ("ARR-1", "2026-01-01", "ACTIVE")
    assert lease["rent"] is not None
    assert lease["parties"] == []
    assert lease["invoices"] == {"nodes": [], "totalCount": 0}
    assert lease["property"]["activeLease"] == {"number": "ARR-1"}
    assert lease["property"]["activeManagement"] == {"number": "ADM-1"}
    assert [owner["share"] for owner in lease["property"]["owners"]] == ["100.00"]
    assert (await _contract(surroundings, "ARR-0", by="olga"))["status"] == "TERMINATED"


async def test_co_owners_read_each_others_names_and_shares_and_nothing_else(surroundings: Surroundings) -> None:
    for name, mine in (("olga", 0), ("omar", 1)):
        agreement = await _contract(surroundings, "ADM-2", by=name)
        owners = agreement["property"]["owners"]

        assert [owner["share"] for owner in owners] == ["40.00", "60.00"]
        assert [owner["client"] for owner in owners] == [
            _me(surroundings, name) if it == mine else None for it in (0, 1)
        ]
        assert [party["client"] for party in agreement["parties"]] == [owner["client"] for owner in owners]
        assert all(party["name"] for party in agreement["parties"])


@pytest.mark.parametrize(("name", "role"), [("ana", "TENANT"), ("cora", "CO_DEBTOR")])
async def test_parties_of_a_lease_read_it_but_nothing_of_the_owner(
    surroundings: Surroundings, name: str, role: str
) -> None:
    lease = await _contract(surroundings, "ARR-1", by=name)

    assert [party["role"] for party in lease["parties"]] == ["TENANT", "CO_DEBTOR"]
    assert {party["role"]: party["client"] for party in lease["parties"] if party["client"]} == {
        role: _me(surroundings, name)
    }
    assert lease["property"]["owners"] is None
    assert lease["property"]["activeManagement"] is None
    assert lease["property"]["activeLease"] == {"number": "ARR-1"}
    assert lease["invoices"]["totalCount"] == (2 if role == "TENANT" else 0)


async def test_who_left_reads_the_old_lease_and_not_the_new_one(surroundings: Surroundings) -> None:
    lease = await _contract(surroundings, "ARR-0", by="beto")

    assert lease["status"] == "TERMINATED"
    assert lease["property"]["activeLease"] is None
    assert [it["number"] for it in lease["invoices"]["nodes"]] == ["FV-3"]
    new = await surroundings.numbered("contracts", "ARR-1")
    assert (await surroundings.neighbours.town.ask(LEASE, by="beto", id=new)).data == {"contract": None}


async def test_staff_read_both_sides(surroundings: Surroundings) -> None:
    lease = await _contract(surroundings, "ARR-1", by="sara")

    assert [party["client"] for party in lease["parties"]] == [_me(surroundings, "ana"), _me(surroundings, "cora")]
    assert [owner["client"] for owner in lease["property"]["owners"]] == [_me(surroundings, "olga")]
    assert lease["invoices"]["totalCount"] == 2


async def test_a_tenant_who_also_owns_sees_each_side_where_it_is_theirs(surroundings: Surroundings) -> None:
    rented = await _contract(surroundings, "ARR-3", by="tito")
    let = await _contract(surroundings, "ARR-4", by="tito")

    assert rented["property"]["owners"] is None
    assert [party["client"] for party in rented["parties"]] == [_me(surroundings, "tito")]
    assert let["parties"] == []
    assert let["property"]["activeManagement"] == {"number": "ADM-4"}


async def test_an_owners_payout_shows_the_commission_and_not_the_tenants_invoice(surroundings: Surroundings) -> None:
    lines = "lines { kind invoice { number client { id } } }"
    town = surroundings.neighbours.town

    owner = (await town.ask(f"{{ me {{ client {{ payouts {{ nodes {{ {lines} }} }} }} }} }}", by="olga")).data
    staff = (await town.ask(f"{{ payouts {{ nodes {{ number {lines} }} }} }}", by="sara")).data["payouts"]["nodes"]

    assert owner["me"]["client"]["payouts"]["nodes"] == [{"lines": [{"kind": "RENT", "invoice": None}]}]
    (seen,) = [payout["lines"][0]["invoice"] for payout in staff if payout["number"] == "CE-1"]
    assert seen == {"number": "FV-2", "client": _me(surroundings, "ana")}


async def test_what_the_gateway_reported_is_for_staff(surroundings: Surroundings) -> None:
    query = "query Pago($it: String!) { paymentIntent(reference: $it) { status attempts { status message } } }"
    town, reference = surroundings.neighbours.town, surroundings.neighbours.references["ana"]

    client = (await town.ask(query, by="ana", it=reference)).data["paymentIntent"]
    staff = (await town.ask(query, by="sara", it=reference)).data["paymentIntent"]

    assert client == {"status": "DECLINED", "attempts": None}
    assert [attempt["status"] for attempt in staff["attempts"]] == ["DECLINED"]


async def test_what_was_asked_back_and_why_is_for_staff(surroundings: Surroundings) -> None:
    town, reference = surroundings.neighbours.town, surroundings.neighbours.references["ana"]
    query = "query Pago($it: String!) { paymentIntent(reference: $it) { refunds { reason status } } }"
    refund = "gen_random_uuid(), agency_id, id, 'tx', 100, 'REQUESTED', 'Pagó dos veces.', now()"
    columns = "id, agency_id, intent_id, charge_id, amount, status, reason, requested_at"
    await town.rows(
        f"insert into refunds ({columns}) select {refund} from payment_intents where reference = :it", it=reference
    )

    client = (await town.ask(query, by="ana", it=reference)).data["paymentIntent"]
    staff = (await town.ask(query, by="sara", it=reference)).data["paymentIntent"]
    await town.rows("delete from refunds")

    assert client == {"refunds": None}
    assert staff == {"refunds": [{"reason": "Pagó dos veces.", "status": "REQUESTED"}]}


async def test_an_account_is_seen_by_its_person_and_by_staff(surroundings: Surroundings) -> None:
    query = "query Cliente($id: ID!) { client(id: $id) { account { username sessions { id } } } }"
    town, ana = surroundings.neighbours.town, _me(surroundings, "ana")["id"]

    own = (await town.ask(query, by="ana", id=ana)).data["client"]["account"]
    staff = (await town.ask(query, by="sara", id=ana)).data["client"]["account"]

    assert (own["username"], len(own["sessions"])) == ("ana", 1)
    assert staff == {"username": "ana", "sessions": []}


async def test_notes_of_a_case_are_for_staff(surroundings: Surroundings) -> None:
    town = surroundings.neighbours.town
    await town.rows("update pqrs_events set note = 'Solo para el personal'")
    query = "{ me { client { pqrs { nodes { history { to by note } } } } } }"

    client = (await town.ask(query, by="ana")).data["me"]["client"]["pqrs"]["nodes"][0]["history"][0]
    staff = (await town.ask("{ pqrs { nodes { history { note } } } }", by="sara")).data["pqrs"]["nodes"]
    await town.rows("update pqrs_events set note = null")

    assert (client["to"], client["note"]) == ("PENDING", None)
    assert {event["note"] for case in staff for event in case["history"]} == {"Solo para el personal"}


async def test_what_staff_note_about_a_case_reaches_no_client_by_any_way(surroundings: Surroundings) -> None:
    town = surroundings.neighbours.town
    query = "{ pqrs { nodes { id messages { id body internal account { username } } assignee { username } } } }"
    staff = (await town.ask(query, by="sara")).data["pqrs"]["nodes"]
    noted = {it["id"]: it["body"] for case in staff for it in case["messages"] if it["internal"]}
    client = await town.ask(f"{{ me {{ client {query} }} }}", by="ana")
    (case,) = client.data["me"]["client"]["pqrs"]["nodes"]

    assert len(noted) == len(staff) > 1
    assert all(len(it["messages"]) == 3 and it["assignee"] == {"username": "sara"} for it in staff)
    assert all(message["account"]["username"] for it in staff for message in it["messages"])
    assert [(it["internal"], it["account"]) for it in case["messages"]] == [(False, None), (False, None)]
    assert case["assignee"] is None
    for name in ("ana", "olga", "beto", None):
        for key, body in noted.items():
            asked = "query Una($id: ID!) { node(id: $id) { ... on PqrsMessage { body } } }"
            answer = await town.ask(asked, by=name, agency=None if name else "andina", id=key)
            assert answer.data == {"node": None}
            assert body not in answer.text


async def test_who_did_something_about_a_case_is_for_staff(surroundings: Surroundings) -> None:
    query = "{ pqrs { nodes { client { id } history { by account { username } } } } }"
    town = surroundings.neighbours.town

    client = (await town.ask(f"{{ me {{ client {query} }} }}", by="ana")).data["me"]["client"]["pqrs"]["nodes"]
    staff = (await town.ask(query, by="sara")).data["pqrs"]["nodes"]

    assert [event["account"] for event in client[0]["history"]] == [None]
    (own,) = [it for it in staff if it["client"] == _me(surroundings, "ana")]
    assert own["history"] == [client[0]["history"][0] | {"account": {"username": "ana"}}]


async def test_a_filter_by_who_is_in_charge_is_for_staff(surroundings: Surroundings) -> None:
    town, sara = surroundings.neighbours.town, surroundings.own("sara", "Account")
    query = "query Suyas($id: ID!) { me { client { pqrs(filter: {assigneeId: $id}) { totalCount } } } }"
    whole = "query Suyas($id: ID!) { pqrs(filter: {assigneeId: $id}) { totalCount nodes { assignee { id } } } }"

    counted = {key: (await town.ask(whole, by="sara", id=key)).data["pqrs"] for key in (*sara, "rubbish")}
    for key in (*sara, *surroundings.own("ana", "Account"), "rubbish"):
        assert (await town.ask(query, by="ana", id=key)).data["me"]["client"]["pqrs"] == {"totalCount": 0}

    assert [found["totalCount"] for found in counted.values()].count(3) == 1
    assert all(node["assignee"]["id"] == key for key, found in counted.items() for node in found["nodes"])


async def _contract(surroundings: Surroundings, number: str, *, by: str) -> Any:
    key = await surroundings.numbered("contracts", number)
    return (await surroundings.neighbours.town.ask(LEASE, by=by, id=key)).data["contract"]


def _me(surroundings: Surroundings, name: str) -> dict[str, str]:
    """The client that a person is. Each person of these sees one client only."""
    (key,) = surroundings.own(name, "Client")
    return {"id": key}
