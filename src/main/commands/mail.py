"""`portal mail`: reading the letters that development keeps in a folder instead of sending them."""

import json

from adapters.mail.mailbox import FolderMailbox
from main.commands.running import Failure
from main.settings import Settings

_SHOWN_OF_ID = 8


def show_all(settings: Settings, *, as_json: bool) -> None:
    """A line for each letter, the oldest first."""
    letters = list(FolderMailbox(settings.mail_folder).letters())
    if as_json:
        told = [{"id": it.id, "to": str(it.message["To"]), "subject": str(it.message["Subject"])} for it in letters]
        print(json.dumps(told, ensure_ascii=False))
        return
    for it in letters:
        print(f"{it.id[:_SHOWN_OF_ID]}  {it.message['To']}  {it.message['Subject']}")
    if not letters:
        print("No hay correos guardados.")


def show(settings: Settings, start_of_id: str) -> None:
    """The whole of one; a Failure where none or several begin like that."""
    letter = FolderMailbox(settings.mail_folder).letter(start_of_id)
    if letter is None:
        raise Failure(f"No hay un correo, y uno solo, que empiece por «{start_of_id}».")
    for name in ("From", "To", "Subject", "Date"):
        print(f"{name}: {letter.message[name]}")
    for attachment in letter.attachments:
        print(f"Adjunto: {attachment}")
    print(f"\n{letter.text.strip()}")
