"""Agencies as their operator sets them up, from the command line; no viewer may."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit
from uuid import uuid4

from application.access import Scope
from application.ports.captcha import captcha_secret_place
from application.ports.clock import Clock
from application.ports.reading import Entry, Readings
from application.ports.secrets import SecretBox
from application.ports.unit_of_work import UnitOfWorkFactory
from application.text import problem_of_text
from domain.agencies import Agency, CaptchaProvider, Logo
from domain.audit import AuditAction
from domain.clients import IdentityDocumentType
from domain.errors import AgencyNotFound, FieldProblem, FieldProblemCode, InvalidInput
from domain.identity import BadDocument, DocumentNumber, is_email
from domain.ids import AgencyId

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)
_COLOR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_FEW_DAYS = re.compile(r"[0-9]|1[0-5]", re.ASCII)
_TEXTS = {
    "name": 200,
    "phone": 40,
    "email": 254,
    "address": 200,
    "city": 100,
    "landlord_registration": 100,
    "captcha.site_key": 200,
    "privacy_policy_version": 60,
}
_SWITCHES = {"true": True, "false": False}
LOGO_LIMIT = 200 * 1024
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindAgency:
    """The agency of a slug or host; AgencyNotFound for any other."""

    unit_of_work: UnitOfWorkFactory

    async def __call__(self, key: str) -> Agency:
        async with self.unit_of_work(Scope(agency_key=key)) as uow:
            found = await uow.agencies.by_key(key)
        if found is None:
            raise AgencyNotFound
        async with self.unit_of_work(Scope.of_agency(found)) as uow:
            agency = await uow.agencies.get(found)
        if agency is None:
            raise AgencyNotFound
        return agency


@dataclass(frozen=True, slots=True, kw_only=True)
class MayCall:
    """Whether a page of a web origin may call the API of the agency that host or slug name. For anybody.

    Where they name none, which a browser's preflight cannot do, it is enough that some agency lists the origin: the
    request itself is checked again with its header.
    """

    unit_of_work: UnitOfWorkFactory
    readings: Readings

    async def __call__(self, origin: str, host: str, slug: str | None) -> bool:
        try:
            async with self.readings.enter(Entry(token_hash=None, host=host, slug=slug)) as reading:
                return origin in (await reading.agency()).origins
        except AgencyNotFound:
            if slug is not None:
                return False
        async with self.unit_of_work(Scope(origin_key=origin)) as uow:
            return await uow.agencies.knows_origin(origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAgency:
    """A new agency, whose sign-in asks ALTCHA's question and which takes no payments online yet.

    `tax_id` is the NIT with its check digit. InvalidInput for a slug that is not lower-case letters, digits and
    hyphens, a NIT whose digit does not match, and DUPLICATE slugs and hosts.
    """

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    async def __call__(self, *, slug: str, name: str, tax_id: str, hosts: tuple[str, ...] = ()) -> Agency:
        nit = _nit(tax_id)
        problems = [
            None if _SLUG.fullmatch(slug) and len(slug) <= 60 else FieldProblem("slug", FieldProblemCode.INVALID),
            FieldProblem("name", FieldProblemCode.REQUIRED) if not name.strip() else None,
            problem_of_text("name", name, limit=_TEXTS["name"]),
            None if nit else FieldProblem("tax_id", FieldProblemCode.INVALID, "nit"),
            *(FieldProblem("host", FieldProblemCode.INVALID) for host in hosts if not _HOST.fullmatch(host.lower())),
        ]
        _refuse(problems)
        agency = Agency(
            id=AgencyId(uuid4()),
            slug=slug,
            name=name.strip(),
            tax_id=nit.number if nit else "",
            check_digit=(nit.check_digit if nit else None) or 0,
        )
        async with self.unit_of_work(Scope.of_operator(agency.id)) as uow:
            await uow.agencies.add(agency, hosts=hosts)
            told, entity = {"slug": slug, "hosts": hosts}, ("Agency", agency.id)
            await uow.audit.record(AuditAction.AGENCY_CREATED, at=self.clock.now(), entity=entity, changes=told)
            await uow.commit()
        return agency


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAgency:
    """Change an agency's settings. `logo` is the content of a PNG or JPEG.

    `settings` by name: name, phone, email, address, city, landlord_registration, privacy_policy_url,
    privacy_policy_version (its name) and privacy_policy_on (its day, AAAA-MM-DD), brand_color (#rrggbb),
    partial_payments and reminders (true or false), courtesy_days (0 to 15), captcha, captcha.site_key, captcha.secret,
    link_base (where the pages are that letters lead to), return_urls and origins (separated by commas; empty takes them
    all away). InvalidInput names each that cannot stay. `strict` (production) refuses captcha=none and addresses
    without encryption.
    """

    unit_of_work: UnitOfWorkFactory
    secrets: SecretBox
    clock: Clock
    strict: bool

    async def __call__(self, agency_id: AgencyId, *, settings: Mapping[str, str], logo: bytes | None = None) -> Agency:
        async with self.unit_of_work(Scope.of_operator(agency_id)) as uow:
            agency = await uow.agencies.get(agency_id)
            if agency is None:
                raise AgencyNotFound
            problems: list[FieldProblem | None] = [
                self._apply(agency, name, value.strip()) for name, value in settings.items()
            ]
            if logo is not None:
                problems.append(_apply_logo(agency, logo))
            _refuse(problems)
            await uow.agencies.save(agency)
            told = {"fields": sorted([*settings, *(["logo"] if logo is not None else [])])}
            entity, at = ("Agency", agency_id), self.clock.now()
            await uow.audit.record(AuditAction.AGENCY_CHANGED, at=at, entity=entity, changes=told)
            await uow.commit()
        return agency

    def _apply(self, agency: Agency, name: str, value: str) -> FieldProblem | None:
        """Put one setting on the agency, or say why not."""
        if name in _TEXTS:
            return _apply_text(agency, name, value)
        invalid = FieldProblem(name, FieldProblemCode.INVALID)
        match name:
            case "privacy_policy_url":
                if value and not self._is_address(value):
                    return invalid
                agency.privacy_policy_url = value or None
            case "privacy_policy_on":
                day = _day(value)
                if value and day is None:
                    return invalid
                agency.privacy_policy_on = day
            case "brand_color":
                if value and not _COLOR.fullmatch(value.lower()):
                    return invalid
                agency.brand_color = value.lower() or None
            case "partial_payments":
                if value not in _SWITCHES:
                    return invalid
                agency.partial_payments_allowed = _SWITCHES[value]
            case "reminders":
                if value not in _SWITCHES:
                    return invalid
                agency.reminders = _SWITCHES[value]
            case "courtesy_days":
                if not _FEW_DAYS.fullmatch(value):
                    return invalid
                agency.courtesy_days = int(value)
            case "captcha":
                if value.upper() not in CaptchaProvider.__members__:
                    return invalid
                agency.captcha_provider = CaptchaProvider[value.upper()]
                if self.strict and agency.captcha_provider is CaptchaProvider.NONE:
                    return FieldProblem(name, FieldProblemCode.NOT_ALLOWED)
            case "captcha.secret":
                sealed = self.secrets.seal(value, place=captcha_secret_place(agency.id))
                agency.captcha_secret = sealed if value else None
            case "link_base":
                if value and not (self._is_address(value) and "?" not in value):
                    return invalid
                agency.link_base = value.rstrip("/") or None
            case "return_urls":
                urls = _parts(value)
                if not all(self._is_address(url) and "?" not in url for url in urls):
                    return invalid
                agency.return_urls = urls
            case "origins":
                origins = tuple(origin.rstrip("/").lower() for origin in _parts(value))
                if not all(self._is_origin(origin) for origin in origins):
                    return invalid
                agency.origins = origins
            case _:
                return FieldProblem(name, FieldProblemCode.NOT_FOUND)
        return None

    def _is_address(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        schemes = ("https",) if self.strict else ("https", "http")
        plain = url.isascii() and url.isprintable() and " " not in url and "#" not in url and len(url) <= 210
        return plain and parts.scheme in schemes and bool(parts.hostname) and "@" not in parts.netloc

    def _is_origin(self, origin: str) -> bool:
        return self._is_address(origin) and urlsplit(origin).path == "" and "?" not in origin


def _nit(text: str) -> DocumentNumber | None:
    try:
        return DocumentNumber.parse(IdentityDocumentType.NIT, text)
    except BadDocument:
        return None


def _apply_text(agency: Agency, name: str, value: str) -> FieldProblem | None:
    if name == "name" and not value:
        return FieldProblem(name, FieldProblemCode.REQUIRED)
    if name == "email" and value and not is_email(value):
        return FieldProblem(name, FieldProblemCode.INVALID)
    problem = problem_of_text(name, value, limit=_TEXTS[name])
    if problem is None:
        setattr(agency, name.replace("captcha.", "captcha_"), value or None)
    return problem


def _apply_logo(agency: Agency, content: bytes) -> FieldProblem | None:
    if len(content) > LOGO_LIMIT:
        return FieldProblem("logo", FieldProblemCode.TOO_LONG, limit=LOGO_LIMIT)
    kind = next((kind for signature, kind in _SIGNATURES.items() if content.startswith(signature)), None)
    if kind is None:
        return FieldProblem("logo", FieldProblemCode.INVALID, "image")
    agency.logo = Logo(content_type=kind, content=content)
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _parts(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _refuse(problems: list[FieldProblem | None]) -> None:
    found = [problem for problem in problems if problem is not None]
    if found:
        raise InvalidInput(*found)
