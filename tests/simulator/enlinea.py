"""A merchant of EnLinea with its server and a payer, for the tests of the simulator."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import httpx

from tests.simulator.support import Arrived, MerchantServer, Page, World

SECRETS = {"usuario": "simulador", "llavemd5": "51d0a1b2c3d4e5f60718293a4b5c6d7e"}
CLAVE = "clave-del-simulador"
URLBACK = "http://agencia.test/callbacks/enlinea/acc1/INV0001234A01?k=5ad9aa&v=%C3%B1"
FORM = {
    **SECRETS,
    "referencia": "INV0001234A01",
    "moneda": "COP",
    "valor": "1850000",
    "iva": "0",
    "baseiva": "0",
    "descripcion": "Canon de arrendamiento, marzo de 2026",
    "urlback": URLBACK,
    "nombres": "Ana Lucía",
    "apellidos": "Ruiz Peña",
    "email": "ana.ruiz@example.com",
    "documentonumero": "52123456",
    "telefono": "3001234567",
    "direccion": "Calle 1 # 2-3",
}
REST_BODY = {
    "username": SECRETS["usuario"],
    "key_webservice": SECRETS["llavemd5"],
    "reference": "INV0001234A01",
    "currency": "COP",
    "value": "1850000.00",
    "iva": "0",
    "value_base_iva": "0",
    "description": "Canon de arrendamiento",
    "url_back": "http://agencia.test/aviso",
    "url_redirect": "http://portal.test/pagos/vuelta?intento=7",
    "person_data": {"person_name": "Ana", "person_lastname": "Ruiz", "person_email": "ana@example.com"},
}
PSE = "/secure/webservices/WS_PSE.do"
CARD = "/secure/webservices/ProcesarTarjetaCredito.do"


def envelope(operation: str, arguments: dict[str, str]) -> bytes:
    """A call in SOAP 1.1 and ISO-8859-1."""
    body = ElementTree.Element(f"{{http://DefaultNamespace}}{operation}")
    for name, value in arguments.items():
        ElementTree.SubElement(body, name).text = value
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    root = ElementTree.Element(f"{{{soap}}}Envelope")
    ElementTree.SubElement(root, f"{{{soap}}}Body").append(body)
    return bytes(ElementTree.tostring(root, encoding="iso-8859-1"))


def xml(answer: httpx.Response) -> ElementTree.Element:
    """The document that the simulator answered."""
    return ElementTree.fromstring(answer.content)  # noqa: S314 - the simulator's own


@dataclass
class EnLineaWorld:
    """The simulator's EnLinea side with a payer's browser, and the merchant's server."""

    world: World

    @property
    def browser(self) -> httpx.AsyncClient:
        return self.world.browser

    @property
    def merchant(self) -> MerchantServer:
        return self.world.merchant

    async def ask_for_link(self, **changes: str | None) -> httpx.Response:
        form = {name: value for name, value in {**FORM, **changes}.items() if value is not None}
        return await self.browser.post("/secure/gangway/index.do", data=form)

    async def opened(self, **changes: str | None) -> str:
        """The link of a new checkout."""
        answer = await self.ask_for_link(**changes)
        assert answer.status_code == 200
        return str(json.loads(answer.text)["link"])

    async def opened_by_rest(self, **changes: Any) -> str:
        answer = await self.browser.post("/app/webservice/webcheckout/rest", json={**REST_BODY, **changes})
        assert answer.status_code == 200
        return str(answer.json()["link"])

    async def page(self, link: str) -> Page:
        return await self.world.follow(await self.browser.get(link))

    async def press(self, page: Page, button: str, **filled: str) -> Page:
        return await self.world.follow(await self.world.press(page, button, **filled))

    async def scenario(self, *script: str, reference: str = "INV0001234A01") -> dict[str, Any]:
        body = {"gateway": "enlinea", "reference": reference, "script": script}
        answer = await self.browser.post("/_sim/scenarios", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def played(self, *script: str, **changes: str | None) -> Sequence[Arrived]:
        """Opens a checkout, plays the script on it, and answers what arrived at the merchant's server."""
        await self.opened(**changes)
        reference = changes.get("referencia") or FORM["referencia"]
        assert (await self.scenario(*script, reference=reference))["state"] == "played"
        return self.merchant.arrived

    async def switched(self, **switches: str | bool) -> None:
        """The simulator's merchant with other switches."""
        body = {"gateway": "enlinea", **SECRETS, "clave": CLAVE, **switches}
        assert (await self.browser.post("/_sim/merchants", json=body)).status_code == 200

    async def order(self) -> dict[str, Any]:
        """The newest checkout."""
        return (await self.world.orders())[-1]

    async def call(self, operation: str, address: str = PSE, **arguments: str) -> httpx.Response:
        return await self.browser.post(
            address,
            content=envelope(operation, {"usuario": SECRETS["usuario"], "clave": CLAVE} | SECRETS | arguments),
            headers={"Content-Type": "text/xml; charset=iso-8859-1", "SOAPAction": f"{address}/{operation}"},
        )

    async def told(self, operation: str, address: str = PSE, **arguments: str) -> dict[str, str]:
        """The outputs of an operation."""
        answer = await self.call(operation, address, **arguments)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "text/xml; charset=iso-8859-1"
        answered = xml(answer).find(f".//{{http://DefaultNamespace}}{operation}Response")
        assert answered is not None
        return {element.tag: element.text or "" for element in answered}

    async def result(self, number: str) -> dict[str, str]:
        return await self.told("Confirma_Respuesta_Pago", numerotransaccion=number)

    async def card_result(self, number: str) -> dict[str, str]:
        return await self.told("Confirmar_Transaccion", CARD, numerodetransaccion=number)


def number_of(page: Page) -> str:
    """The transaction's number on a page."""
    match = re.search(r"Transacción\s+(\d{9})", page.text)
    assert match is not None, page.text
    return match[1]
