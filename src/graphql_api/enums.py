"""Every enum of the schema with its Spanish descriptions, but those of payments."""

from application.filters import InvoiceOrder, PqrsOrder
from application.ports.jobs import JobKind
from application.use_cases.bulk_invitations import InvitationObstacle
from domain.accounts import AccountRole, AccountStatus
from domain.agencies import CaptchaProvider
from domain.clients import ClientProfile, IdentityDocumentType, PersonKind
from domain.contracts import ContractKind, ContractStatus, PartyRole
from domain.errors import FieldProblemCode
from domain.imports.sheets import ImportKind
from domain.invoices import InvoiceKind, InvoiceStatus
from domain.payouts import PayoutLineKind
from domain.personal_data import ConsentChannel, ConsentPurpose
from domain.pqrs import PqrsActor, PqrsClassification, PqrsMatter, PqrsMessageKind, PqrsStatus, PqrsSubject
from domain.properties import PropertyUse
from graphql_api.describe import described_enum

described_enum(
    FieldProblemCode,
    "Qué tiene de malo un campo.",
    {
        FieldProblemCode.REQUIRED: "Falta.",
        FieldProblemCode.INVALID: "No tiene la forma o el valor que se espera.",
        FieldProblemCode.TOO_LONG: "Es más largo de lo permitido.",
        FieldProblemCode.NOT_FOUND: "Nombra algo que no existe o que no es de quien pregunta.",
        FieldProblemCode.DUPLICATE: "Ya existe otro igual.",
        FieldProblemCode.WEAK: "La contraseña es demasiado fácil de adivinar.",
        FieldProblemCode.MISMATCH: "No coincide con el campo que debe repetir.",
        FieldProblemCode.NOT_ALLOWED: "No se puede usar, o no lo puede usar quien pregunta.",
    },
)
described_enum(
    CaptchaProvider,
    "Quién comprueba que no es un robot.",
    {
        CaptchaProvider.ALTCHA: "Prueba de trabajo propia, sin servicios externos.",
        CaptchaProvider.RECAPTCHA: "Google reCAPTCHA.",
        CaptchaProvider.TURNSTILE: "Cloudflare Turnstile.",
        CaptchaProvider.NONE: "Ninguno; solo en desarrollo.",
    },
)
described_enum(
    AccountRole,
    "Qué puede hacer una cuenta.",
    {
        AccountRole.CLIENT: "Cliente: ve lo suyo.",
        AccountRole.STAFF: "Personal de la inmobiliaria: ve todo lo de la inmobiliaria.",
        AccountRole.ADMIN: "Personal que además administra la inmobiliaria.",
    },
)
described_enum(
    AccountStatus,
    "Estado de una cuenta.",
    {
        AccountStatus.INVITED: "Invitada: aún no tiene contraseña.",
        AccountStatus.ACTIVE: "Activa.",
        AccountStatus.LOCKED: "Bloqueada por intentos fallidos.",
        AccountStatus.DISABLED: "Deshabilitada por la inmobiliaria.",
    },
)
described_enum(
    ConsentPurpose,
    "Para qué se usan los datos personales.",
    {
        ConsentPurpose.SERVICE: "Prestar el servicio contratado; no requiere autorización y no se puede retirar.",
        ConsentPurpose.COLLECTION: "Mensajes de cobro por correo. Sin ella no se recuerda lo vencido.",
        ConsentPurpose.COMMERCIAL: "Ofertas y novedades.",
    },
)
described_enum(
    ConsentChannel,
    "Por dónde decidió la persona.",
    {
        ConsentChannel.PORTAL: "En el área de clientes.",
        ConsentChannel.PAPER: "En un documento firmado.",
        ConsentChannel.PHONE: "Por teléfono, en una llamada grabada.",
        ConsentChannel.EMAIL: "Por correo electrónico.",
    },
)
described_enum(
    PersonKind,
    "Clase de persona.",
    {PersonKind.NATURAL: "Persona natural.", PersonKind.LEGAL: "Persona jurídica."},
)
described_enum(
    IdentityDocumentType,
    "Tipo de documento de identidad.",
    {
        IdentityDocumentType.CC: "Cédula de ciudadanía.",
        IdentityDocumentType.CE: "Cédula de extranjería.",
        IdentityDocumentType.NIT: "Número de identificación tributaria.",
        IdentityDocumentType.PAS: "Pasaporte.",
        IdentityDocumentType.PPT: "Permiso por protección temporal.",
        IdentityDocumentType.TI: "Tarjeta de identidad.",
    },
)
described_enum(
    ClientProfile,
    "Qué es el cliente para la inmobiliaria, según todos sus contratos, también los terminados.",
    {
        ClientProfile.TENANT: "Inquilino (arrendatario).",
        ClientProfile.OWNER: "Propietario.",
        ClientProfile.TENANT_OWNER: "Inquilino y propietario.",
        ClientProfile.NONE: "Ninguno; por ejemplo, quien solo es codeudor.",
    },
)
described_enum(
    PropertyUse,
    "Uso del inmueble.",
    {
        PropertyUse.HOUSING: "Vivienda.",
        PropertyUse.RETAIL: "Local comercial.",
        PropertyUse.OFFICE: "Oficina.",
        PropertyUse.WAREHOUSE: "Bodega.",
        PropertyUse.OTHER: "Otro.",
    },
)
described_enum(
    ContractKind,
    "Clase de contrato.",
    {
        ContractKind.LEASE: "Arrendamiento: la inmobiliaria arrienda el inmueble al inquilino.",
        ContractKind.MANAGEMENT: "Administración: el propietario encarga el inmueble a la inmobiliaria.",
    },
)
described_enum(
    ContractStatus,
    "Estado de un contrato.",
    {ContractStatus.ACTIVE: "Vigente.", ContractStatus.TERMINATED: "Terminado."},
)
described_enum(
    PartyRole,
    "Papel de una persona en un contrato.",
    {
        PartyRole.TENANT: "Inquilino (arrendatario).",
        PartyRole.CO_DEBTOR: "Codeudor (deudor solidario).",
        PartyRole.OWNER: "Propietario.",
    },
)
described_enum(
    InvoiceKind,
    "Clase de factura.",
    {
        InvoiceKind.RENT: "De arrendamiento, al inquilino.",
        InvoiceKind.COMMISSION: "De comisión, al propietario.",
    },
)
described_enum(
    InvoiceStatus,
    "Estado de una factura.",
    {
        InvoiceStatus.ISSUED: "Facturado: emitida y sin pagos.",
        InvoiceStatus.PARTIALLY_PAID: "Abonada: pagada en parte.",
        InvoiceStatus.PAID: "Pagada.",
        InvoiceStatus.VOIDED: "Anulada: no se debe.",
    },
)
described_enum(
    InvoiceOrder,
    "Orden de una lista de facturas.",
    {
        InvoiceOrder.NEWEST: "Las emitidas más recientemente primero.",
        InvoiceOrder.OLDEST: "Las más antiguas primero.",
        InvoiceOrder.DUE_FIRST: "Las que vencen antes primero.",
    },
)
described_enum(
    PqrsOrder,
    "Orden de una lista de PQRS.",
    {
        PqrsOrder.NEWEST: "Las radicadas más recientemente primero.",
        PqrsOrder.DUE_FIRST: "Las que vencen antes primero.",
    },
)
described_enum(
    PayoutLineKind,
    "Concepto de un renglón de la liquidación al propietario.",
    {
        PayoutLineKind.RENT: "Canon recibido.",
        PayoutLineKind.VAT: "IVA del canon.",
        PayoutLineKind.COMMISSION: "Comisión de la inmobiliaria.",
        PayoutLineKind.COMMISSION_VAT: "IVA de la comisión.",
        PayoutLineKind.WITHHOLDING: "Retenciones.",
        PayoutLineKind.EXPENSE: "Gastos a cargo del propietario.",
        PayoutLineKind.ADJUSTMENT: "Ajuste.",
    },
)
described_enum(
    PqrsActor,
    "De qué lado viene un mensaje.",
    {PqrsActor.CLIENT: "Del cliente.", PqrsActor.AGENCY: "De la inmobiliaria."},
    name="MessageAuthor",
)
described_enum(
    PqrsMatter,
    "Lo que pide una PQRS, en cuanto cambia su término legal.",
    {
        PqrsMatter.GENERAL: "Lo que sea, salvo lo que dicen los otros valores.",
        PqrsMatter.DOCUMENTS: "Una petición de documentos o de información: 10 días hábiles.",
        PqrsMatter.PERSONAL_DATA: (
            "Datos personales (Ley 1581 de 2012): consultarlos es una petición, 10 días hábiles; corregirlos o "
            "suprimirlos es un reclamo, 15."
        ),
    },
)
described_enum(
    PqrsMessageKind,
    "Qué es un mensaje dentro de su PQRS.",
    {
        PqrsMessageKind.MESSAGE: "Un mensaje cualquiera, o una nota interna.",
        PqrsMessageKind.ANSWER: "La respuesta de la inmobiliaria.",
        PqrsMessageKind.EXTENSION: "Por qué la inmobiliaria responderá más tarde; en dueDate, hasta cuándo.",
        PqrsMessageKind.REOPENING: "Por qué el cliente la reabrió.",
    },
)
described_enum(
    PqrsStatus,
    "Estado de una PQRS.",
    {
        PqrsStatus.PENDING: "Pendiente.",
        PqrsStatus.IN_PROGRESS: "En trámite.",
        PqrsStatus.ANSWERED: "Respondida.",
        PqrsStatus.CLOSED: "Cerrada.",
    },
)
described_enum(
    PqrsClassification,
    "Clase de PQRS.",
    {
        PqrsClassification.PETITION: "Petición.",
        PqrsClassification.COMPLAINT: "Queja.",
        PqrsClassification.CLAIM: "Reclamo.",
        PqrsClassification.SUGGESTION: "Sugerencia.",
    },
)
described_enum(
    PqrsSubject,
    "Asunto de una PQRS.",
    {
        PqrsSubject.GENERAL_INFORMATION: "Información general.",
        PqrsSubject.LEGAL: "Jurídico.",
        PqrsSubject.PAYMENTS: "Pagos.",
        PqrsSubject.REPAIRS: "Reparaciones.",
        PqrsSubject.UTILITIES: "Servicios públicos.",
        PqrsSubject.CONTRACT_TERMINATION: "Terminación de contrato.",
        PqrsSubject.OTHER: "Otros.",
    },
)
described_enum(
    InvitationObstacle,
    "Por qué no se invita a un cliente.",
    {
        InvitationObstacle.NO_EMAIL: "No tiene correo registrado.",
        InvitationObstacle.HAS_ACCOUNT: "Ya tiene cuenta, en cualquier estado.",
        InvitationObstacle.EMAIL_TAKEN: "Otra cuenta, u otro cliente de la lista, tiene su correo.",
        InvitationObstacle.USERNAME_TAKEN: "Otra cuenta, u otro cliente de la lista, tiene su número de documento.",
    },
)
described_enum(
    ImportKind,
    "Qué registros trae un archivo del sistema administrativo.",
    {
        ImportKind.CLIENTS: "Clientes (clientes.csv).",
        ImportKind.PROPERTIES: "Inmuebles (inmuebles.csv).",
        ImportKind.CONTRACTS: "Contratos (contratos.csv).",
        ImportKind.INVOICES: "Facturas (facturas.csv).",
        ImportKind.PAYMENTS: "Pagos recibidos (pagos.csv).",
        ImportKind.PAYOUTS: "Egresos: pagos a propietarios (egresos.csv).",
    },
)
described_enum(
    JobKind,
    "Qué hace un trabajo en segundo plano.",
    {
        JobKind.ASK_GATEWAY: "Preguntar a la pasarela por un pago.",
        JobKind.OPEN_RESET: "Preparar el enlace de quien olvidó su contraseña.",
        JobKind.POLL_AGENCY: "Buscar los pagos por los que hay que preguntar.",
        JobKind.RECONCILE_AGENCY: "Guardar el informe de un día.",
        JobKind.REMIND_AGENCY: "Recordar las facturas vencidas y por vencer.",
        JobKind.SEND_MAIL: "Escribir un correo.",
    },
)
