"""What is held about somebody as a ZIP: JSON for a program, with the files beside it."""

import asyncio
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from adapters.spanish import formatting
from application.ports.documents import Document
from application.ports.personal_data import DataPacker, HeldData

_ABOUT = (
    "Esto es todo lo que la inmobiliaria conserva sobre usted en el área de clientes (Ley 1581 de 2012, artículos 8 y "
    "14). Las fechas con hora están en tiempo universal; los valores en mayúsculas son los códigos del sistema."
)
_LEFT_OUT = "Archivos que no cupieron aquí y puede descargar en su solicitud"


class ZipDataPacker(DataPacker):
    async def pack(self, data: HeldData, *, agency: str, at: datetime) -> Document:
        return await asyncio.to_thread(_packed, data, agency, at)


def _packed(data: HeldData, agency: str, at: datetime) -> Document:
    told: dict[str, object] = {"Inmobiliaria": agency, "Generado": formatting.moment(at), "Qué es": _ABOUT}
    if data.left_out:
        told[_LEFT_OUT] = data.left_out
    told["Datos"] = {section.heading: [_plain(row) for row in section.rows] for section in data.sections}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, "datos.json", json.dumps(told, ensure_ascii=False, indent=2).encode(), at)
        for path, file in data.files.items():
            _write(archive, path, file, at)
    return Document("datos-personales.zip", "application/zip", content.getvalue())


def _write(archive: zipfile.ZipFile, path: str, content: bytes, at: datetime) -> None:
    """With the moment of the export, and not that of the machine."""
    entry = zipfile.ZipInfo(path, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(name): _plain(part) for name, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case None | bool() | int() | str():
            return value
    raise TypeError(type(value))
