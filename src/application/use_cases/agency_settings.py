"""What an agency may be set to: the same rules for its operator and for its administrators."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID

from application.access import Scope, Viewer, require_admin
from application.attachments import SentFile, decoded, problem_of_file
from application.ports.captcha import captcha_secret_place
from application.ports.clock import Clock
from application.ports.files import FileInspector, FileProblem, FileRefused
from application.ports.secrets import SecretBox
from application.ports.unit_of_work import UnitOfWorkFactory
from application.text import problem_of_text
from domain.agencies import Agency, CaptchaProvider, Logo
from domain.audit import AuditAction
from domain.errors import AgencyNotFound, FieldProblem, FieldProblemCode, InvalidInput, refuse
from domain.identity import is_email
from domain.ids import AgencyId

_COLOR = re.compile(r"#[0-9a-f]{6}", re.ASCII)
_FEW_DAYS = re.compile(r"[0-9]|1[0-5]", re.ASCII)
TEXTS = {
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
_DEMANDS = {"required": True, "optional": False}
_AT_HOME = ("localhost", "127.0.0.1", "::1")
LOGO_LIMIT = 200 * 1024
MOST_URLS = 20

Setting = str | bool | Sequence[str] | None
"""As it is written on the command line, or as it is; None takes it away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencySettings:
    """The rules. `strict` (production) refuses captcha=none and addresses without encryption, which otherwise may be
    those of the own machine."""

    secrets: SecretBox
    inspector: FileInspector
    strict: bool

    async def logo(self, content: bytes, *, sender: UUID) -> Logo:
        """What is printed of a PNG or JPEG of at most 200 KB: the picture made anew; InvalidInput for anything else."""
        if len(content) > LOGO_LIMIT:
            raise InvalidInput(problem_of_file("logo", FileProblem.TOO_LARGE, limit=LOGO_LIMIT))
        try:
            found = await self.inspector.logo(content, sender=sender)
        except FileRefused as refused:
            if refused.problem is FileProblem.KIND:
                raise InvalidInput(FieldProblem("logo", FieldProblemCode.INVALID, "image")) from refused
            raise InvalidInput(problem_of_file("logo", refused.problem)) from refused
        return Logo(content_type=found.kind.value, content=found.content)

    def apply(self, agency: Agency, name: str, given: Setting) -> FieldProblem | None:
        """Put one setting on the agency, or say why not."""
        value = given.strip() if isinstance(given, str) else ""
        if name in TEXTS:
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
                if given is None:
                    return FieldProblem(name, FieldProblemCode.REQUIRED)
                if not isinstance(given, bool) and value not in _SWITCHES:
                    return invalid
                agency.partial_payments_allowed = given if isinstance(given, bool) else _SWITCHES[value]
            case "reminders":
                if value not in _SWITCHES:
                    return invalid
                agency.reminders = _SWITCHES[value]
            case "staff_second_factor":
                if value not in _DEMANDS:
                    return invalid
                agency.staff_second_factor_required = _DEMANDS[value]
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
                urls = _parts(given)
                if not all(self._is_address(url) and "?" not in url for url in urls):
                    return invalid
                if len(urls) > MOST_URLS:
                    return FieldProblem(name, FieldProblemCode.TOO_LONG, "too_many_addresses", limit=MOST_URLS)
                agency.return_urls = urls
            case "origins":
                origins = tuple(origin.rstrip("/").lower() for origin in _parts(given))
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
        safe = parts.scheme == "https" or (not self.strict and parts.scheme == "http" and parts.hostname in _AT_HOME)
        plain = url.isascii() and url.isprintable() and " " not in url and "#" not in url and len(url) <= 210
        return plain and safe and bool(parts.hostname) and "@" not in parts.netloc

    def _is_origin(self, origin: str) -> bool:
        return self._is_address(origin) and urlsplit(origin).path == "" and "?" not in origin


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAgency:
    """Change an agency's settings. `logo` is the content of a PNG or JPEG.

    `settings` by name: name, phone, email, address, city, landlord_registration, privacy_policy_url,
    privacy_policy_version (its name) and privacy_policy_on (its day, AAAA-MM-DD), brand_color (#rrggbb),
    partial_payments and reminders (true or false), courtesy_days (0 to 15), staff_second_factor (optional or required),
    captcha, captcha.site_key, captcha.secret, link_base (where the pages are that letters lead to), return_urls and
    origins (separated by commas; empty takes them all away). InvalidInput names each that cannot stay. Where a second
    factor is required of the staff, the sessions of those who have none end.
    """

    unit_of_work: UnitOfWorkFactory
    rules: AgencySettings
    clock: Clock

    async def __call__(self, agency_id: AgencyId, *, settings: Mapping[str, str], logo: bytes | None = None) -> Agency:
        drawn = await self.rules.logo(logo, sender=agency_id) if logo is not None else None
        async with self.unit_of_work(Scope.of_operator(agency_id)) as uow:
            agency = await uow.agencies.get(agency_id, for_update=True)
            if agency is None:
                raise AgencyNotFound
            problems: list[FieldProblem | None] = [
                self.rules.apply(agency, name, value) for name, value in settings.items()
            ]
            refuse(*problems)
            agency.logo = drawn or agency.logo
            await uow.agencies.save(agency)
            told: dict[str, object] = {"fields": sorted([*settings, *(["logo"] if logo is not None else [])])}
            entity, at = ("Agency", agency_id), self.clock.now()
            if "staff_second_factor" in settings and agency.staff_second_factor_required:
                told["sessionsEnded"] = await uow.sessions.end_without_second_factor(at=at)
            await uow.audit.record(AuditAction.AGENCY_CHANGED, at=at, entity=entity, changes=told)
            await uow.commit()
        return agency


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateAgency:
    """Change what the agency is called, how it is reached, its logo, and what its client area allows. For its
    administrators.

    What is absent stays; None takes away what may be missing. InvalidInput, by the schema's names, for each that cannot
    stay, and then nothing changes.
    """

    unit_of_work: UnitOfWorkFactory
    rules: AgencySettings
    clock: Clock

    async def __call__(self, viewer: Viewer, changes: Mapping[str, Setting], *, logo: SentFile | bool | None) -> None:
        """`changes` by the names of SetAgency; `logo` is a new one, None to take it away, or True to leave it."""
        admin = require_admin(viewer)
        drawn, wrong = await self._logo(logo, admin.account_id) if isinstance(logo, SentFile) else (None, None)
        async with self.unit_of_work(admin.scope) as uow:
            agency = await uow.agencies.get(admin.agency_id, for_update=True)
            if agency is None:
                raise AgencyNotFound
            problems = [self.rules.apply(agency, name, value) for name, value in changes.items()]
            refuse(*(_in_the_schema(problem) for problem in problems if problem), wrong)
            if logo is not True:
                agency.logo = drawn
            await uow.agencies.save(agency)
            told = {"fields": sorted([*changes, *(["logo"] if logo is not True else [])])}
            entity, at = ("Agency", agency.id), self.clock.now()
            await uow.audit.record(AuditAction.AGENCY_CHANGED, at=at, entity=entity, changes=told)
            await uow.commit()

    async def _logo(self, sent: SentFile, sender: UUID) -> tuple[Logo | None, FieldProblem | None]:
        content = decoded("logo", sent.content_base64, limit=LOGO_LIMIT)
        if isinstance(content, FieldProblem):
            return None, content
        try:
            return await self.rules.logo(content, sender=sender), None
        except InvalidInput as refused:
            return None, refused.problems[0]


def _apply_text(agency: Agency, name: str, value: str) -> FieldProblem | None:
    if name == "name" and not value:
        return FieldProblem(name, FieldProblemCode.REQUIRED)
    if name == "email" and value and not is_email(value):
        return FieldProblem(name, FieldProblemCode.INVALID)
    problem = problem_of_text(name, value, limit=TEXTS[name])
    if problem is None:
        setattr(agency, name.replace("captcha.", "captcha_"), value or None)
    return problem


def _in_the_schema(problem: FieldProblem) -> FieldProblem:
    """Under the name that a front end knows."""
    if problem.field == "partial_payments":
        return replace(problem, field="partialPaymentsAllowed")
    first, *others = problem.field.split("_")
    return replace(problem, field=first + "".join(word.title() for word in others))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _parts(given: Setting) -> tuple[str, ...]:
    """Of a list, or of a text with commas."""
    found = given.split(",") if isinstance(given, str) else () if given is None or isinstance(given, bool) else given
    return tuple(part.strip() for part in found if part.strip())
