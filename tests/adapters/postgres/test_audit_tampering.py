"""A thousand random changes of the record by who owns the database, triggers and constraints off: all are found."""

import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from adapters.postgres.reading.audit import PostgresAuditReader
from adapters.postgres.reading.connection import SnapshotConnection
from adapters.postgres.repositories.audit import ENTRIES, ENTRY, HEADS, PostgresAuditTrail
from adapters.postgres.scoping import SET_SCOPE, scope_parameters
from application.access import Scope
from application.use_cases.audit import checked
from domain.audit import AuditAction, AuditEntry, hash_of, seal_of
from domain.audit_chain import ChainFault, FaultyEntry
from tests.adapters.postgres.land import Land
from tests.factories import NOON
from tests.fakes.audit import KEYS
from tests.postgres import Database

LENGTH = 40
TAMPERINGS = 1_000
Numbers = set[int]


@dataclass
class Burglar:
    """Who owns the database and has no key. Each tampering tells the numbers of the entries it touched."""

    connection: AsyncConnection
    scope: Scope
    entries: Sequence[AuditEntry]
    strangers: UUID
    chance: random.Random

    async def run(self, statement: sa.Executable) -> None:
        await self.connection.execute(statement)

    def some(self, many: int = 1) -> list[AuditEntry]:
        return sorted(self.chance.sample(list(self.entries), many), key=lambda entry: entry.number)

    async def put(self, number: int, /, **values: Any) -> None:
        mine = (ENTRIES.c.agency_id == self.scope.agency) & (ENTRIES.c.number == number)
        await self.run(sa.update(ENTRIES).where(mine).values(values))

    async def take(self, *numbers: int) -> None:
        mine = (ENTRIES.c.agency_id == self.scope.agency) & ENTRIES.c.number.in_(numbers)
        await self.run(sa.delete(ENTRIES).where(mine))

    async def put_head(self, **values: Any) -> None:
        await self.run(sa.update(HEADS).where(HEADS.c.agency_id == self.scope.agency).values(values))

    async def add(self, **values: Any) -> None:
        await self.run(sa.insert(ENTRIES).values(values))

    async def change_a_value(self) -> Numbers:
        (entry,) = self.some()
        name = self.chance.choice(["at", "actor", "action", "entity_type", "entity_id", "changes", "previous", "hash"])
        others = [getattr(it, name) for it in self.entries if getattr(it, name) != getattr(entry, name)]
        made = {
            "at": entry.at + timedelta(microseconds=self.chance.randint(1, 10**12)),
            "entity_id": self.chance.choice([uuid4(), None]),
            "entity_type": self.chance.choice(["Client", None]),
        }.get(name, f"{getattr(entry, name)}{self.chance.choice('aá 0')}")
        await self.put(entry.number, **{name: self.chance.choice([*others[:1], made])})
        return {entry.number}

    async def change_a_letter(self) -> Numbers:
        (entry,) = self.some()
        text = list(entry.changes)
        place = self.chance.randrange(len(text))
        text[place] = "0" if text[place] != "0" else "1"
        await self.put(entry.number, changes="".join(text))
        return {entry.number}

    async def set_an_impossible_instant(self) -> Numbers:
        (entry,) = self.some()
        await self.put(entry.number, at=sa.text(self.chance.choice(["'infinity'", "'-infinity'", "'4000-01-01 BC'"])))
        return {entry.number}

    async def change_the_agency(self) -> Numbers:
        (entry,) = self.some()
        await self.put(entry.number, agency_id=self.strangers, number=entry.number + 1_000)
        return {entry.number}

    async def blame_somebody_else(self) -> Numbers:
        (entry,) = self.some()
        await self.put(entry.number, account_id=uuid4())
        return {entry.number}

    async def remove_some(self) -> Numbers:
        gone = [entry.number for entry in self.some(self.chance.randint(1, 4))]
        await self.take(*gone)
        return set(gone)

    async def remove_and_count_anew(self) -> Numbers:
        (gone,) = self.some()
        await self.take(gone.number)
        for entry in self.entries[gone.number :]:
            await self.put(entry.number, number=entry.number - 1)
        return {gone.number, LENGTH}

    async def insert_a_copy(self) -> Numbers:
        (entry,) = self.some()
        number = self.chance.choice([LENGTH + 1, 0, -5, LENGTH + 50])
        await self.add(**ENTRY.values(entry) | {"id": uuid4(), "number": number})
        return {number, LENGTH + 1}

    async def insert_within(self) -> Numbers:
        """The later ones make room, and the head follows."""
        (place,) = self.some()
        for entry in reversed(self.entries[place.number - 1 :]):
            await self.put(entry.number, number=entry.number + 1)
        await self.add(**ENTRY.values(place) | {"id": uuid4(), "changes": "{}"})
        await self.put_head(number=LENGTH + 1)
        return {place.number}

    async def double_a_number(self) -> Numbers:
        (entry,) = self.some()
        await self.add(**ENTRY.values(entry) | {"id": uuid4()})
        return {entry.number}

    async def swap_numbers(self) -> Numbers:
        one, other = self.some(2)
        await self.put(one.number, number=0)
        await self.put(other.number, number=one.number)
        await self.put(0, number=other.number)
        return {one.number, other.number}

    async def swap_contents(self) -> Numbers:
        one, other = self.some(2)
        for entry, told in ((one, other), (other, one)):
            said = {name: getattr(told, name) for name in ("at", "entity_id", "changes")}
            await self.put(entry.number, **said)
        return {one.number, other.number}

    async def cut_the_end(self) -> Numbers:
        last = self.chance.randint(0, LENGTH - 1)
        await self.take(*range(last + 1, LENGTH + 1))
        return {last + 1}

    async def cut_the_end_and_move_the_head(self) -> Numbers:
        last = self.chance.randint(1, LENGTH - 1)
        await self.take(*range(last + 1, LENGTH + 1))
        end = self.entries[last - 1]
        guessed = seal_of(self.scope.agency, last, end.hash, self.chance.randbytes(32))
        await self.put_head(number=last, hash=end.hash, **self.chance.choice([{}, {"seal": guessed}, {"seal": ""}]))
        return {last}

    async def cut_the_end_and_forget_the_head(self) -> Numbers:
        last = self.chance.randint(1, LENGTH - 1)
        await self.take(*range(last + 1, LENGTH + 1))
        if self.chance.random() < 0.5:
            await self.run(sa.delete(HEADS).where(HEADS.c.agency_id == self.scope.agency))
        else:
            await self.put_head(number=0, hash="", seal="")
        return {last}

    async def write_the_end_anew_with_another_key(self) -> Numbers:
        """All hashes fit each other, and the head fits them."""
        first = self.chance.randint(1, LENGTH)
        key = self.chance.randbytes(32)
        last_hash = self.entries[first - 2].hash if first > 1 else ""
        for entry in self.entries[first - 1 :]:
            values = ENTRY.values(entry) | {"actor": "otro", "previous": last_hash}
            last_hash = hash_of(AuditEntry(**values), key)
            await self.put(entry.number, actor="otro", previous=values["previous"], hash=last_hash)
        await self.put_head(hash=last_hash, seal=seal_of(self.scope.agency, LENGTH, last_hash, key))
        return {first}

    async def move_the_head(self) -> Numbers:
        end = self.chance.choice(self.entries[:-1])
        changed = {"number": end.number, "hash": end.hash, "seal": "ab" * 32}
        some = self.chance.sample(list(changed), self.chance.randint(1, 3))
        await self.put_head(**{name: changed[name] for name in some})
        return {LENGTH, end.number}


def tamperings() -> list[Callable[[Burglar], Any]]:
    of_a_burglar = (getattr(Burglar, name) for name in vars(Burglar) if not name.startswith("_"))
    helpers = {"run", "some", "put", "take", "put_head", "add"}
    return [it for it in of_a_burglar if callable(it) and it.__name__ not in helpers]


async def write(
    connection: AsyncConnection,
    scope: Scope,
    things: Sequence[UUID],
    *,
    first: AuditAction = AuditAction.AGENCY_CREATED,
) -> None:
    await connection.execute(SET_SCOPE, scope_parameters(scope))
    trail = PostgresAuditTrail(connection, scope, KEYS)
    for number in range(LENGTH):
        await trail.record(
            list(AuditAction)[number % 3] if number else first,
            at=NOON + timedelta(minutes=number),
            entity=("Payment", things[number % len(things)]),
            changes={"amount": f"{number}000.00", "note": f"nota {number}"},
        )


@pytest.fixture
async def connection(module_database: Database) -> AsyncIterator[AsyncConnection]:
    """The owner's, for whom nothing holds any more, in a transaction that is rolled back."""
    owner = create_async_engine(module_database.owner_url)
    async with owner.connect() as connection:
        for table in ("audit_entries", "audit_heads"):
            await connection.exec_driver_sql(f"alter table {table} disable trigger user")
            await connection.exec_driver_sql(f"alter table {table} no force row level security")
            await connection.exec_driver_sql(f"delete from {table}")
        for constraint in ("uq_audit_entries_agency_id_number", "fk_audit_entries_agency_id_account_id"):
            await connection.exec_driver_sql(f"alter table audit_entries drop constraint {constraint}")
        yield connection
        await connection.rollback()
    await owner.dispose()


async def test_every_one_of_a_thousand_tamperings_is_found_and_named(land: Land, connection: AsyncConnection) -> None:
    here, there = Scope.of_agency(land.here.agency.id), Scope.of_agency(land.there.agency.id)
    things = [uuid4() for _ in range(5)]
    for scope in (there, here):
        await write(connection, scope, things)
    record = PostgresAuditReader(SnapshotConnection(connection), here)
    entries = await record.chain(after=None, limit=LENGTH)
    intact = await checked(record, keys=KEYS)
    assert (intact.entries, intact.faults) == (LENGTH, ())

    kinds, done = tamperings(), dict[str, int]()
    chance = random.Random(20260715)  # noqa: S311 (the same tamperings every time)
    burglar = Burglar(connection, here, entries, land.there.agency.id, chance)
    missed = []
    for number in range(TAMPERINGS):
        tamper = kinds[number % len(kinds)]
        async with connection.begin_nested() as savepoint:
            touched = await tamper(burglar)
            found = await checked(record, keys=KEYS)
            await savepoint.rollback()
        done[tamper.__name__] = done.get(tamper.__name__, 0) + 1
        if not touched & {fault.number for fault in found.faults}:
            missed.append((tamper.__name__, touched, found.faults))

    assert missed == []
    assert sum(done.values()) == TAMPERINGS
    assert min(done.values()) >= TAMPERINGS // len(kinds) > 50
    assert await checked(record, keys=KEYS) == intact


async def test_a_record_put_back_as_a_whole_is_found_by_a_head_kept_elsewhere(
    land: Land, connection: AsyncConnection
) -> None:
    here = Scope.of_agency(land.here.agency.id)
    await write(connection, here, [uuid4()])
    record = PostgresAuditReader(SnapshotConnection(connection), here)
    head = await record.head()
    assert head is not None
    noted = {head.number: head.hash}
    assert (await checked(record, keys=KEYS, noted=noted)).faults == ()
    for table in ("audit_entries", "audit_heads"):
        await connection.exec_driver_sql(f"delete from {table}")

    assert [it.number for it in (await checked(record, keys=KEYS)).faults] == [1]
    assert [it.number for it in (await checked(record, keys=KEYS, noted=noted)).faults] == [LENGTH]
    # Begun anew by the portal itself, which has the key: it does not found the agency again.
    await write(connection, here, [uuid4()], first=AuditAction.SIGNED_IN)
    assert (await checked(record, keys=KEYS)).faults == (FaultyEntry(ChainFault.UNFOUNDED, 1),)
    assert [it.number for it in (await checked(record, keys=KEYS, noted=noted)).faults] == [1, LENGTH]
