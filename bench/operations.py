"""The operations that are measured, and who asks them."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`name` is also its operationName, by which the floor knows what to answer."""

    name: str
    text: str
    user: str
    label: str
    variables: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        return {"operationName": self.name, "query": self.text, "variables": self.variables}


_FLAT = """
query Flat($first: Int!) {
  me { client { invoices(first: $first) { nodes {
    number period issueDate dueDate description total status
  } } } }
}
"""
DASHBOARD = Operation(
    name="Dashboard",
    user="tercero",
    label="página principal",
    text="""
query Dashboard {
  me { client {
    name
    invoices(first: 20) {
      nodes {
        number description issueDate dueDate total status
        contract { number property { address } }
        payments { paidAt amount payment { method } }
      }
      pageInfo { hasNextPage }
    }
    pqrs(first: 10) { nodes { filingNumber subject status filedAt dueDate } }
    payouts(first: 10) { nodes { number period paidDate net } }
  } }
}
""",
)
FLAT_20 = Operation(name="Flat", user="propietario", label="lista de 20", text=_FLAT, variables={"first": 20})
FLAT_100 = Operation(name="Flat", user="propietario", label="lista de 100", text=_FLAT, variables={"first": 100})


def one(invoice_id: str) -> Operation:
    """A single invoice by its id."""
    return Operation(
        name="One",
        user="propietario",
        label="una factura",
        text="query One($id: ID!) { invoice(id: $id) { number period issueDate dueDate description total status } }",
        variables={"id": invoice_id},
    )


FIRST_INVOICE = "{ me { client { invoices(first: 1) { nodes { id } } } } }"
MINE = "{ me { client { invoices(first: 100) { nodes { id payable } } } } }"
INVOICES = "query ($first: Int!) { me { client { invoices(first: $first) { nodes { id } } } } }"
PDF = "query ($id: ID!) { invoice(id: $id) { pdf { byteSize contentBase64 } } }"
LOGIN = """
mutation ($login: String!, $password: String!) {
  login(input: {login: $login, password: $password}) { ... on SessionPayload { accessToken } }
}
"""
FILE_PQRS = """
mutation ($input: CreatePqrsInput!) { createPqrs(input: $input) { ... on PqrsPayload { pqrs { filingNumber } } } }
"""
