"""Agencies as their operator sets them up, from the command line; no viewer may."""

import re
from dataclasses import dataclass
from uuid import uuid4

from application.access import Scope
from application.ports.clock import Clock
from application.ports.reading import Entry, Readings
from application.ports.unit_of_work import UnitOfWorkFactory
from application.text import problem_of_text
from application.use_cases.agency_settings import TEXTS
from domain.agencies import Agency
from domain.audit import AuditAction
from domain.clients import IdentityDocumentType
from domain.errors import AgencyNotFound, FieldProblem, FieldProblemCode, refuse
from domain.identity import BadDocument, DocumentNumber
from domain.ids import AgencyId

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)


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
            problem_of_text("name", name, limit=TEXTS["name"]),
            None if nit else FieldProblem("tax_id", FieldProblemCode.INVALID, "nit"),
            *(FieldProblem("host", FieldProblemCode.INVALID) for host in hosts if not _HOST.fullmatch(host.lower())),
        ]
        refuse(*problems)
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


def _nit(text: str) -> DocumentNumber | None:
    try:
        return DocumentNumber.parse(IdentityDocumentType.NIT, text)
    except BadDocument:
        return None
