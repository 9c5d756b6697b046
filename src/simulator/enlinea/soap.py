"""SOAP 1.1 as the platform's services speak it: ISO-8859-1, Axis style, one element for each output."""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from starlette.requests import Request
from starlette.responses import Response

NAMESPACE = "http://DefaultNamespace"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_ENCODING = "iso-8859-1"


class BadSoap(Exception):
    """A request that is no call; the text is a sentence in Spanish."""


@dataclass(frozen=True, slots=True)
class Call:
    """An operation and its arguments by name."""

    operation: str
    arguments: Mapping[str, str]


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def read_call(body: bytes) -> Call:
    """The call in an envelope. Raises BadSoap; a document type is refused, so that no entity can be declared."""
    if b"<!DOCTYPE" in body.upper():
        raise BadSoap("El mensaje no puede declarar un DOCTYPE.")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - without a document type there is nothing to expand
    except (ElementTree.ParseError, LookupError, ValueError):
        raise BadSoap("El mensaje no es XML bien formado.") from None
    content = root.find(f"{{{_ENVELOPE}}}Body")
    if root.tag != f"{{{_ENVELOPE}}}Envelope" or content is None or len(content) != 1:
        raise BadSoap("El mensaje no es un sobre SOAP 1.1 con una sola operación.")
    operation = content[0]
    return Call(_local(operation.tag), {_local(argument.tag): (argument.text or "").strip() for argument in operation})


def _xml(text: str, status: int = 200) -> Response:
    return Response(
        text.encode(_ENCODING, "xmlcharrefreplace"), status, {"Content-Type": f"text/xml; charset={_ENCODING}"}
    )


def _envelope(content: str, status: int = 200) -> Response:
    return _xml(
        f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<soapenv:Envelope xmlns:soapenv="{_ENVELOPE}" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<soapenv:Body>{content}</soapenv:Body></soapenv:Envelope>",
        status,
    )


def answer(operation: str, outputs: Mapping[str, str]) -> Response:
    """The outputs of an operation, each in an element of its name."""
    members = "".join(f'<{name} xsi:type="xsd:string">{escape(value)}</{name}>' for name, value in outputs.items())
    return _envelope(f'<ns1:{operation}Response xmlns:ns1="{NAMESPACE}">{members}</ns1:{operation}Response>')


def fault(message: str) -> Response:
    """A SOAP fault, with HTTP 500 as SOAP 1.1 asks."""
    return _envelope(
        f"<soapenv:Fault><faultcode>soapenv:Client</faultcode><faultstring>{escape(message)}</faultstring>"
        "</soapenv:Fault>",
        500,
    )


def wsdl(request: Request, service: str, operations: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]) -> Response:
    """A minimal description: for each operation its inputs and its outputs, all of them texts."""
    address = f"{request.base_url.scheme}://{request.base_url.netloc}{request.url.path}"
    messages, port, binding = [], [], []
    for name, (inputs, outputs) in operations.items():
        for suffix, parts in (("Request", inputs), ("Response", outputs)):
            listed = "".join(f'<wsdl:part name="{part}" type="xsd:string"/>' for part in parts)
            messages.append(f'<wsdl:message name="{name}{suffix}">{listed}</wsdl:message>')
        port.append(
            f'<wsdl:operation name="{name}"><wsdl:input message="impl:{name}Request"/>'
            f'<wsdl:output message="impl:{name}Response"/></wsdl:operation>'
        )
        body = f'<soap:body use="encoded" namespace="{NAMESPACE}"/>'
        binding.append(
            f'<wsdl:operation name="{name}"><soap:operation soapAction={quoteattr(f"{address}/{name}")}/>'
            f"<wsdl:input>{body}</wsdl:input><wsdl:output>{body}</wsdl:output></wsdl:operation>"
        )
    return _xml(
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
        f'<wsdl:definitions targetNamespace="{NAMESPACE}" xmlns:impl="{NAMESPACE}" '
        'xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" '
        'xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        f'{"".join(messages)}<wsdl:portType name="{service}">{"".join(port)}</wsdl:portType>'
        f'<wsdl:binding name="{service}SoapBinding" type="impl:{service}">'
        '<soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>'
        f'{"".join(binding)}</wsdl:binding><wsdl:service name="{service}Service">'
        f'<wsdl:port name="{service}" binding="impl:{service}SoapBinding"><soap:address location={quoteattr(address)}/>'
        "</wsdl:port></wsdl:service></wsdl:definitions>"
    )
