"""The use cases of rights over one's own data, put together."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from adapters.archive.packer import ZipDataPacker
from adapters.postgres.personal_data.export import PostgresHeldData
from application.ports.clock import Clock
from application.ports.rate_limits import RateLimiter
from application.ports.unit_of_work import UnitOfWorkFactory
from application.use_cases.personal_data import EraseClient, ExportPersonalData, RecordConsent


def rights_over_data(
    engine: AsyncEngine, unit_of_work: UnitOfWorkFactory, limiter: RateLimiter, clock: Clock
) -> dict[str, Any]:
    """By their names in `UseCases`."""
    return {
        "erase_client": EraseClient(limiter=limiter, unit_of_work=unit_of_work, clock=clock),
        "export_personal_data": ExportPersonalData(
            reader=PostgresHeldData(engine),
            packer=ZipDataPacker(),
            limiter=limiter,
            unit_of_work=unit_of_work,
            clock=clock,
        ),
        "record_consent": RecordConsent(unit_of_work=unit_of_work, clock=clock),
    }
