"""A mail server on this machine that takes letters, or answers as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope


@dataclass
class MailServer:
    """`received` in order; `answer` is what it says to a letter, `to_recipient` to each address. `lost`: it takes a
    letter and is gone before it says so."""

    received: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answer: str = "250 OK"
    to_recipient: str = "250 OK"
    lost: bool = False
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?from=avisos@portal.example"

    async def handle_RCPT(  # noqa: N802 (the library's name)
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.received.append(message_from_bytes(envelope.content, _class=EmailMessage, policy=default))
            self.recipients.append(list(envelope.rcpt_tos))
        if self.lost:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return self.answer


@asynccontextmanager
async def opened(mail: MailServer, port: int = 0) -> AsyncIterator[MailServer]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mail, loop=loop), "127.0.0.1", port)
    mail.port = server.sockets[0].getsockname()[1]
    try:
        yield mail
    finally:
        server.close()
