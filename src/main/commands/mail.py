"""`portal mail`: reading the letters that development keeps in a folder instead of sending them."""

import json
from datetime import datetime

from adapters.mail.mailbox import FolderMailbox, KeptLetter
from domain.periods import BOGOTA
from main.commands.running import Failure
from main.settings import Settings

_SHOWN_OF_ID = 8


def show_all(settings: Settings, *, as_json: bool) -> None:
    """A line for each letter, the oldest first."""
    letters = list(FolderMailbox(settings.mail_folder).letters())
    if as_json:
        told = [
            {"id": it.id, "at": _at(it), "to": str(it.message["To"]), "subject": str(it.message["Subject"])}
            for it in letters
        ]
        print(json.dumps(told, ensure_ascii=False))
        return
    for it in letters:
        print(f"{it.id[:_SHOWN_OF_ID]}  {_at(it)}  {it.message['To']}  {it.message['Subject']}")
    if not letters:
        print("No hay correos guardados.")


def show(settings: Settings, start_of_id: str) -> None:
    """The whole of one, without an id of the newest; a Failure where none or several begin like that."""
    letter = _found(settings, start_of_id)
    for name in ("From", "To", "Subject", "Date"):
        print(f"{name}: {letter.message[name]}")
    for attachment in letter.attachments:
        print(f"Adjunto: {attachment}")
    print(f"\n{letter.text.strip()}")


def link(settings: Settings, start_of_id: str) -> None:
    """Where the button of one leads, likewise; a Failure where it has none."""
    address = _found(settings, start_of_id).link
    if address is None:
        raise Failure("Ese correo no tiene enlace.")
    print(address)


def _found(settings: Settings, start_of_id: str) -> KeptLetter:
    letter = FolderMailbox(settings.mail_folder).letter(start_of_id)
    if letter is None and not start_of_id:
        raise Failure("No hay correos guardados.")
    if letter is None:
        raise Failure(f"No hay un correo, y uno solo, que empiece por «{start_of_id}».")
    return letter


def _at(letter: KeptLetter) -> str:
    """In Bogotá, to the minute."""
    return datetime.fromtimestamp(letter.kept_at / 1e9, BOGOTA).strftime("%Y-%m-%d %H:%M")
