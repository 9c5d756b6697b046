"""Delivery to a mail server."""

import ipaddress
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from adapters.mail.message import Sender, compose
from application.ports.mail import Mail, Mailer, MailRefused, MailUnavailable

_SECONDS = 20
_TRY_AGAIN_SECONDS = 30
_FIRST_OF_LASTING = 500
"""Answers from this number on will not change by themselves."""


class SmtpMailer(Mailer):
    """Hands letters to the server at `url`: `smtp://[user:password@]host[:port][?from=address]`, or `smtps://` for TLS
    from the first byte. With `smtp` TLS is begun where the server offers it, and is required before a password is sent
    to another machine. Without `from`, letters come from `no-responder@` the host of the service.
    """

    def __init__(self, url: str, *, service_host: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("not the address of a mail server")
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname
        self._port = parts.port or (465 if self._tls else 587 if parts.username else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._sender = Sender(parse_qs(parts.query).get("from", [f"no-responder@{service_host}"])[0])
        if self._sender.address.count("@") != 1:
            raise ValueError("from is not an address")

    async def send(self, mail: Mail) -> None:
        message = compose(mail, self._sender)
        must_hide = self._user is not None and not _is_this_machine(self._host)
        try:
            await aiosmtplib.send(
                message,
                sender=self._sender.address,
                recipients=[mail.address],
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                start_tls=False if self._tls else True if must_hide else None,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            _sort(max(refusal.code for refusal in error.recipients), error)
        except (aiosmtplib.SMTPDataError, aiosmtplib.SMTPSenderRefused) as error:
            _sort(error.code, error)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            # A wrong password too: somebody will mend it, and the letters are still there.
            raise MailUnavailable(_TRY_AGAIN_SECONDS) from error


class NoMailServer(Mailer):
    """None was named: letters wait in the queue until one is."""

    async def send(self, mail: Mail) -> None:
        raise MailUnavailable(_TRY_AGAIN_SECONDS)


def _sort(code: int, error: Exception) -> None:
    if code >= _FIRST_OF_LASTING:
        raise MailRefused(f"the mail server answered {code}") from error
    raise MailUnavailable(_TRY_AGAIN_SECONDS) from error


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
