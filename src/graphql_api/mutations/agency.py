"""What the agency's administrators decide about it."""

from typing import Annotated, Any

import strawberry

from application.attachments import SentFile
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.files import FileInput
from graphql_api.mutations.gateways import AgencyPayload, UpdateAgencyResult

UNSET = strawberry.UNSET


@strawberry.input(description="Lo ausente no cambia; nulo borra lo que puede faltar.")
class UpdateAgencyInput:
    name: str | None = field("Razón social o nombre comercial; no se borra.", default=UNSET)
    phone: str | None = field("Teléfono de atención.", default=UNSET)
    email: str | None = field("Correo de atención.", default=UNSET)
    address: str | None = field("Dirección de la oficina.", default=UNSET)
    city: str | None = field("Ciudad de la oficina.", default=UNSET)
    logo: FileInput | None = field("PNG o JPEG de 200 KB a lo sumo; aparece en los documentos.", default=UNSET)
    landlord_registration: str | None = field("Matrícula de arrendador (Ley 820 de 2003, art. 28).", default=UNSET)
    partial_payments_allowed: bool | None = field("Si admite abonos; no se borra.", default=UNSET)
    return_urls: list[str] | None = field(
        "Páginas a las que puede volver quien paga: direcciones https exactas, 20 a lo sumo. Nulo las quita todas.",
        default=UNSET,
    )
    privacy_policy_url: str | None = field(
        "Dirección https de la política de tratamiento de datos personales.", default=UNSET
    )
    brand_color: str | None = field("Color de los correos, como #1a6b54; nulo deja el de siempre.", default=UNSET)


_SETTINGS = {
    "name": "name",
    "phone": "phone",
    "email": "email",
    "address": "address",
    "city": "city",
    "landlord_registration": "landlord_registration",
    "partial_payments_allowed": "partial_payments",
    "return_urls": "return_urls",
    "privacy_policy_url": "privacy_policy_url",
    "brand_color": "brand_color",
}


def _logo(given: Any) -> SentFile | bool | None:
    if given is UNSET:
        return True
    return SentFile(given.file_name, given.content_base64) if given is not None else None


@strawberry.type
class AgencyMutations:
    @strawberry.mutation(
        description=(
            "Cambia los datos de la inmobiliaria, su logotipo y lo que permite su área de clientes. Solo para "
            "administradores."
        )
    )
    async def update_agency(
        self,
        info: Info,
        input: Annotated[UpdateAgencyInput, strawberry.argument(description="Qué cambia.")],  # noqa: A002
    ) -> UpdateAgencyResult:
        given = {setting: getattr(input, name) for name, setting in _SETTINGS.items()}
        changes = {setting: value for setting, value in given.items() if value is not UNSET}
        await info.context.use_cases.update_agency(info.context.viewer, changes, logo=_logo(input.logo))
        return AgencyPayload(agency=await (await info.context.reread()).agency.load(True))
