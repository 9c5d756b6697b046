"""What the staff do about findings."""

from typing import Annotated

import strawberry

from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.ids import named
from graphql_api.refusals import InvalidInput, InvalidTransition, NotFound
from graphql_api.types.findings import Finding


@strawberry.type(description="El hallazgo.")
class FindingPayload:
    finding: Finding = field("El hallazgo, como quedó.")


FindingResult = Annotated[
    FindingPayload | InvalidInput | NotFound | InvalidTransition,
    strawberry.union("FindingResult", description="El hallazgo como quedó, o por qué no se pudo."),
]


@strawberry.type
class FindingMutations:
    @strawberry.mutation(
        description=(
            "Da por resuelto un hallazgo, con una nota de lo que se hizo. Uno de un pago en revisión se resuelve "
            "decidiendo sobre el pago. Para el personal."
        )
    )
    async def resolve_finding(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="El hallazgo.")],  # noqa: A002
        note: Annotated[str, strawberry.argument(description="Qué se hizo; 500 letras a lo sumo.")],
    ) -> FindingResult:
        key = named(id, "Finding")
        await info.context.use_cases.resolve_finding(info.context.viewer, finding_id=key, note=note)
        return FindingPayload(finding=await (await info.context.reread()).findings.load(key))
