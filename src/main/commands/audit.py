"""`portal audit`: whether a record is what was written, and where it ends."""

import json
import re
from dataclasses import dataclass

from application.access import Scope
from application.use_cases.audit import AuditChecked
from domain.agencies import Agency
from domain.audit_chain import ChainFault, FaultyEntry
from main.bootstrap import Portal
from main.commands.running import Failure

_HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", re.ASCII)
_MOST_NAMED = 20
_SENTENCES = {
    ChainFault.CHANGED: "la anotación {} no dice lo que se escribió, o no la escribió el portal",
    ChainFault.MISSING: "falta la anotación {}",
    ChainFault.REPEATED: "hay más de una anotación {}",
    ChainFault.UNLINKED: "la anotación {} no sigue a la anterior",
    ChainFault.HEAD: "el final no es el que dejó el portal (anotación {})",
    ChainFault.OTHER: "la anotación {} no es la que se guardó aparte",
    ChainFault.UNFOUNDED: "la anotación {} no es la creación de la inmobiliaria: la bitácora se vació y siguió",
}


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found of each agency."""

    found: tuple[tuple[Agency, AuditChecked], ...]

    @property
    def intact(self) -> bool:
        return not any(checked.faults for _, checked in self.found)

    def told(self, *, as_json: bool) -> str:
        if not as_json:
            return "\n".join(f"{agency.slug}: {_sentence(checked)}" for agency, checked in self.found)
        return json.dumps(
            {
                "intact": self.intact,
                "agencies": [
                    {
                        "slug": agency.slug,
                        "entries": checked.entries,
                        "head": checked.head.told() if checked.head else None,
                        "faults": [{"fault": it.fault.value, "number": it.number} for it in checked.faults],
                    }
                    for agency, checked in self.found
                ],
            }
        )


def noted(heads: list[str]) -> dict[int, str]:
    """Heads that were kept elsewhere, as `portal audit head` prints them; Failure for what is none."""
    found = {}
    for text in heads:
        parts = _HEAD.fullmatch(text.strip())
        if parts is None:
            raise Failure(
                f"«{text}» no es el final de una bitácora: se escribe NÚMERO:HUELLA, como lo da «audit head»."
            )
        found[int(parts[1])] = parts[2]
    return found


async def verify(portal: Portal, slug: str | None, heads: dict[int, str]) -> Verified:
    """Of one agency or, without a slug, of all."""
    if slug is not None:
        agencies = [await portal.use_cases.find_agency(slug)]
    else:
        units = portal.use_cases.find_agency.unit_of_work
        async with units(Scope(work=True)) as uow:
            ids = await uow.agencies.ids()
        agencies = []
        for agency_id in ids:
            async with units(Scope.of_operator(agency_id)) as uow:
                found = await uow.agencies.get(agency_id)
            agencies += [found] if found else []
    check = portal.use_cases.check_audit
    return Verified(tuple([(agency, await check(agency.id, noted=heads)) for agency in agencies]))


async def head(portal: Portal, slug: str) -> str | None:
    """NUMBER:HASH, to be kept elsewhere; None where nothing was ever recorded."""
    found = await portal.use_cases.note_audit_head((await portal.use_cases.find_agency(slug)).id)
    return found.told() if found else None


def _sentence(checked: AuditChecked) -> str:
    if not checked.faults:
        return f"bitácora intacta, {checked.entries} anotaciones."
    named = "; ".join(map(_fault, checked.faults[:_MOST_NAMED]))
    more = len(checked.faults) - _MOST_NAMED
    return f"bitácora alterada: {named}{f'; y {more} problemas más' if more > 0 else ''}."


def _fault(it: FaultyEntry) -> str:
    return _SENTENCES[it.fault].format(it.number)
