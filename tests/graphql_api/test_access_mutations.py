"""Who may do what to whose things: what is not one's own answers like what does not exist, and nothing is written."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from graphql_api.ids import global_id
from tests.graphql_api.neighbours import CLIENTS
from tests.graphql_api.selections import object_type
from tests.graphql_api.surroundings import Surroundings
from tests.graphql_api.town import PASSWORD, RETURN_URL, Answer

REFUSAL = "__typename ... on UserError { code message }"
FORM = f"{REFUSAL} ... on InvalidInput {{ fields {{ field code message }} }}"
PAY = f"""
mutation Pagar($ids: [ID!]!) {{
  startPayment(input: {{invoiceIds: $ids, gateway: PAYU, returnUrl: "{RETURN_URL}", idempotencyKey: "otra"}})
  {{ {REFUSAL} }}
}}
"""
FILE = f"""
mutation Radicar($home: ID, $contract: ID, $client: ID) {{
  createPqrs(input: {{classification: CLAIM, subject: REPAIRS, description: "Gotea.", propertyId: $home,
                      contractId: $contract, clientId: $client, idempotencyKey: "otra"}}) {{ {FORM} }}
}}
"""
REFRESH = f"mutation Consultar($it: String!) {{ refreshPayment(reference: $it) {{ {REFUSAL} }} }}"
END = f"mutation Cerrar($id: ID!) {{ endSession(id: $id) {{ {REFUSAL} }} }}"

MESSAGE = f"""
mutation Escribir($id: ID!) {{
  addPqrsMessage(input: {{pqrsId: $id, body: "¿Y entonces?", idempotencyKey: "otra"}}) {{ {REFUSAL} }}
}}
"""
NOTE = MESSAGE.replace("addPqrsMessage", "addPqrsNote")
CLOSE = f"mutation Cerrar($id: ID!) {{ closePqrs(id: $id) {{ {REFUSAL} }} }}"
REOPEN = f"""mutation Reabrir($id: ID!) {{ reopenPqrs(id: $id, reason: "Sigue igual.") {{ {REFUSAL} }} }}"""
TAKE_UP = f"mutation Tramitar($id: ID!) {{ startPqrs(id: $id) {{ {REFUSAL} }} }}"
ANSWER = f"""mutation Responder($id: ID!) {{ answerPqrs(id: $id, body: "Ya quedó.") {{ {REFUSAL} }} }}"""
EXTEND = f"""mutation Prorrogar($id: ID!) {{
  extendPqrs(id: $id, reason: "Falta un repuesto.", days: 3) {{ {REFUSAL} }} }}"""
ASSIGN = f"""mutation Asignar($id: ID!, $account: ID!) {{
  assignPqrs(id: $id, accountId: $account) {{ {FORM} }} }}"""

FOR_ANYBODY = {"confirmEmail", "login", "refreshSession", "requestPasswordReset", "resetPassword"}
FOR_WHO_SIGNED_IN = {
    "addPqrsMessage": MESSAGE.replace("($id: ID!)", "").replace("$id", '"x"'),
    "applyCredit": 'mutation { applyCredit(input: {idempotencyKey: "otra"}) { __typename } }',
    "beginSecondFactor": 'mutation { beginSecondFactor(currentPassword: "x") { __typename } }',
    "confirmSecondFactor": 'mutation { confirmSecondFactor(code: "123456") { __typename } }',
    "disableSecondFactor": 'mutation { disableSecondFactor(currentPassword: "x", code: "1") { __typename } }',
    "renewRecoveryCodes": 'mutation { renewRecoveryCodes(currentPassword: "x", code: "1") { __typename } }',
    "cancelPayment": 'mutation { cancelPayment(reference: "260715ABCDEFGHJKLM") { __typename } }',
    "changePassword": f"""mutation {{ changePassword(input: {{currentPassword: "{PASSWORD}",
        newPassword: "girasoles de Boyacá en junio", passwordConfirmation: "girasoles de Boyacá en junio"}})
        {{ {REFUSAL} }} }}""",
    "createPqrs": FILE,
    "exportPersonalData": "mutation { exportPersonalData { __typename } }",
    "recordConsent": """mutation { recordConsent(input: {policyVersion: "1",
        decisions: [{purpose: SERVICE, granted: true}]}) { __typename } }""",
    "endSession": 'mutation { endSession(id: "x") { __typename } }',
    "logout": "mutation { logout(everywhere: true) { __typename } }",
    "refreshPayment": 'mutation { refreshPayment(reference: "260715ABCDEFGHJKLM") { __typename } }',
    "updateMailPreferences": "mutation { updateMailPreferences(input: {pqrs: false}) { __typename } }",
    "updateProfile": 'mutation { updateProfile(input: {city: "Cali"}) { __typename } }',
}
CANCEL = f"mutation Cancelar($it: String!) {{ cancelPayment(reference: $it) {{ {REFUSAL} }} }}"
RESOLVE = f"""mutation Decidir($it: String!) {{
  resolvePaymentReview(reference: $it, decision: CANCEL, note: "No es nuestro.") {{ {REFUSAL} }} }}"""
DISMISS = f"""mutation Descartar($it: String!) {{ dismissDispute(reference: $it, note: "No hay.") {{ {REFUSAL} }} }}"""
RECORD = f"""
mutation Recibir($client: ID!, $ids: [ID!]) {{
  recordPayment(input: {{clientId: $client, amount: "1000.00", method: CASH, invoiceIds: $ids, idempotencyKey: "otra"}})
  {{ {FORM} }}
}}
"""
REVERSE = f"""mutation Reversar($id: ID!) {{ reversePayment(id: $id, reason: "Cheque devuelto.") {{ {REFUSAL} }} }}"""
REFUND = f"""
mutation Devolver($id: ID!) {{
  refundPayment(input: {{paymentId: $id, reason: "Pagó dos veces.", idempotencyKey: "otra"}}) {{ {REFUSAL} }}
}}
"""
RELEASE = f"""mutation Liberar($id: ID!) {{ releaseRefund(paymentId: $id, note: "No llegó.") {{ {REFUSAL} }} }}"""
CREDIT = f"""
mutation Aplicar($client: ID, $ids: [ID!]) {{
  applyCredit(input: {{clientId: $client, invoiceIds: $ids, idempotencyKey: "otra"}}) {{ {FORM} }}
}}
"""
CHOOSE = f"""
mutation Elegir($client: ID) {{ updateMailPreferences(input: {{clientId: $client, pqrs: false}}) {{ {FORM} }} }}
"""

DISABLE = f"mutation Deshabilitar($id: ID!) {{ disableAccount(accountId: $id) {{ {REFUSAL} }} }}"
ENABLE = f"mutation Habilitar($id: ID!) {{ enableAccount(accountId: $id) {{ {REFUSAL} }} }}"
INVITE_MANY = f"mutation Invitar($ids: [ID!]) {{ inviteClients(input: {{clientIds: $ids}}) {{ {FORM} }} }}"
INVITE = f"mutation Invitar($id: ID!) {{ inviteClient(input: {{clientId: $id}}) {{ {FORM} }} }}"


def filled(query: str, **texts: str) -> str:
    """With its variables written out."""
    inside = query.partition(")")[2] if query.lstrip().startswith("mutation") else query
    for name, text in texts.items():
        inside = inside.replace(f"${name}", text)
    return "mutation " + inside.lstrip()


FOR_CLIENTS = {
    "closePqrs": filled(CLOSE, id='"x"'),
    "reopenPqrs": filled(REOPEN, id='"x"'),
    "startPayment": PAY.replace("($ids: [ID!]!)", "").replace("$ids", '["x"]'),
}
FOR_STAFF = {
    "addPqrsNote": filled(NOTE, id='"x"'),
    "answerPqrs": filled(ANSWER, id='"x"'),
    "assignPqrs": filled(ASSIGN, id='"x"', account='"x"'),
    "extendPqrs": filled(EXTEND, id='"x"'),
    "startPqrs": filled(TAKE_UP, id='"x"'),
    "disableAccount": filled(DISABLE, id='"x"'),
    "enableAccount": filled(ENABLE, id='"x"'),
    "inviteClient": filled(INVITE, id='"x"'),
    "inviteClients": filled(INVITE_MANY, ids='["x"]'),
    "importRecords": 'mutation { importRecords(input: {kind: CLIENTS, csv: "codigo"}) { __typename } }',
    "reconcileSettlement": """mutation { reconcileSettlement(input: {gateway: PAYU, csv: "referencia",
        from: "2026-07-01", to: "2026-07-01"}) { __typename } }""",
    "resolveFinding": 'mutation { resolveFinding(id: "x", note: "Visto.") { __typename } }',
    "viewAsClient": 'mutation { viewAsClient(input: {clientId: "x", reason: "Llamó."}) { __typename } }',
    "retryJob": 'mutation { retryJob(id: "x") { __typename } }',
    "recordPayment": filled(RECORD, client='"x"', ids="null"),
    "refundPayment": filled(REFUND, id='"x"'),
    "dismissDispute": filled(DISMISS, it='"260715ABCDEFGHJKLM"'),
    "releaseRefund": filled(RELEASE, id='"x"'),
    "resolvePaymentReview": filled(RESOLVE, it='"260715ABCDEFGHJKLM"'),
    "reversePayment": filled(REVERSE, id='"x"'),
}
FOR_ADMINS = {
    "eraseClient": 'mutation { eraseClient(clientId: "x", reason: "Lo pidió.") { __typename } }',
    "updateAgency": 'mutation { updateAgency(input: {city: "Cali"}) { __typename } }',
    "configureGateway": "mutation { configureGateway(input: {code: PAYU, enabled: false}) { __typename } }",
    "inviteStaff": """mutation { inviteStaff(input: {username: "pedro", email: "pedro@andina.example", role: STAFF})
        { __typename } }""",
    "resetSecondFactor": 'mutation { resetSecondFactor(accountId: "x") { __typename } }',
}
IDS = {
    "eraseClient(clientId)",
    "exportPersonalData(clientId)",
    "recordConsent(input.clientId)",
    "addPqrsMessage(input.pqrsId)",
    "addPqrsNote(input.pqrsId)",
    "answerPqrs(id)",
    "assignPqrs(accountId)",
    "assignPqrs(id)",
    "closePqrs(id)",
    "extendPqrs(id)",
    "reopenPqrs(id)",
    "startPqrs(id)",
    "disableAccount(accountId)",
    "enableAccount(accountId)",
    "endSession(id)",
    "inviteClient(input.clientId)",
    "inviteClients(input.clientIds)",
    "resetSecondFactor(accountId)",
    "startPayment(input.invoiceIds)",
    "createPqrs(input.propertyId)",
    "createPqrs(input.contractId)",
    "createPqrs(input.clientId)",
    "resolveFinding(id)",
    "retryJob(id)",
    "viewAsClient(input.clientId)",
    "applyCredit(input.clientId)",
    "applyCredit(input.invoiceIds)",
    "recordPayment(input.clientId)",
    "recordPayment(input.invoiceIds)",
    "refundPayment(input.paymentId)",
    "releaseRefund(paymentId)",
    "reversePayment(id)",
    "updateMailPreferences(input.clientId)",
}
"""Every place where a mutation takes an id."""


def test_every_mutation_is_in_a_table() -> None:
    known = FOR_ANYBODY | FOR_WHO_SIGNED_IN.keys() | FOR_CLIENTS.keys() | FOR_STAFF.keys() | FOR_ADMINS.keys()

    assert set(object_type("Mutation").fields) == known
    assert set(_id_arguments()) == IDS


@pytest.mark.parametrize("name", sorted(FOR_WHO_SIGNED_IN | FOR_CLIENTS | FOR_STAFF | FOR_ADMINS))
async def test_a_visitor_does_nothing(surroundings: Surroundings, name: str) -> None:
    query = (FOR_WHO_SIGNED_IN | FOR_CLIENTS | FOR_STAFF | FOR_ADMINS)[name]

    answer = await _refused(surroundings, query, None)

    assert (answer.status, answer.code) == (200, "UNAUTHENTICATED")


@pytest.mark.parametrize("name", [*CLIENTS.values(), "b.ana"])
@pytest.mark.parametrize("mutation", sorted(FOR_STAFF | FOR_ADMINS))
async def test_clients_do_nothing_that_is_for_staff(surroundings: Surroundings, name: str, mutation: str) -> None:
    answer = await _refused(surroundings, (FOR_STAFF | FOR_ADMINS)[mutation], name)

    assert (answer.status, answer.code) == (200, "FORBIDDEN")


@pytest.mark.parametrize("name", ["sara", "b.sara"])
@pytest.mark.parametrize("mutation", sorted(FOR_ADMINS))
async def test_staff_do_nothing_that_is_for_administrators(
    surroundings: Surroundings, name: str, mutation: str
) -> None:
    answer = await _refused(surroundings, FOR_ADMINS[mutation], name)

    assert (answer.status, answer.code) == (200, "FORBIDDEN")


async def test_a_second_factor_of_another_agency_is_reset_like_one_of_nobody(surroundings: Surroundings) -> None:
    query = f"mutation Quitar($id: ID!) {{ resetSecondFactor(accountId: $id) {{ {REFUSAL} }} }}"
    absent = await _refused(surroundings, query, "adan", id=global_id("Account", uuid4()))

    assert absent.data["resetSecondFactor"]["__typename"] == "NotFound"
    foreign = surroundings.foreign("adan", "Account")
    assert foreign
    for key in (*foreign, surroundings.own("sara", "Invoice")[0], "rubbish"):
        answer = await _refused(surroundings, query, "adan", id=key)
        assert answer.text == absent.text


@pytest.mark.parametrize("name", ["sara", "b.sara"])
async def test_a_finding_of_another_agency_is_resolved_like_one_that_does_not_exist(
    surroundings: Surroundings, name: str
) -> None:
    query = f'mutation Resolver($id: ID!) {{ resolveFinding(id: $id, note: "Visto.") {{ {REFUSAL} }} }}'
    absent = await _refused(surroundings, query, name, id=global_id("Finding", uuid4()))

    assert absent.data["resolveFinding"]["__typename"] == "NotFound"
    foreign = surroundings.foreign(name, "Finding")
    assert len(foreign) == 1
    for key in (*foreign, surroundings.own(name, "Invoice")[0], "rubbish"):
        answer = await _refused(surroundings, query, name, id=key)
        assert (answer.text, answer.statements) == (absent.text, absent.statements)


@pytest.mark.parametrize(("query", "kind"), [(DISABLE, "Account"), (ENABLE, "Account"), (INVITE, "Client")])
@pytest.mark.parametrize("name", ["sara", "adan", "b.sara"])
async def test_people_of_another_agency_are_those_who_do_not_exist(
    surroundings: Surroundings, name: str, query: str, kind: str
) -> None:
    absent = await _refused(surroundings, query, name, id=global_id(kind, uuid4()))

    ((told),) = absent.data.values()
    assert told["__typename"] == "NotFound"
    foreign = surroundings.foreign(name, kind)
    assert len(foreign) == 1
    for key in (*foreign, surroundings.own(name, "Invoice")[0], "rubbish"):
        answer = await _refused(surroundings, query, name, id=key)
        assert (answer.text, answer.statements) == (absent.text, absent.statements)


@pytest.mark.parametrize("name", ["sara", "b.sara"])
async def test_among_many_who_are_invited_those_of_another_agency_do_not_exist(
    surroundings: Surroundings, name: str
) -> None:
    (own,) = surroundings.own("ana" if name == "sara" else "b.ana", "Client")
    absent = await _refused(surroundings, INVITE_MANY, name, ids=[own, global_id("Client", uuid4())])

    assert absent.data["inviteClients"] == _not_found("clientIds.1")
    for key in (*surroundings.foreign(name, "Client"), surroundings.own(name, "Invoice")[0], "rubbish"):
        answer = await _refused(surroundings, INVITE_MANY, name, ids=[own, key])
        assert (answer.text, answer.statements) == (absent.text, absent.statements)


@pytest.mark.parametrize("name", ["sara", "adan", "b.sara"])
async def test_staff_who_are_no_client_pay_nothing(surroundings: Surroundings, name: str) -> None:
    invoices = surroundings.own("sara", "Invoice")

    for key in (invoices[0], global_id("Invoice", uuid4())):
        answer = await _refused(surroundings, PAY, name, ids=[key])
        assert (answer.status, answer.code) == (200, "FORBIDDEN")


@pytest.mark.parametrize("name", [*CLIENTS.values(), "b.ana"])
async def test_an_invoice_of_another_is_paid_like_one_that_does_not_exist(
    surroundings: Surroundings, name: str
) -> None:
    foreign = surroundings.foreign(name, "Invoice")
    others = [surroundings.own(name, "Client")[0], "", "rubbish"]

    absent = await _refused(surroundings, PAY, name, ids=[global_id("Invoice", uuid4())])

    assert absent.data["startPayment"] == {
        "__typename": "NotFound",
        "code": "NOT_FOUND",
        "message": "No lo encontramos.",
    }
    assert len(foreign) == 2
    for key in (*foreign, *others):
        answer = await _refused(surroundings, PAY, name, ids=[key])
        assert (answer.text, answer.statements) == (absent.text, absent.statements)
    for mine in surroundings.own(name, "Invoice")[:1]:
        for key in (*foreign, *others):
            assert (await _refused(surroundings, PAY, name, ids=[mine, key])).text == absent.text


async def test_an_owner_does_not_pay_the_rent_of_the_own_property(surroundings: Surroundings) -> None:
    rent = await surroundings.numbered("invoices", "FV-2")

    answer = await _refused(surroundings, PAY, "olga", ids=[rent])

    assert answer.data["startPayment"]["__typename"] == "NotFound"


@pytest.mark.parametrize("name", ["beto", "olga", "tito", "b.ana", "b.sara"])
async def test_a_payment_of_another_is_asked_about_like_one_that_does_not_exist(
    surroundings: Surroundings, name: str
) -> None:
    absent = await _refused(surroundings, REFRESH, name, it="260715ABCDEFGHJKLM")

    assert absent.data["refreshPayment"]["__typename"] == "NotFound"
    for reference in ("", "x" * 500, "ñ", "'; drop table payments; --"):
        assert (await _refused(surroundings, REFRESH, name, it=reference)).text == absent.text
    foreign = await _refused(surroundings, REFRESH, name, it=surroundings.neighbours.references["ana"])
    assert (foreign.text, foreign.statements) == (absent.text, absent.statements)


@pytest.mark.parametrize("name", ["beto", "olga", "tito", "b.ana", "b.sara"])
async def test_a_payment_of_another_is_cancelled_like_one_that_does_not_exist(
    surroundings: Surroundings, name: str
) -> None:
    absent = await _refused(surroundings, CANCEL, name, it="260715ABCDEFGHJKLM")

    assert absent.data["cancelPayment"]["__typename"] == "NotFound"
    foreign = await _refused(surroundings, CANCEL, name, it=surroundings.neighbours.references["ana"])
    assert (foreign.text, foreign.statements) == (absent.text, absent.statements)


async def test_staff_decide_about_no_payment_of_another_agency(surroundings: Surroundings) -> None:
    absent = await _refused(surroundings, RESOLVE, "b.sara", it="260715ABCDEFGHJKLM")

    assert absent.data["resolvePaymentReview"]["__typename"] == "NotFound"
    foreign = await _refused(surroundings, RESOLVE, "b.sara", it=surroundings.neighbours.references["ana"])
    assert (foreign.text, foreign.statements) == (absent.text, absent.statements)


@pytest.mark.parametrize("query", [REVERSE, REFUND, RELEASE], ids=["reverse", "refund", "release"])
@pytest.mark.parametrize("name", ["sara", "b.sara"])
async def test_receipts_of_another_agency_are_returned_like_those_that_do_not_exist(
    surroundings: Surroundings, name: str, query: str
) -> None:
    absent = await _refused(surroundings, query, name, id=global_id("Payment", uuid4()))

    ((told),) = absent.data.values()
    assert told["__typename"] == "NotFound"
    foreign = surroundings.foreign(name, "Payment")
    assert len(foreign) == 1
    for key in (*foreign, surroundings.own(name, "Invoice")[0], "rubbish"):
        answer = await _refused(surroundings, query, name, id=key)
        assert (answer.text, answer.statements) == (absent.text, absent.statements)


@pytest.mark.parametrize(("query", "mutation"), [(RECORD, "recordPayment"), (CREDIT, "applyCredit")])
@pytest.mark.parametrize("name", ["sara", "b.sara"])
async def test_staff_book_for_no_client_of_another_agency_nor_to_anothers_invoice(
    surroundings: Surroundings, name: str, query: str, mutation: str
) -> None:
    absent = await _refused(surroundings, query, name, client=global_id("Client", uuid4()))

    assert absent.data[mutation]["__typename"] == "NotFound"
    for key in (*surroundings.foreign(name, "Client"), surroundings.own(name, "Invoice")[0], "rubbish"):
        answer = await _refused(surroundings, query, name, client=key)
        assert (answer.text, answer.statements) == (absent.text, absent.statements)
    tenant = "ana" if name == "sara" else "b.ana"
    (ana,) = surroundings.own(tenant, "Client")
    unknown = await _refused(surroundings, query, name, client=ana, ids=[global_id("Invoice", uuid4())])
    assert unknown.data[mutation] == _not_found("invoiceIds.0")
    others = sorted(set(surroundings.own(name, "Invoice")) - set(surroundings.own(tenant, "Invoice")))
    for key in (*surroundings.foreign(name, "Invoice"), others[0], ana, "rubbish"):
        assert (await _refused(surroundings, query, name, client=ana, ids=[key])).text == unknown.text


@pytest.mark.parametrize("name", [*CLIENTS.values(), "b.ana"])
async def test_clients_use_nobodys_credit_and_pay_nobodys_invoice_with_it(
    surroundings: Surroundings, name: str
) -> None:
    told = await _refused(surroundings, CREDIT, name, client=global_id("Client", uuid4()))

    assert told.data["applyCredit"]["fields"][0]["code"] == "NOT_ALLOWED"
    for key in (*surroundings.foreign(name, "Client"), *surroundings.own(name, "Client"), "rubbish"):
        assert (await _refused(surroundings, CREDIT, name, client=key)).text == told.text
    absent = await _refused(surroundings, CREDIT, name, ids=[global_id("Invoice", uuid4())])
    assert absent.data["applyCredit"] == _not_found("invoiceIds.0")
    for key in (*surroundings.foreign(name, "Invoice"), "rubbish"):
        answer = await _refused(surroundings, CREDIT, name, ids=[key])
        assert (answer.text, answer.statements) == (absent.text, absent.statements)


@pytest.mark.parametrize("name", [*CLIENTS.values(), "sara", "b.ana", "b.sara"])
async def test_a_session_of_another_is_ended_like_one_that_does_not_exist(
    surroundings: Surroundings, name: str
) -> None:
    absent = await _refused(surroundings, END, name, id=global_id("Session", uuid4()))

    assert absent.data["endSession"]["__typename"] == "NotFound"
    foreign = surroundings.foreign(name, "Session")
    assert len(foreign) == 2
    for key in (*foreign, surroundings.own(name, "Account")[0], "rubbish"):
        assert (await _refused(surroundings, END, name, id=key)).text == absent.text


@pytest.mark.parametrize(
    ("argument", "kind", "field"), [("home", "Property", "propertyId"), ("contract", "Contract", "contractId")]
)
@pytest.mark.parametrize("name", [*CLIENTS.values(), "b.ana"])
async def test_a_case_about_what_is_anothers_is_refused_like_one_about_nothing(
    surroundings: Surroundings, name: str, argument: str, kind: str, field: str
) -> None:
    absent = await _refused(surroundings, FILE, name, **{argument: global_id(kind, uuid4())})

    assert absent.data["createPqrs"] == _not_found(field)
    foreign = surroundings.foreign(name, kind)
    assert len(foreign) == 2
    for key in (*foreign, surroundings.own(name, "Client")[0], "rubbish"):
        answer = await _refused(surroundings, FILE, name, **{argument: key})
        assert (answer.text, answer.statements) == (absent.text, absent.statements)


async def test_an_owner_files_about_the_own_property_but_not_about_the_tenants_contract(
    surroundings: Surroundings,
) -> None:
    lease = await surroundings.numbered("contracts", "ARR-1")

    answer = await _refused(surroundings, FILE, "olga", contract=lease)

    assert answer.data["createPqrs"] == _not_found("contractId")


@pytest.mark.parametrize("name", [*CLIENTS.values(), "b.ana"])
async def test_clients_file_for_nobody_else_whoever_that_is(surroundings: Surroundings, name: str) -> None:
    told = await _refused(surroundings, FILE, name, client=global_id("Client", uuid4()))

    assert told.data["createPqrs"]["fields"][0]["code"] == "NOT_ALLOWED"
    for key in (*surroundings.foreign(name, "Client"), *surroundings.own(name, "Client"), "rubbish"):
        assert (await _refused(surroundings, FILE, name, client=key)).text == told.text


@pytest.mark.parametrize("name", ["sara", "b.sara"])
async def test_staff_file_for_no_client_of_another_agency(surroundings: Surroundings, name: str) -> None:
    absent = await _refused(surroundings, FILE, name, client=global_id("Client", uuid4()))

    assert absent.data["createPqrs"] == _not_found("clientId")
    for key in (*surroundings.foreign(name, "Client"), surroundings.own(name, "Invoice")[0], "rubbish"):
        assert (await _refused(surroundings, FILE, name, client=key)).text == absent.text


@pytest.mark.parametrize("name", [*CLIENTS.values(), "b.ana"])
async def test_clients_choose_letters_for_nobody_else_whoever_that_is(surroundings: Surroundings, name: str) -> None:
    told = await _refused(surroundings, CHOOSE, name, client=global_id("Client", uuid4()))

    assert told.data["updateMailPreferences"]["fields"][0]["code"] == "NOT_ALLOWED"
    for key in (*surroundings.foreign(name, "Client"), *surroundings.own(name, "Client"), "rubbish"):
        assert (await _refused(surroundings, CHOOSE, name, client=key)).text == told.text


@pytest.mark.parametrize("name", ["sara", "b.sara"])
async def test_staff_choose_letters_for_no_client_of_another_agency(surroundings: Surroundings, name: str) -> None:
    absent = await _refused(surroundings, CHOOSE, name, client=global_id("Client", uuid4()))

    assert absent.data["updateMailPreferences"] == _not_found("clientId")
    for key in (*surroundings.foreign(name, "Client"), surroundings.own(name, "Invoice")[0], "rubbish"):
        answer = await _refused(surroundings, CHOOSE, name, client=key)
        assert (answer.text, answer.statements) == (absent.text, absent.statements)


async def test_staff_file_for_a_client_only_about_what_is_that_clients(surroundings: Surroundings) -> None:
    (ana,) = surroundings.own("ana", "Client")
    homes = set(surroundings.own("sara", "Property"))

    for key in sorted(homes - set(surroundings.own("ana", "Property"))):
        answer = await _refused(surroundings, FILE, "sara", client=ana, home=key)
        assert answer.data["createPqrs"] == _not_found("propertyId")


@pytest.mark.parametrize("query", [MESSAGE, CLOSE, REOPEN], ids=["message", "close", "reopen"])
@pytest.mark.parametrize("name", [*CLIENTS.values(), "b.ana"])
async def test_a_case_of_another_is_written_to_and_ended_like_one_that_does_not_exist(
    surroundings: Surroundings, name: str, query: str
) -> None:
    absent = await _refused(surroundings, query, name, id=global_id("Pqrs", uuid4()))

    ((told),) = absent.data.values()
    assert told["__typename"] == "NotFound"
    foreign = surroundings.foreign(name, "Pqrs")
    assert len(foreign) == 2
    for key in (*foreign, surroundings.own(name, "Client")[0], "rubbish"):
        answer = await _refused(surroundings, query, name, id=key)
        assert (answer.text, answer.statements) == (absent.text, absent.statements)


@pytest.mark.parametrize("query", [CLOSE, REOPEN], ids=["close", "reopen"])
@pytest.mark.parametrize("name", ["sara", "adan", "b.sara"])
async def test_staff_who_are_no_client_neither_close_nor_reopen(
    surroundings: Surroundings, name: str, query: str
) -> None:
    for key in (surroundings.own("sara", "Pqrs")[0], global_id("Pqrs", uuid4())):
        answer = await _refused(surroundings, query, name, id=key)
        assert (answer.status, answer.code) == (200, "FORBIDDEN")


@pytest.mark.parametrize(
    "query", [MESSAGE, NOTE, TAKE_UP, ANSWER, EXTEND], ids=["message", "note", "start", "answer", "extend"]
)
@pytest.mark.parametrize("name", ["sara", "b.sara"])
async def test_staff_work_on_no_case_of_another_agency(surroundings: Surroundings, name: str, query: str) -> None:
    absent = await _refused(surroundings, query, name, id=global_id("Pqrs", uuid4()))

    ((told),) = absent.data.values()
    assert told["__typename"] == "NotFound"
    foreign = surroundings.foreign(name, "Pqrs")
    assert len(foreign) == 1
    for key in (*foreign, surroundings.own(name, "Invoice")[0], "rubbish"):
        answer = await _refused(surroundings, query, name, id=key)
        assert (answer.text, answer.statements) == (absent.text, absent.statements)


@pytest.mark.parametrize("name", ["sara", "b.sara"])
async def test_staff_hand_over_own_cases_to_own_staff_only(surroundings: Surroundings, name: str) -> None:
    mine, me = surroundings.own(name, "Pqrs")[0], surroundings.own(name, "Account")[0]
    nothing = await _refused(surroundings, ASSIGN, name, id=global_id("Pqrs", uuid4()), account=me)
    assert nothing.data["assignPqrs"]["__typename"] == "NotFound"
    for key in (*surroundings.foreign(name, "Pqrs"), surroundings.own(name, "Invoice")[0], "rubbish"):
        answer = await _refused(surroundings, ASSIGN, name, id=key, account=me)
        assert (answer.text, answer.statements) == (nothing.text, nothing.statements)

    nobody = await _refused(surroundings, ASSIGN, name, id=mine, account=global_id("Account", uuid4()))
    assert nobody.data["assignPqrs"] == _not_found("accountId")
    for key in (*surroundings.foreign(name, "Account"), surroundings.own(name, "Client")[0], "rubbish"):
        answer = await _refused(surroundings, ASSIGN, name, id=mine, account=key)
        assert (answer.text, answer.statements) == (nobody.text, nobody.statements)
    tenant = surroundings.own("ana" if name == "sara" else "b.ana", "Account")[0]
    answer = await _refused(surroundings, ASSIGN, name, id=mine, account=tenant)
    assert answer.data["assignPqrs"]["fields"][0]["code"] == "NOT_ALLOWED"


async def _refused(surroundings: Surroundings, query: str, by: str | None, **variables: Any) -> Answer:
    """The answer, which knows how many statements it took; not a row of any table is another afterwards."""
    town = surroundings.neighbours.town
    before = await town.checksums()
    with town.counted() as counts:
        answer = await town.ask(query, by=by, agency=None if by else "andina", **variables)
    assert await town.checksums() == before
    return replace(answer, statements=len(counts.statements))


def _not_found(field: str) -> dict[str, Any]:
    problem = {"field": field, "code": "NOT_FOUND", "message": "No existe."}
    told = {"__typename": "InvalidInput", "code": "INVALID_INPUT", "message": "Revise los datos marcados."}
    return told | {"fields": [problem]}


def _id_arguments() -> Iterator[str]:
    for name, field in object_type("Mutation").fields.items():
        for argument, given in field.args.items():
            named = get_named_type(given.type)
            if named.name == "ID":
                yield f"{name}({argument})"
            elif isinstance(named, GraphQLInputObjectType):
                for inner, member in named.fields.items():
                    if get_named_type(member.type).name == "ID":
                        yield f"{name}({argument}.{inner})"
