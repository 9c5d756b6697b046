"""Who the demo shows, and how the demo's agency is set up. Nobody here exists; the passwords are for development."""

from dataclasses import dataclass
from pathlib import Path

from domain.accounts import AccountRole

FOLDER = Path(__file__).parents[3] / "examples" / "inmobiliaria-andina"
LOGO = FOLDER / "logo.png"

SLUG = "andina"
NAME = "Inmobiliaria Andina S.A.S."
TAX_ID = "900123456-8"

FRONT_ENDS = ("http://localhost:3000", "http://localhost:5173")
"""Where front ends run while they are developed: Next.js and Vite, by their defaults."""

SETTINGS = {
    "phone": "(606) 888 1234",
    "email": "clientes@andina.example",
    "address": "Carrera 23 # 62-39, oficina 801",
    "city": "Manizales",
    "landlord_registration": "17001-0284 de 2009",
    "privacy_policy_url": "https://andina.example/tratamiento-de-datos",
    "captcha": "none",
    "origins": ",".join(FRONT_ENDS),
    "return_urls": ",".join(f"{origin}{path}" for origin in FRONT_ENDS for path in ("/", "/pagos")),
}

PAYU_SANDBOX = {
    "enabled": "true",
    "merchant_id": "508029",
    "account_id": "512321",
    "api_login": "pRRXKOl8ikMmt9u",
    "api_key": "4Vj8eK4rloUd272L48hsrarnUA",
}
"""PayU's public test merchant, as PayU's documentation prints it."""

ENLINEA_SIMULATOR = {
    "enabled": "true",
    "usuario": "simulador",
    "clave": "clave-del-simulador",
    "llavemd5": "51d0a1b2c3d4e5f60718293a4b5c6d7e",
}
"""The simulator's own merchant: EnLineaPagos publishes none for tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account of the demo. `shows`: what to sign in for."""

    username: str
    password: str
    email: str
    role: AccountRole
    client: str | None
    shows: str


PEOPLE = (
    Person(
        username="inquilino",
        password="tinto-y-arepa-7",  # noqa: S106
        email="t376@correo7.example",
        role=AccountRole.CLIENT,
        client="T00376",
        shows="facturas por pagar y vencidas, un abono, una anulada, saldo a favor",
    ),
    Person(
        username="propietario",
        password="guayabo-florido-3",  # noqa: S106
        email="t69@correo7.example",
        role=AccountRole.CLIENT,
        client="T00069",
        shows="seis inmuebles, dos de ellos compartidos, egresos y comisiones",
    ),
    Person(
        username="tercero",
        password="cumbia-y-ajiaco-5",  # noqa: S106
        email="t90@correo7.example",
        role=AccountRole.CLIENT,
        client="T00090",
        shows="inquilina y propietaria: paga un arriendo y recibe tres",
    ),
    Person(
        username="personal",
        password="paramo-frailejon-84",  # noqa: S106
        email="cartera@andina.example",
        role=AccountRole.STAFF,
        client=None,
        shows="toda la inmobiliaria; entre con este usuario a GraphiQL",
    ),
)
