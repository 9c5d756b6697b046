"""Checks what a merchant asks to be paid, whichever way it asks."""

import re
from collections.abc import Mapping
from decimal import Decimal

from simulator.addresses import decoded_once, web_address
from simulator.enlinea.merchants import EnLineaMerchant
from simulator.enlinea.model import Dialect, Purchase
from simulator.enlinea.world import World
from simulator.money import parse_amount

_REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CURRENCIES = ("COP", "USD")
_LONGEST = 500

GANGWAY_REQUIRED = ("referencia", "moneda", "valor", "iva", "baseiva", "descripcion", "urlback")
"""What the form must bring besides the secrets; the payer's data only fill the page."""

REST_REQUIRED = ("reference", "currency", "value", "description", "url_back", "url_redirect")
PSE_REQUIRED = ("referencia", "total_con_iva", "valor_iva", "descripcion_pago", "email", "url_retorno", "codigo_banco")


class Refused(Exception):
    """EnLinea opens nothing; the message is in Spanish."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def _complete(fields: Mapping[str, str], required: tuple[str, ...]) -> None:
    if missing := [name for name in required if not fields.get(name, "").strip()]:
        raise Refused(f"Faltan datos: {', '.join(missing)}")
    for name, text in fields.items():
        if len(text) > _LONGEST or _CONTROL.search(text):
            raise Refused(f"El campo {name[:40]} es demasiado largo o tiene caracteres no permitidos")


def _amount(fields: Mapping[str, str], name: str) -> Decimal:
    try:
        return parse_amount(fields.get(name) or "0")
    except ValueError:
        raise Refused(f"El campo {name} debe ser un número con punto decimal y sin separador de miles") from None


def _address(fields: Mapping[str, str], name: str) -> str:
    url = decoded_once(fields[name])
    if not web_address(url):
        raise Refused(f"El campo {name} debe ser una dirección http o https")
    return url


def _sound(purchase: Purchase) -> Purchase:
    if _REFERENCE.fullmatch(purchase.reference) is None:
        raise Refused("La referencia sólo admite hasta 40 letras sin tilde, números, guion y guion bajo")
    if purchase.currency not in _CURRENCIES:
        raise Refused(f"La moneda debe ser {' o '.join(_CURRENCIES)}")
    if purchase.amount <= 0:
        raise Refused("El valor debe ser mayor que cero")
    return purchase


def check_gangway(form: Mapping[str, str], world: World) -> tuple[EnLineaMerchant, Purchase]:
    """The merchant and the purchase of the hosted checkout's form.

    Raises Refused: secrets, required fields, sizes, amounts, and `valor` that is not base and tax together when there
    is tax.
    """
    merchant = world.merchant_with(form.get("usuario", ""), form.get("llavemd5", ""))
    if merchant is None:
        raise Refused("Usuario o llave no válidos")
    _complete(form, GANGWAY_REQUIRED)
    amount, tax, base = _amount(form, "valor"), _amount(form, "iva"), _amount(form, "baseiva")
    if tax > 0 and amount != base + tax:
        raise Refused("El valor debe ser la suma de baseiva e iva")
    purchase = Purchase(
        dialect=Dialect.GANGWAY,
        reference=form["referencia"],
        currency=form["moneda"],
        amount=amount,
        tax=tax,
        tax_base=base,
        description=form["descripcion"],
        return_url=_address(form, "urlback"),
        names=form.get("nombres", ""),
        surnames=form.get("apellidos", ""),
        email=form.get("email", ""),
        document=form.get("documentonumero", ""),
        phone=form.get("telefono", ""),
        address=form.get("direccion", ""),
    )
    return merchant, _sound(purchase)


def check_rest(body: Mapping[str, str], person: Mapping[str, str], world: World) -> tuple[EnLineaMerchant, Purchase]:
    """The merchant and the purchase of the REST dialect; `key_webservice` is `llavemd5`. Raises Refused."""
    merchant = world.merchant_with(body.get("username", ""), body.get("key_webservice", ""))
    if merchant is None or merchant.account_id not in ("", body.get("account_id", "")):
        raise Refused("Usuario, llave o cuenta no válidos")
    _complete(body, REST_REQUIRED)
    tax = _amount(body, "iva")
    base = _amount(body, "value_base_iva" if "value_base_iva" in body else "value_base_not_iva")
    purchase = Purchase(
        dialect=Dialect.REST,
        reference=body["reference"],
        currency=body["currency"],
        amount=_amount(body, "value"),
        tax=tax,
        tax_base=base,
        description=body["description"],
        return_url=_address(body, "url_redirect"),
        notify_url=_address(body, "url_back"),
        names=person.get("person_name", ""),
        surnames=person.get("person_lastname", ""),
        email=person.get("person_email", ""),
        document=person.get("person_document", ""),
        phone=person.get("person_phone", ""),
        city=person.get("person_city", ""),
        address=person.get("person_direction", ""),
    )
    if len(purchase.description) > 200:
        raise Refused("La descripción supera 200 caracteres")
    return merchant, _sound(purchase)


def check_iniciar_pago(arguments: Mapping[str, str]) -> Purchase:
    """The purchase of Iniciar_Pago, whose secrets have been checked. Raises Refused."""
    _complete(arguments, PSE_REQUIRED)
    amount, tax = _amount(arguments, "total_con_iva"), _amount(arguments, "valor_iva")
    return _sound(
        Purchase(
            dialect=Dialect.PSE,
            reference=arguments["referencia"],
            currency="COP",
            amount=amount,
            tax=tax,
            tax_base=amount - tax if tax else Decimal(0),
            description=arguments["descripcion_pago"],
            return_url=_address(arguments, "url_retorno"),
            names=arguments.get("nombre_cliente", ""),
            surnames=arguments.get("apellido_cliente", ""),
            email=arguments["email"],
            document=arguments.get("id_cliente", ""),
            phone=arguments.get("telefono_cliente", ""),
            address=arguments.get("direccion", ""),
            country=arguments.get("pais", ""),
            city=arguments.get("ciudad", ""),
            information=(
                arguments.get("info_opcional1", ""),
                arguments.get("info_opcional2", ""),
                arguments.get("info_opcional3", ""),
            ),
        )
    )
