"""Settings from the environment, and the secrets that development makes for itself."""

import hashlib
import hmac
import json
import os
import secrets
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.enlinea.addresses import LIVE_HOSTS as ENLINEA_HOSTS
from adapters.enlinea.addresses import LIVE_URL as ENLINEA_URL
from adapters.mail.mailbox import FolderMailbox
from adapters.mail.smtp import NoMailServer, SmtpMailer
from adapters.payu.addresses import LIVE_HOSTS, PAYU_HOSTS
from adapters.web.addresses import LOOPBACK, require_address
from application.ports.mail import Mailer

_SECRET_LENGTH = 32
_NO_DATABASE = "falta PORTAL_DATABASE_URL: el PostgreSQL incluido es solo para desarrollo"


class SettingsError(Exception):
    """The settings do not allow to start; the text is for the operator."""


class Profile(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """The environment variables PORTAL_…; what is absent has the value for development."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", extra="ignore")

    profile: Profile = Profile.DEVELOPMENT
    database_url: str | None = Field(default=None, repr=False)
    app_database_url: str | None = Field(default=None, repr=False)
    data_dir: Path = Path("var")
    public_url: str | None = None
    secret_key: str | None = Field(default=None, repr=False)
    previous_secret_keys: str = Field(default="", repr=False)
    payu_checkout_url: str = "http://127.0.0.1:8001/ppp-web-gateway-payu/"
    payu_api_url: str = "http://127.0.0.1:8001/payments-api/4.0/service.cgi"
    payu_reports_url: str = "http://127.0.0.1:8001/reports-api/4.0/service.cgi"
    enlinea_url: str | None = None
    enlinea_rest_url: str | None = None
    smtp_url: str | None = Field(default=None, repr=False)
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    database_pool: int = Field(default=10, ge=2, le=200)

    @property
    def is_production(self) -> bool:
        return self.profile is Profile.PRODUCTION

    @property
    def payu_hosts(self) -> frozenset[str]:
        """Where PayU may be: outside production also its place for tests, or a simulator on this machine."""
        return LIVE_HOSTS if self.is_production else PAYU_HOSTS | LOOPBACK

    @property
    def enlinea_hosts(self) -> frozenset[str]:
        """Where EnLineaPagos may be, and the pages it sends payers to."""
        return ENLINEA_HOSTS if self.is_production else ENLINEA_HOSTS | LOOPBACK

    @property
    def enlinea_base(self) -> str:
        """Where EnLineaPagos is: as given, else its own address in production and the simulator's elsewhere."""
        return self.enlinea_url or (ENLINEA_URL if self.is_production else "http://127.0.0.1:8001")

    def check_database(self) -> None:
        """Refuse (SettingsError) the embedded database in production. Migrating needs no more than this."""
        if self.is_production and not self.database_url:
            raise SettingsError(f"No se puede en producción: {_NO_DATABASE}.")

    def check(self) -> None:
        """Refuse (SettingsError), all at once, what production must not start with; anywhere a short key, and gateways
        at addresses that are not PayU's."""
        problems: list[str] = []
        if not self.is_production:
            if self.secret_key is not None and len(self.secret_key) < _SECRET_LENGTH:
                problems.append(f"PORTAL_SECRET_KEY debe tener al menos {_SECRET_LENGTH} caracteres")
            ours = "debe ser una dirección https de {} o la de un simulador en este equipo"
            problems += [f"{name} {ours.format(whose)}" for name, whose in self._gateways_elsewhere()]
            problems += self._problems_of_mail()
            _refuse("No se puede iniciar", problems)
            return
        if not self.database_url:
            problems.append(_NO_DATABASE)
        if not self.secret_key or len(self.secret_key) < _SECRET_LENGTH or len(set(self.secret_key)) < 10:
            problems.append(f"PORTAL_SECRET_KEY debe ser un texto al azar de al menos {_SECRET_LENGTH} caracteres")
        if not self.public_url or not _is_https(self.public_url):
            problems.append("PORTAL_PUBLIC_URL debe ser la dirección https del servicio")
        theirs = "debe ser la dirección https de {}, no un simulador ni su ambiente de pruebas"
        problems += [f"{name} {theirs.format(whose)}" for name, whose in self._gateways_elsewhere()]
        problems += self._problems_of_mail()
        _refuse("No se puede iniciar en producción", problems)

    @property
    def mail_folder(self) -> Path:
        """Where letters are kept in development, where there is no mail server."""
        return self.data_dir / "mail"

    def mailer(self) -> Mailer:
        """The mail server, in development without one a folder; in production letters then wait in the queue."""
        host = urlsplit(self.public_url or "").hostname or "localhost"
        if self.smtp_url is not None:
            return SmtpMailer(self.smtp_url, service_host=host)
        return NoMailServer() if self.is_production else FolderMailbox(self.mail_folder)

    def _problems_of_mail(self) -> list[str]:
        try:
            self.mailer()
        except ValueError:
            return ["PORTAL_SMTP_URL debe ser smtp://usuario:clave@equipo:puerto?from=correo, o smtps://"]
        return []

    def _gateways_elsewhere(self) -> list[tuple[str, str]]:
        """Names of those that are nowhere where their gateway may be, and whose they should be."""
        of_payu = {name: getattr(self, name) for name in ("payu_checkout_url", "payu_api_url", "payu_reports_url")}
        of_enlinea = {name: getattr(self, name) for name in ("enlinea_url", "enlinea_rest_url")}
        found = []
        for whose, hosts, addresses in (
            ("PayU", self.payu_hosts, of_payu),
            ("EnLineaPagos", self.enlinea_hosts, of_enlinea),
        ):
            for name, url in addresses.items():
                try:
                    if url is not None:
                        require_address(url, hosts, whose=whose)
                except ValueError:
                    found.append((f"PORTAL_{name.upper()}", whose))
        return found


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)


def _refuse(sentence: str, problems: list[str]) -> None:
    if problems:
        raise SettingsError(f"{sentence}: {'; '.join(problems)}.")


class Secrets:
    """What must be kept from everybody. Production gives the key; development makes one and keeps it in the data
    directory, with the password of the serving role."""

    def __init__(self, settings: Settings) -> None:
        self._file = settings.data_dir / "secrets.json"
        self._given = settings.secret_key
        self._previous = settings.previous_secret_keys.split()

    @property
    def key(self) -> str:
        return self._given or self._kept("secret_key")

    @property
    def keys(self) -> list[str]:
        """The key, and those before it, which still open what they closed."""
        return [self.key, *self._previous]

    @property
    def app_password(self) -> str:
        return self._kept("app_password")

    @property
    def altcha(self) -> bytes:
        """A key of its own for signing challenges, derived so that one secret is enough to keep."""
        return hmac.digest(self.key.encode(), b"altcha", hashlib.sha256)

    @property
    def enlinea(self) -> bytes:
        """A key of its own for the tokens of return addresses, likewise."""
        return hmac.digest(self.key.encode(), b"enlinea", hashlib.sha256)

    @property
    def audit(self) -> tuple[bytes, ...]:
        """Keys of their own for the record of what was done; the first makes its hashes, all are known in it."""
        return tuple(hmac.digest(key.encode(), b"audit", hashlib.sha256) for key in self.keys)

    @property
    def links(self) -> bytes:
        """A key of its own for the tokens of one-time links, likewise."""
        return hmac.digest(self.key.encode(), b"links", hashlib.sha256)

    def _kept(self, name: str) -> str:
        stored = self._read()
        if name not in stored:
            stored[name] = secrets.token_urlsafe(32)
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part = self._file.with_suffix(f".{os.getpid()}")
            part.touch(mode=0o600)
            part.write_text(json.dumps(stored))
            try:
                os.link(part, self._file)  # whoever is first decides; later names are added below
            except FileExistsError:
                stored = self._read() | {key: value for key, value in stored.items() if key not in self._read()}
                part.write_text(json.dumps(stored))
                part.replace(self._file)
            finally:
                part.unlink(missing_ok=True)
        return stored[name]

    def _read(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads(self._file.read_text())
        except FileNotFoundError:
            return {}
        return found
