"""What people authorised about their data."""

from datetime import datetime

import strawberry

from domain.personal_data import Consent as ConsentEntity
from domain.personal_data import ConsentChannel, ConsentPurpose
from graphql_api.context import Context
from graphql_api.describe import field


@strawberry.type(description="Una decisión sobre el uso de los datos personales; es la prueba de ella y no cambia.")
class Consent:
    purpose: ConsentPurpose = field("Para qué.")
    granted: bool = field("Si lo autoriza.")
    policy_version: str = field("Versión de la política de datos bajo la que se decidió.")
    recorded_at: datetime = field("Cuándo.")
    channel: ConsentChannel = field("Por dónde llegó la decisión.")

    @classmethod
    def of(cls, entity: ConsentEntity, context: Context) -> "Consent":
        return cls(
            purpose=entity.purpose,
            granted=entity.granted,
            policy_version=entity.policy_version,
            recorded_at=entity.at,
            channel=entity.channel,
        )
