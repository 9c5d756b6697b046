"""The agency, what its sign-in form needs, and how it can be paid."""

from datetime import date

import strawberry

from application.ports.captcha import CaptchaChallenge as Challenge
from application.ports.reading import GatewaySetup
from application.use_cases.payments import GatewayAddresses
from domain.agencies import Agency as AgencyEntity
from domain.agencies import CaptchaProvider, Logo
from domain.payments import PaymentGatewayCode, PaymentMethod
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.files import Download
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.texts import METHODS_OF, PAY_WITH, gateway_status


@strawberry.type(description="Una forma de pagar en línea que la inmobiliaria tiene habilitada.")
class PaymentGateway:
    code: PaymentGatewayCode = field("Cuál es; se envía a startPayment.")
    label: str = field("Texto del botón: «Pagar con PayU».")
    methods: list[PaymentMethod] = field("Medios que el pagador puede elegir en su página.")

    @classmethod
    def of(cls, code: PaymentGatewayCode) -> "PaymentGateway":
        return cls(code=code, label=PAY_WITH[code], methods=list(METHODS_OF[code]))


@strawberry.type(
    description="La cuenta de la inmobiliaria en una pasarela. Sus credenciales se escriben y nunca se leen."
)
class GatewayAccount:
    code: PaymentGatewayCode = field("Pasarela.")
    enabled: bool = field("Si está habilitada.")
    ready: bool = field("Si hoy se pueden recibir pagos por ella.")
    test: bool = field("De pruebas: no mueve dinero real y en producción no sirve.")
    certified: bool = field("Falso mientras la conexión esté pendiente de certificación con el proveedor.")
    status_label: str = field(
        "Cómo está: «Activa», «De pruebas», «Deshabilitada», y si está pendiente de certificación."
    )
    notification_url: str | None = field(
        "Dirección de confirmación que se escribe en el panel de la pasarela; nula si la recibe con cada pago."
    )
    dispute_url: str | None = field("Dirección de notificación de disputas que se escribe en el panel de la pasarela.")

    @classmethod
    def of(cls, setup: GatewaySetup, addresses: GatewayAddresses) -> "GatewayAccount":
        ready, certified = addresses.is_ready(setup), addresses.is_certified(setup.gateway)
        return cls(
            code=setup.gateway,
            enabled=setup.enabled,
            ready=ready,
            test=setup.test,
            certified=certified,
            status_label=gateway_status(setup, ready=ready, certified=certified),
            notification_url=addresses.notices(setup),
            dispute_url=addresses.disputes(setup),
        )


@strawberry.type(
    description="La inmobiliaria a la que pertenece la sesión o el dominio desde el que se consulta. Pública."
)
class Agency(Node):
    slug: str = field("Nombre corto, el de la cabecera X-Agency.")
    name: str = field("Razón social o nombre comercial.")
    tax_id: str = field("NIT con dígito de verificación: 900123456-7.")
    phone: str | None = field("Teléfono de atención.")
    email: str | None = field("Correo de atención.")
    address: str | None = field("Dirección de la oficina.")
    city: str | None = field("Ciudad de la oficina.")
    landlord_registration: str | None = field("Matrícula de arrendador (Ley 820 de 2003, art. 28).")
    partial_payments_allowed: bool = field("Si admite abonos: pagar solo una parte del saldo.")
    privacy_policy_url: str | None = field("Política de tratamiento de datos personales.")
    privacy_policy_version: str | None = field("Cuál es la versión vigente de esa política.")
    privacy_policy_date: date | None = field("De cuándo es esa versión.")
    brand_color: str | None = field("Color de la inmobiliaria, como #1a6b54; nulo si no eligió uno.")
    stored_logo: strawberry.Private[Logo | None]

    @strawberry.field(description="Logotipo, en PNG o JPEG.")
    def logo(self) -> Download | None:
        if self.stored_logo is None:
            return None
        extension = self.stored_logo.content_type.rpartition("/")[2]
        return Download.of_bytes(f"logo.{extension}", self.stored_logo.content_type, self.stored_logo.content)

    @strawberry.field(description="Pasarelas habilitadas; vacía si la inmobiliaria no tiene pago electrónico.")
    def gateways(self, info: Info) -> list[PaymentGateway]:
        return info.context.loaders.gateways.load(True)

    @strawberry.field(description="Cuentas en las pasarelas, también las deshabilitadas; solo para el personal.")
    async def gateway_accounts(self, info: Info) -> list[GatewayAccount] | None:
        if not info.context.is_staff:
            return None
        addresses = info.context.use_cases.gateway_addresses
        return [GatewayAccount.of(it, addresses) for it in await info.context.loaders.gateway_setups.load(True)]

    @classmethod
    def of(cls, entity: AgencyEntity) -> "Agency":
        return cls(
            id=global_id("Agency", entity.id),
            slug=entity.slug,
            name=entity.name,
            tax_id=entity.nit,
            phone=entity.phone,
            email=entity.email,
            address=entity.address,
            city=entity.city,
            landlord_registration=entity.landlord_registration,
            partial_payments_allowed=entity.partial_payments_allowed,
            privacy_policy_url=entity.privacy_policy_url,
            privacy_policy_version=entity.privacy_policy_version,
            privacy_policy_date=entity.privacy_policy_on,
            brand_color=entity.brand_color,
            stored_logo=entity.logo,
        )


@strawberry.type(description="Lo que el formulario de acceso necesita para mostrar «No soy un robot».")
class CaptchaChallenge:
    provider: CaptchaProvider = field("Quién comprueba.")
    site_key: str | None = field("Clave pública del proveedor, si es reCAPTCHA o Turnstile.")
    challenge: str | None = field("Reto ALTCHA como JSON, si el proveedor es ALTCHA.")

    @classmethod
    def of(cls, challenge: Challenge) -> "CaptchaChallenge":
        return cls(provider=challenge.provider, site_key=challenge.site_key, challenge=challenge.challenge)
