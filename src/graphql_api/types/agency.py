"""The agency, what its sign-in form needs, and how it can be paid."""

import strawberry

from application.ports.captcha import CaptchaChallenge as Challenge
from domain.agencies import Agency as AgencyEntity
from domain.agencies import CaptchaProvider, Logo
from domain.payments import PaymentGatewayCode, PaymentMethod
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.files import Download
from graphql_api.ids import global_id
from graphql_api.node import Node
from graphql_api.texts import METHODS_OF, PAY_WITH


@strawberry.type(description="Una forma de pagar en línea que la inmobiliaria tiene habilitada.")
class PaymentGateway:
    code: PaymentGatewayCode = field("Cuál es; se envía a startPayment.")
    label: str = field("Texto del botón: «Pagar con PayU».")
    methods: list[PaymentMethod] = field("Medios que el pagador puede elegir en su página.")

    @classmethod
    def of(cls, code: PaymentGatewayCode) -> "PaymentGateway":
        return cls(code=code, label=PAY_WITH[code], methods=list(METHODS_OF[code]))


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
