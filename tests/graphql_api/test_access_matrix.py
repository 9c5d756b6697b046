"""Who sees what: everybody asks for everything, and finds exactly what the tables below say.

Every field of the schema has to be in a table here, so that a new one makes a test fail until somebody has said who
may see it.
"""

from uuid import uuid4

import pytest
from graphql import GraphQLObjectType, get_named_type

from graphql_api.ids import global_id
from tests.graphql_api.neighbours import CLIENTS, STAFF
from tests.graphql_api.selections import SCHEMA, everything_of, node_types, object_type
from tests.graphql_api.surroundings import INTENT, LISTS, LOOKING, PEOPLE, Surroundings, ask_node

PUBLIC = {"agency", "captcha", "verifyReceipt"}
OWN = {"me", "paymentIntent"}
BY_ID = {
    "node": None,
    "nodes": None,
    "client": "Client",
    "contract": "Contract",
    "invoice": "Invoice",
    "payment": "Payment",
    "payout": "Payout",
    "pqrsById": "Pqrs",
}
OF_STAFF = {"auditLog", "failedJobs"}
"""Of the agency's staff, and never the same twice; each has tests of its own."""
WHOLE = {
    "Agency": "address brandColor city email gateways id landlordRegistration logo name partialPaymentsAllowed "
    "phone privacyPolicyDate privacyPolicyUrl privacyPolicyVersion slug taxId",
    "AuditEntry": "account action actionLabel actor at changes entityId id number",
    "Attachment": "byteSize contentType document fileName id",
    "Client": "address checkDigit city code consents contracts currentConsents dashboard documentNumber documentType "
    "email erasedAt id invoices kind mailPreferences name paymentIntents payments payouts pendingConsent phone pqrs "
    "profile properties",
    "Contract": "buildingFee commissionRate endDate id kind nextIncreaseDate number property rent startDate status",
    "ContractParty": "name role",
    "Dashboard": "openPqrs owner tenant",
    "Finding": "amount at client dueDate id intent kind message note overdue payment reference resolvedAt resolvedBy",
    "Invoice": "balance client contract description dueDate electronic gateways id invoiced issueDate kind lines "
    "number overdue paid payable payments pdf period status statusLabel subtotal total vat withholdings",
    "OwnerDashboard": "incomeThisYear lastPayout monthlyIncome pendingCommission rentedProperties",
    "Ownership": "name share",
    "Payment": "allocations amount client creditLeft credited gateway gatewayReference id method paidAt receipt "
    "receiptNumber reversals reversed status verificationCode",
    "PaymentAllocation": "amount invoiceNumber paidAt receiptNumber",
    "PaymentReversal": "amount at kind",
    "PaymentIntent": "amount checkout client createdAt dispute expiresAt gateway gatewayReference id invoices method "
    "payments reference status statusMessage",
    "Payout": "bankReference client contract deductions gross id lines method net number paidDate period voucher",
    "PayoutLine": "amount description kind",
    "Pqrs": "acknowledgement answeredAt attachments businessDaysLeft classification client closedAt contract "
    "description dueDate extendedAt filedAt filingNumber history id matter messages overdue property reopenableUntil "
    "startDate status statusLabel subject",
    "PqrsEvent": "at by dueDate from to",
    "PqrsMessage": "attachments author authorName body dueDate id internal kind sentAt",
    "Property": "address city code id use",
    "Reconciliation": "balanced date differences id lines madeAt",
    "Session": "createdAt current expiresAt id lastSeenAt userAgent",
    "TenantDashboard": "creditBalance lastPayment nextDueInvoice overdueAmount pendingAmount pendingInvoices",
    "Account": "client email id lastLoginAt roles secondFactor status username",
}
"""Fields that everybody sees who sees the thing."""
NARROWER = {
    "Agency": "gatewayAccounts",
    "Account": "recoveryCodesLeft sessions",
    "Client": "account",
    "Contract": "invoices parties",
    "ContractParty": "client",
    "Ownership": "client",
    "PaymentAllocation": "invoice payment",
    "PaymentIntent": "attempts refunds",
    "PaymentReversal": "reason",
    "PayoutLine": "invoice",
    "Pqrs": "assignee",
    "PqrsEvent": "account note",
    "PqrsMessage": "account",
    "Property": "activeLease activeManagement owners",
}
"""Fields that not everybody sees who sees the thing; each has a test in test_access_edges."""
VALUES = {
    "CaptchaChallenge",
    "Checkout",
    "CheckoutField",
    "Consent",
    "Download",
    "ElectronicInvoice",
    "FailedJob",
    "GatewayAccount",
    "GatewayAttempt",
    "InvoiceLine",
    "MailPreferences",
    "MonthlyAmount",
    "PageInfo",
    "PaymentGateway",
    "ReconciliationLine",
    "ReceiptVerification",
    "Refund",
}
"""Types that are a part of the thing they hang under."""


def test_every_root_field_is_in_a_table() -> None:
    assert set(object_type("Query").fields) == PUBLIC | OWN | BY_ID.keys() | LISTS.keys() | OF_STAFF


def test_every_field_of_what_is_seen_is_in_a_table() -> None:
    shown, waiting = set[str](), ["Query"]
    while waiting:
        type_ = object_type(waiting.pop())
        for field in type_.fields.values():
            named = get_named_type(field.type)
            for inner in SCHEMA.get_possible_types(named) if named.name == "Node" else [named]:
                if isinstance(inner, GraphQLObjectType) and inner.name not in shown:
                    shown.add(inner.name)
                    waiting.append(inner.name)
    paged = {name for name in shown if name.endswith(("Connection", "Edge"))}

    assert shown - paged - VALUES == WHOLE.keys()
    for name, fields in WHOLE.items():
        said = fields.split() + NARROWER.get(name, "").split()
        assert sorted(said) == sorted(object_type(name).fields), name
    assert set(node_types()) <= WHOLE.keys()


@pytest.mark.parametrize("name", LOOKING)
async def test_everybody_finds_exactly_what_is_theirs(surroundings: Surroundings, name: str) -> None:
    """By following what they see, and by asking for every id there is."""
    neighbours, found = surroundings.neighbours, surroundings.texts[name]
    for key in sorted(surroundings.everything - surroundings.found[name]):
        found += "".join(answer.text for answer in await ask_node(neighbours, name, key))

    seen = {text for text in neighbours.audiences if text in found}
    assert seen == {text for text, audience in neighbours.audiences.items() if name in audience}


@pytest.mark.parametrize("name", [*PEOPLE, "b.ana", "b.sara", None])
async def test_what_is_not_theirs_answers_like_what_does_not_exist(
    surroundings: Surroundings, name: str | None
) -> None:
    """To the byte and to the statement: another's, another agency's; to the byte, of another kind, and rubbish."""
    for kind in node_types():
        absent = await _asked(surroundings, name, "node(id: $id) { id }", global_id(kind, uuid4()))
        assert absent[0] == '{"data":{"node":null}}'
        for key in surroundings.foreign(name, kind):
            assert await _asked(surroundings, name, "node(id: $id) { id }", key) == absent
    for field in sorted(BY_ID.keys() - {"node", "nodes"}):
        kind, asked = str(BY_ID[field]), f"{field}(id: $id) {{ id }}"
        absent = await _asked(surroundings, name, asked, global_id(kind, uuid4()))
        assert absent[0] == f'{{"data":{{"{field}":null}}}}'
        for key in surroundings.foreign(name, kind):
            assert await _asked(surroundings, name, asked, key) == absent
        for other in set(node_types()) - {kind}:
            for key in surroundings.own(name, other)[:1]:
                assert (await _asked(surroundings, name, asked, key))[0] == absent[0]
    for rubbish in ("", "x", "💥" * 30, "Invoice:1", "=" * 50, "A" * 5000):
        assert (await _asked(surroundings, name, "node(id: $id) { id }", rubbish))[0] == '{"data":{"node":null}}'


async def test_many_ids_at_once_answer_null_where_they_are_not_ones_own(surroundings: Surroundings) -> None:
    foreign = sorted(surroundings.ids["beto"] - surroundings.ids["ana"])[:40]
    own = sorted(surroundings.ids["ana"])[:40]

    asked = "query Varias($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    found = await surroundings.neighbours.town.ask(asked, by="ana", ids=[*foreign, *own, "x"])

    assert found.data["nodes"] == [None] * len(foreign) + [{"id": key} for key in own] + [None]


async def test_a_filter_by_another_persons_contract_finds_what_one_by_no_contract_finds(
    surroundings: Surroundings,
) -> None:
    page = "nodes { id } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    asked = f"""me {{ client {{
      invoices(filter: {{contractId: $id}}) {{ {page} }}
      payments(filter: {{contractId: $id}}) {{ {page} }}
      payouts(filter: {{contractId: $id}}) {{ {page} }}
      pqrs(filter: {{assigneeId: $id}}) {{ {page} }}
    }} }}"""

    absent = await _asked(surroundings, "ana", asked, global_id("Contract", uuid4()))

    assert absent[0].count('"nodes":[],"totalCount":0') == 4
    foreign = surroundings.foreign("ana", "Contract")
    assert len(foreign) == 2
    for key in (*foreign, surroundings.own("ana", "Client")[0], "rubbish"):
        assert await _asked(surroundings, "ana", asked, key) == absent


@pytest.mark.parametrize("field", sorted(LISTS))
async def test_lists_of_the_whole_agency_are_for_its_staff(surroundings: Surroundings, field: str) -> None:
    town = surroundings.neighbours.town
    query = f"{{ {field} {{ nodes {{ id }} totalCount }} }}"

    visitor = await town.ask(query, agency="andina")
    assert (visitor.status, visitor.code) == (200, "UNAUTHENTICATED")
    for name in CLIENTS.values():
        client = await town.ask(query, by=name)
        assert (client.status, client.code, client.body.get("data")) == (200, "FORBIDDEN", None)
    for name in STAFF:
        staff = (await town.ask(query, by=name)).data[field]
        assert {node["id"] for node in staff["nodes"]} == set(surroundings.own(name, LISTS[field]))
        assert staff["totalCount"] == len(staff["nodes"]) > 0


async def test_a_visitor_finds_the_agency_and_nothing_else(surroundings: Surroundings) -> None:
    neighbours = surroundings.neighbours
    query = f"{{ agency {{ {everything_of('Agency', depth=2)} }} me {{ id }} }}"
    found = (await neighbours.town.ask(query, agency="andina")).text
    for key in sorted(surroundings.everything):
        found += "".join(answer.text for answer in await ask_node(neighbours, None, key))
    for reference in neighbours.references.values():
        answer = await neighbours.town.ask(INTENT, agency="andina", it=reference)
        assert answer.data == {"paymentIntent": None}

    seen = [audience for text, audience in neighbours.audiences.items() if text in found]
    assert seen == [{*CLIENTS.values(), *STAFF}]  # the agency's address, which is everybody's of this agency only


async def test_a_reference_of_another_answers_like_none(surroundings: Surroundings) -> None:
    town = surroundings.neighbours.town
    for name in ("olga", "beto", "b.ana", "b.sara"):
        answer = await town.ask(INTENT, by=name, it=surroundings.neighbours.references["ana"])
        assert answer.text == (await town.ask(INTENT, by=name, it="260715ABCDEFGHJKLM")).text


async def _asked(surroundings: Surroundings, by: str | None, asked: str, key: str) -> tuple[str, list[str]]:
    """The answer's text and the statements it took."""
    town = surroundings.neighbours.town
    with town.counted() as counts:
        answer = await town.ask(f"query Una($id: ID!) {{ {asked} }}", by=by, agency=None if by else "andina", id=key)
    return answer.text, counts.statements
