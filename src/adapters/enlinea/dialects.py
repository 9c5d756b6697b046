"""What the platform calls things: paths, field names and status words, by dialect.

Nothing of this is published by the vendor. Each table says where its words come from, and is the place to correct them
when the manual is at hand; the code beside reads the tables and knows no word of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.gateway_reports import ReportedState
from domain.payments import PaymentMethod

GANGWAY: Final = "gangway"
WEBCHECKOUT_REST: Final = "webcheckout_rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationWords:
    """How a checkout is opened. Fields without a name here are not sent.

    `reference_copies` carry the reference once more, because the status services answer with these and not with the
    reference. `base_is_the_rest`: the platform wants tax and base to add up to the amount. `encodes_return_twice`: the
    return address is percent-encoded once more than a form asks for. `charset` is the form's. `link_names` are where
    the link is looked for first in the answer.
    """

    path: str
    sends_json: bool
    user: str
    key: str
    reference: str
    currency: str
    amount: str
    tax: str
    tax_base: str
    description: str
    return_url: str
    untaxed: str = ""
    account: str = ""
    browser_url: str = ""
    person: str = ""
    names: str = ""
    surnames: str = ""
    email: str = ""
    document_number: str = ""
    document_type: str = ""
    phone: str = ""
    reference_copies: tuple[str, ...] = ()
    description_limit: int = 200
    base_is_the_rest: bool = False
    encodes_return_twice: bool = False
    charset: str = "UTF-8"
    link_names: tuple[str, ...] = ("link", "url")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnWords:
    """What comes back with the payer's browser, or as a copy from the platform: unsigned, a hint and no more."""

    reference: tuple[str, ...]
    transaction: tuple[str, ...]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusService:
    """A SOAP operation that tells about one transaction by its number.

    `states` are read whatever their case. `failed` is its word for having nothing to say, `unknown_number` what its
    text then contains when there is no such transaction. `amount` is empty where the service tells none: then the
    amount is the one the checkout was opened with. `reference` are fields that carry our reference and nothing else,
    `description` those that contain it. `method` holds where the field `bank` is filled in, if there is one;
    `debit` are pieces of what tells a debit card in the field `card`.
    """

    path: str
    operation: str
    number: str
    answer: str
    states: Mapping[str, ReportedState]
    failed: str
    unknown_number: tuple[str, ...]
    failure_text: tuple[str, ...]
    reference: tuple[str, ...]
    method: PaymentMethod
    amount: str = ""
    description: tuple[str, ...] = ()
    bank_reference: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    date: str = ""
    time: str = ""
    bank: str = ""
    card: str = ""
    debit: tuple[str, ...] = ("deb", "déb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One way of talking to the platform. `status` are asked in order, the next when one has nothing to say; without
    any, nothing can be asked and payments are settled by the settlement file."""

    creation: CreationWords
    returns: ReturnWords
    status: tuple[StatusService, ...] = field(default_factory=tuple)


NAMESPACE: Final = "http://DefaultNamespace"
USER, PASSWORD, KEY = "usuario", "clave", "llavemd5"
"""The first three arguments of every SOAP operation (integrators of WS_PSE and of the card vault)."""

_NO_SUCH_NUMBER = ("no existe", "no encontrad", "inexistente")

PSE_STATUS = StatusService(
    path="/secure/webservices/WS_PSE.do",
    operation="Confirma_Respuesta_Pago",
    number="numerotransaccion",
    answer="respuesta",
    states={
        "OK": ReportedState.APPROVED,
        "PENDING": ReportedState.PENDING,
        "NOT_AUTHORIZED": ReportedState.DECLINED,
        "FAILED": ReportedState.DECLINED,
    },
    failed="error",
    unknown_number=_NO_SUCH_NUMBER,
    failure_text=("errorsms",),
    amount="total_con_iva",
    reference=("referencia", "info_opcional1", "extra1"),
    description=("descripcion_pago",),
    bank_reference=("str_codigo_transaccion",),
    code=("int_estado_pago",),
    date="fechatransaccion",
    time="horatransaccion",
    bank="str_nombre_banco",
    method=PaymentMethod.PSE,
)
"""Source: integrators of WS_PSE.do on a deployment of the same platform; FAILED is PSE's own word."""

CARD_STATUS = StatusService(
    path="/secure/webservices/ProcesarTarjetaCredito.do",
    operation="Confirmar_Transaccion",
    number="numerodetransaccion",
    answer="respuesta",
    states={
        "aprobada": ReportedState.APPROVED,
        "pendiente": ReportedState.PENDING,
        "rechazada": ReportedState.DECLINED,
    },
    failed="error",
    unknown_number=_NO_SUCH_NUMBER,
    failure_text=("errorsms", "mensajesistema"),
    reference=("referencia", "extra1", "info_opcional1"),
    description=("descripcionpago", "descripcion_pago"),
    bank_reference=("numerodeautorizacion",),
    code=("codigoderespuesta",),
    date="fechatransaccion",
    card="TARJETAtipo",
    method=PaymentMethod.CREDIT_CARD,
)
"""Source: the same integrators; the path is by analogy. It tells no amount."""

DIALECTS: Final[Mapping[str, Dialect]] = {
    GANGWAY: Dialect(
        # Source: integrators of enlineapagos.com and of sister deployments; the extra fields are those of its services.
        creation=CreationWords(
            path="/secure/gangway/index.do",
            sends_json=False,
            user="usuario",
            key="llavemd5",
            reference="referencia",
            currency="moneda",
            amount="valor",
            tax="iva",
            tax_base="baseiva",
            description="descripcion",
            return_url="urlback",
            names="nombres",
            surnames="apellidos",
            email="email",
            document_number="documentonumero",
            phone="telefono",
            reference_copies=("extra1", "info_opcional1"),
            base_is_the_rest=True,
        ),
        returns=ReturnWords(reference=("referencia",), transaction=("nrotransaccion",), told=("respuesta",)),
        status=(PSE_STATUS, CARD_STATUS),
    ),
    WEBCHECKOUT_REST: Dialect(
        # Source: plug-ins of sister deployments in Ecuador and Bolivia.
        creation=CreationWords(
            path="/app/webservice/webcheckout/rest",
            sends_json=True,
            user="username",
            key="key_webservice",
            account="account_id",
            reference="reference",
            currency="currency",
            amount="value",
            tax="iva",
            tax_base="value_base_iva",
            untaxed="value_base_not_iva",
            description="description",
            return_url="url_back",
            browser_url="url_redirect",
            person="person_data",
            names="person_name",
            surnames="person_lastname",
            email="person_email",
            document_number="person_document",
            document_type="person_document_type",
            phone="person_phone",
            base_is_the_rest=True,
        ),
        returns=ReturnWords(reference=("reference",), transaction=("payment_reference",), told=("response",)),
    ),
}


def dialect_of(name: str) -> Dialect:
    """The dialect of a merchant account, gangway unless it names one; ValueError for a name that is none."""
    if name and name not in DIALECTS:
        raise ValueError(f"not a dialect of EnLineaPagos: {name!r}")
    return DIALECTS[name or GANGWAY]
