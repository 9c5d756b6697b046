"""SOAP 1.1 as the platform's services speak it: one operation with texts in, texts out.

Both ways in ISO-8859-1. The answer is read without its types, namespaces and nesting (the platform's tool kit puts
results into elements apart and refers to them): only the innermost elements and their texts matter.
"""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from adapters.enlinea.dialects import NAMESPACE
from adapters.enlinea.texts import decoded

CONTENT_TYPE = "text/xml; charset=iso-8859-1"
_ENVELOPE = (
    '<?xml version="1.0" encoding="ISO-8859-1"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:def="{namespace}">'
    "<soapenv:Body><def:{operation}>{arguments}</def:{operation}></soapenv:Body></soapenv:Envelope>"
)
_MAX_TEXT = 500


class BadAnswer(Exception):
    """What came is no SOAP answer; the message says why, and holds no data."""


class Fault(Exception):
    """The service answered that it cannot deal with this call; the message is its text."""


def envelope(operation: str, arguments: Mapping[str, str]) -> bytes:
    """A call of the operation with its arguments in their order."""
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in arguments.items())
    text = _ENVELOPE.format(namespace=NAMESPACE, operation=operation, arguments=inner)
    return text.encode("iso-8859-1", "xmlcharrefreplace")


def answered(body: bytes, content_type: str) -> dict[str, str]:
    """The innermost elements of the answer's body by their names, without blanks around their texts. Fault where it
    reports one; BadAnswer for what is not well formed, declares types or entities, has no body, or says two things by
    one name."""
    try:
        # As text, so that no declaration can name an encoding that the parser does not know.
        root = fromstring(decoded(body, content_type), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BadAnswer(type(error).__name__) from error
    found: dict[str, str] = {}
    if _local(root.tag) != "Envelope" or all(_local(child.tag) != "Body" for child in root):
        raise BadAnswer("no envelope")
    for element in root.iter():
        name = _local(element.tag)
        if name == "Fault":
            raise Fault(" ".join("".join(element.itertext()).split())[:_MAX_TEXT])
        if len(element):
            continue
        text = (element.text or "").strip()[:_MAX_TEXT]
        if not text:
            found.setdefault(name, "")
        elif found.get(name) not in (None, "", text):
            raise BadAnswer(f"two of {name[:40]}")
        else:
            found[name] = text
    return found


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
