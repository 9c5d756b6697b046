"""What each of the neighbours finds by going from one thing to the next, and the ids that are theirs to ask for."""

from dataclasses import dataclass

from graphql_api.ids import parse_id
from tests.graphql_api.neighbours import CLIENTS, STAFF, Neighbours
from tests.graphql_api.selections import everything_of, ids_in, parts_of
from tests.graphql_api.town import Answer

LISTS = {
    "accounts": "Account",
    "clients": "Client",
    "contracts": "Contract",
    "findings": "Finding",
    "invoices": "Invoice",
    "paymentIntents": "PaymentIntent",
    "payments": "Payment",
    "payouts": "Payout",
    "pqrs": "Pqrs",
    "properties": "Property",
    "reconciliations": "Reconciliation",
}
"""Of the root, and what is in them."""
INTENT = f"query Pago($it: String!) {{ paymentIntent(reference: $it) {{ {everything_of('PaymentIntent', depth=1)} }} }}"
PEOPLE = [*CLIENTS.values(), *STAFF]
_IN_ONE_OPERATION = 300
"""Fields; a few more are allowed."""
LOOKING = [*PEOPLE, "b.ana", "b.olga", "b.sara"]
"""Who looks around: everybody here, and of the other agency one of each kind."""


@dataclass(frozen=True)
class Surroundings:
    """`texts`: the answers that a person gets; `found`: the ids in them; `ids`: all that are one's own to ask for."""

    neighbours: Neighbours
    texts: dict[str, str]
    found: dict[str, set[str]]
    ids: dict[str, set[str]]

    @classmethod
    async def of(cls, neighbours: Neighbours) -> "Surroundings":
        views = {
            name: await (look_around if name in LOOKING else _look_at_oneself)(neighbours, name)
            for name in neighbours.people
        }
        ids = {name: set(found) for name, (_, found) in views.items()}
        for start in ("", "b."):
            # No list shows the ended lease of one's own property.
            ended = await neighbours.town.ask('{ contracts(search: "ARR-0") { nodes { id } } }', by=f"{start}sara")
            ids[f"{start}olga"] |= set(ids_in(ended.data))
        texts = {name: text for name, (text, _) in views.items()}
        return cls(neighbours, texts, {name: found for name, (_, found) in views.items()}, ids)

    @property
    def everything(self) -> set[str]:
        """Every id of both agencies."""
        return set[str]().union(*self.ids.values())

    def own(self, name: str | None, kind: str) -> list[str]:
        """A person's ids of a kind; of a visitor, those of the agency that the visit is to."""
        ids = self.ids[name] if name else {key for key in self.ids["ana"] if kind_of(key) == "Agency"}
        return sorted(key for key in ids if kind_of(key) == kind)

    def foreign(self, name: str | None, kind: str) -> list[str]:
        """One id of a kind in each agency that is not the person's, where there is one."""
        own = self.own(name, kind)
        agencies = [set[str]().union(*(self.ids[start + one] for one in PEOPLE)) for start in ("", "b.")]
        found = [[key for key in sorted(ids) if kind_of(key) == kind and key not in own] for ids in agencies]
        return [keys[0] for keys in found if keys]

    async def numbered(self, list_name: str, number: str, *, by: str = "sara") -> str:
        """The id of a thing by its number or code, as staff find it."""
        town, field = self.neighbours.town, "code" if list_name in ("clients", "properties") else "number"
        answer = await town.ask(f"{{ {list_name}(first: 100) {{ nodes {{ id {field} }} }} }}", by=by)
        (key,) = [node["id"] for node in answer.data[list_name]["nodes"] if node[field] == number]
        return str(key)


def kind_of(key: str) -> str:
    parsed = parse_id(key)
    assert parsed is not None
    return parsed[0]


async def ask_node(neighbours: Neighbours, by: str | None, key: str) -> list[Answer]:
    """All about a thing by its id, in as many operations as its size asks for."""
    name = kind_of(key)
    answers = []
    for part in parts_of(name, depth=1 if name == "Client" else 2, most=_IN_ONE_OPERATION):
        query = f"query Todo($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {part} }} }} }}"
        answers.append(await neighbours.town.ask(query, by=by, agency=None if by else "andina", id=key))
    return answers


async def _look_at_oneself(neighbours: Neighbours, by: str) -> tuple[str, set[str]]:
    answer = await neighbours.town.ask("{ me { id sessions { id } } }", by=by)
    return answer.text, set(ids_in(answer.data))


async def look_around(neighbours: Neighbours, by: str) -> tuple[str, set[str]]:
    """All answers' texts, and all ids in them."""
    town = neighbours.town
    texts, found = [], set[str]()
    for query in (
        f"{{ me {{ {everything_of('Account', depth=1)} }} }}",
        f"{{ agency {{ {everything_of('Agency', depth=1)} }} }}",
        *(
            f"{{ {name}(first: 50) {{ nodes {{ {everything_of(row, depth=0)} }} totalCount }} }}"
            for name, row in LISTS.items()
        ),
    ):
        answer = await town.ask(query, by=by)
        texts.append(answer.text)
        found |= set(ids_in(answer.body.get("data")))
    for reference in neighbours.references.values():
        answer = await town.ask(INTENT, by=by, it=reference)
        texts.append(answer.text)
        found |= set(ids_in(answer.data))
    asked = set[str]()
    while waiting := found - asked:
        asked |= waiting
        for key in sorted(waiting):
            for answer in await ask_node(neighbours, by, key):
                texts.append(answer.text)
                assert answer.data["node"] is not None, (by, answer.text)
                found |= set(ids_in(answer.data))
    return "\n".join(texts), found
