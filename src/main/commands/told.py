"""What commands have in common: whom they are about, and how they say what they did."""

import json
from typing import Annotated, Any

import typer

Slug = Annotated[str, typer.Argument(help="Nombre corto de la inmobiliaria.")]
AsJson = Annotated[bool, typer.Option("--json", help="Escribe el resultado como JSON.")]


def say(sentence: str, told: dict[str, Any], *, as_json: bool) -> None:
    """The result, for a person or for a program."""
    print(json.dumps(told, ensure_ascii=False) if as_json else sentence)
