"""Background jobs that failed for good: what the staff sees of them, and putting one back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from application.access import require_staff
from application.ports.jobs import FailedJob as FailedJobEntity
from application.ports.jobs import JobKind
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.ids import global_id, key_of
from graphql_api.refusals import NotFound

_FEW, _MOST = 20, 100
_NO_JOB = UUID(int=0)


@strawberry.type(description="Un trabajo en segundo plano que falló varias veces y no se repite solo.")
class FailedJob:
    id: strawberry.ID = field("Identificador opaco.")
    kind: JobKind = field("Qué hace.")
    subject: str = field("Sobre qué era: una referencia o identificadores, sin datos de nadie.")
    attempts: int = field("Cuántas veces se intentó.")
    failed_at: datetime = field("Cuándo falló la última vez.")
    detail: str | None = field("El error y su lugar en el programa.")

    @classmethod
    def of(cls, entity: FailedJobEntity) -> "FailedJob":
        return cls(
            id=global_id("FailedJob", UUID(int=entity.id)),
            kind=entity.kind,
            subject=entity.subject,
            attempts=entity.attempts,
            failed_at=entity.failed_at,
            detail=entity.detail,
        )


@strawberry.type(description="El trabajo volvió a la cola.")
class RetryJobPayload:
    failed_jobs: list[FailedJob] = field("Los que siguen fallidos, los más recientes primero.")


RetryJobResult = Annotated[
    RetryJobPayload | NotFound,
    strawberry.union("RetryJobResult", description="Los que siguen fallidos, o que ese ya no lo está."),
]


@strawberry.type
class FailedJobQueries:
    @strawberry.field(
        description="Trabajos en segundo plano que fallaron y no se repiten solos, los más recientes primero. Para el "
        "personal."
    )
    async def failed_jobs(
        self,
        info: Info,
        first: Annotated[int | None, strawberry.argument(description="Cuántos; 100 a lo sumo.")] = _FEW,
    ) -> list[FailedJob]:
        require_staff(info.context.viewer)
        number = _FEW if first is None else first
        if not 0 <= number <= _MOST:
            raise InvalidInput(FieldProblem("first", FieldProblemCode.INVALID, reason="page_size", limit=_MOST))
        return [FailedJob.of(job) for job in await info.context.reading.failed_jobs(first=number)]


@strawberry.type
class FailedJobMutations:
    @strawberry.mutation(description="Vuelve a poner en la cola un trabajo que falló. Para el personal.")
    async def retry_job(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="El de failedJobs.")],  # noqa: A002
    ) -> RetryJobResult:
        job_id = (key_of(id, "FailedJob") or _NO_JOB).int
        await info.context.use_cases.retry_job(info.context.viewer, job_id=min(job_id, 2**63 - 1))
        await info.context.reread()
        left = await info.context.reading.failed_jobs(first=_FEW)
        return RetryJobPayload(failed_jobs=[FailedJob.of(job) for job in left])
