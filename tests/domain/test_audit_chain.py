"""A chain of entries tells by itself what was changed in it, put in, taken out, swapped or cut off."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audit import START, AuditAct, AuditAction, AuditEntry, AuditHead, canonical, hash_of, record, seal_of
from domain.audit_chain import ChainFault, FaultyEntry, faults_of
from domain.ids import AgencyId

KEY, OLDER = b"the key", b"an older key"
AT = datetime(2026, 7, 15, 17, tzinfo=UTC)
F = ChainFault


def a_chain(
    length: int,
    *,
    key: bytes = KEY,
    agency_id: UUID | None = None,
    first: AuditAction = AuditAction.AGENCY_CREATED,
) -> tuple[list[AuditEntry], AuditHead]:
    head, entries = AuditHead.before_any(AgencyId(agency_id or uuid4())), []
    for number in range(length):
        act = AuditAct(
            id=uuid4(),
            at=AT + timedelta(minutes=number),
            actor="rosa",
            account_id=None,
            action=AuditAction.PAYMENT_RECORDED if number else first,
            entity=("Payment", uuid4()),
            changes={"amount": Decimal("1000.00"), "number": number},
        )
        entry, head = record(act, head, key=key)
        entries.append(entry)
    return entries, head


def found(entries: list[AuditEntry], head: AuditHead | None, **noted: dict[int, str]) -> list[tuple[ChainFault, int]]:
    return [(it.fault, it.number) for it in faults_of(entries, head, keys=[KEY], **noted)]


def test_a_chain_as_it_was_written_has_no_fault() -> None:
    for length in (1, 2, 7):
        entries, head = a_chain(length)
        assert found(entries, head) == []


def test_a_record_that_was_emptied_has_lost_its_first_entry() -> None:
    for head in (None, AuditHead.before_any(AgencyId(uuid4()))):
        assert found([], head) == [(F.MISSING, 1)]
        assert found([], head, noted={1: "ab" * 32}) == [(F.MISSING, 1)]


def test_a_record_that_was_emptied_and_goes_on_does_not_begin_with_the_agency() -> None:
    entries, head = a_chain(3, first=AuditAction.SIGNED_IN)

    assert found(entries, head) == [(F.UNFOUNDED, 1)]
    assert found(entries, head, noted={3: head.hash}) == [(F.UNFOUNDED, 1)]
    # Nor does who has no key make it begin so.
    for forged in (replace(entries[0], previous=START), replace(entries[0], action="AGENCY_CREATED")):
        assert found([forged, *entries[1:]], head) == [(F.CHANGED, 1)]


def test_the_first_entry_of_an_agency_older_than_its_record_is_known_once_it_was_noted() -> None:
    entries, head = a_chain(3, first=AuditAction.SIGNED_IN)

    assert found(entries, head, noted={1: entries[0].hash}) == []
    other, _ = a_chain(1, first=AuditAction.SIGNED_IN)
    assert found(entries, head, noted={1: other[0].hash}) == [(F.UNFOUNDED, 1), (F.OTHER, 1)]


def test_a_record_begun_before_its_beginning_was_told_apart_is_as_it_was_written() -> None:
    """What the portal wrote then has no mark, and nobody without the key can take one off."""
    entries, _ = a_chain(1, first=AuditAction.SIGNED_IN)
    older = replace(entries[0], previous=START)
    older = replace(older, hash=hash_of(older, KEY))
    seal = seal_of(older.agency_id, 1, older.hash, KEY)

    assert found([older], AuditHead(agency_id=older.agency_id, number=1, hash=older.hash, seal=seal)) == []


@pytest.mark.parametrize("name", [field.name for field in fields(AuditEntry) if field.name != "number"])
def test_an_entry_of_which_anything_was_changed_is_named(name: str) -> None:
    entries, head = a_chain(4)
    other: dict[str, Any] = {
        "id": uuid4(),
        "agency_id": uuid4(),
        "at": entries[1].at + timedelta(microseconds=1),
        "account_id": uuid4(),
        "entity_id": uuid4(),
    }
    entries[1] = replace(entries[1], **{name: other.get(name, f"{getattr(entries[1], name)} ")})

    assert found(entries, head) == [(F.CHANGED, 2)]


def test_a_number_that_was_changed_leaves_a_gap_or_a_double() -> None:
    entries, head = a_chain(4)
    assert found([entries[0], entries[2], entries[3], replace(entries[1], number=9)], head)[0] == (F.MISSING, 2)
    twice = [entries[0], entries[1], replace(entries[3], number=2), entries[2]]
    assert (F.REPEATED, 2) in found(twice, head)


@given(st.integers(3, 8), st.data())
def test_an_entry_that_was_taken_out_is_named(length: int, data: st.DataObject) -> None:
    entries, head = a_chain(length)
    gone = data.draw(st.integers(1, length))

    assert (F.MISSING, gone) in found([it for it in entries if it.number != gone], head)


def test_a_gap_that_was_closed_by_counting_anew_is_seen() -> None:
    entries, head = a_chain(4)
    closed = [entries[0], replace(entries[2], number=2), replace(entries[3], number=3)]

    assert found(closed, head) == [(F.CHANGED, 2), (F.CHANGED, 3), (F.MISSING, 4)]


def test_an_entry_that_was_put_in_is_named() -> None:
    entries, head = a_chain(3)
    invented = replace(entries[2], id=uuid4(), number=4, previous=entries[2].hash, hash="ab" * 32)

    assert (F.CHANGED, 4) in found([*entries, invented], head)
    forged = replace(invented, hash=hash_of(invented, b"a guess"))
    assert (F.CHANGED, 4) in found([*entries, forged], replace(head, number=4, hash=forged.hash))


def test_entries_that_were_swapped_are_named() -> None:
    entries, head = a_chain(4)
    swapped = [entries[0], replace(entries[2], number=2), replace(entries[1], number=3), entries[3]]

    assert found(swapped, head) == [(F.CHANGED, 2), (F.CHANGED, 3)]


def test_what_was_cut_off_is_seen_by_the_head() -> None:
    entries, head = a_chain(4)
    cut = entries[:2]

    assert found(cut, head) == [(F.MISSING, 3)]
    assert found([], head) == [(F.MISSING, 1)]
    # Nor can the head be put back by who has no key.
    assert found(cut, replace(head, number=2, hash=entries[1].hash)) == [(F.HEAD, 2)]
    guessed = seal_of(head.agency_id, 2, entries[1].hash, b"a guess")
    assert found(cut, replace(head, number=2, hash=entries[1].hash, seal=guessed)) == [(F.HEAD, 2)]
    assert found(cut, None) == [(F.HEAD, 2)]
    assert found(cut, AuditHead.before_any(head.agency_id)) == [(F.HEAD, 2)]


def test_an_old_end_that_was_put_back_whole_is_seen_by_a_head_kept_elsewhere() -> None:
    entries, head = a_chain(4)
    older = replace(head, number=2, hash=entries[1].hash, seal=seal_of(head.agency_id, 2, entries[1].hash, KEY))

    assert found(entries[:2], older) == []
    assert found(entries[:2], older, noted={4: head.hash}) == [(F.MISSING, 4)]
    assert found([], None, noted={4: head.hash}) == [(F.MISSING, 4)]
    assert found(entries, head, noted={2: older.hash, 4: head.hash}) == []
    other, its_head = a_chain(5, agency_id=head.agency_id)
    assert found(other, its_head, noted={4: head.hash}) == [(F.OTHER, 4)]
    assert found(entries, head, noted={0: "x"}) == [(F.OTHER, 0)]


def test_two_ends_of_two_histories_do_not_fit() -> None:
    entries, head = a_chain(3)
    act = AuditAct(id=uuid4(), at=AT, actor="x", account_id=None, action=AuditAction.SIGNED_IN, entity=None, changes={})
    third = replace(head, number=2, hash=entries[1].hash)
    other, its_head = record(act, third, key=KEY)

    assert found([*entries[:2], other], head) == [(F.HEAD, 3)]
    fourth, its_head = record(act, its_head, key=KEY)
    assert found([*entries, fourth], its_head) == [(F.UNLINKED, 4)]


def test_an_entry_of_another_agency_is_no_entry_of_this_one() -> None:
    mine, head = a_chain(2)
    theirs, _ = a_chain(2)

    assert found([mine[0], replace(theirs[1], agency_id=head.agency_id)], head)[0] == (F.CHANGED, 2)


def test_entries_made_with_an_older_key_are_known_while_it_is_kept() -> None:
    entries, head = a_chain(2, key=OLDER)
    act = AuditAct(id=uuid4(), at=AT, actor="x", account_id=None, action=AuditAction.SIGNED_IN, entity=None, changes={})
    newest, its_head = record(act, head, key=KEY)

    assert faults_of([*entries, newest], its_head, keys=[KEY, OLDER]) == []
    assert faults_of([*entries, newest], its_head, keys=[KEY]) == [
        FaultyEntry(F.CHANGED, 1),
        FaultyEntry(F.CHANGED, 2),
    ]


def test_changes_are_written_in_one_way() -> None:
    bogota = timezone(timedelta(hours=-5))
    assert canonical({"b": 1, "a": [AT.astimezone(bogota), None, True], "c": {"ñ": Decimal("1.10")}}) == (
        '{"a":["2026-07-15T17:00:00.000000+00:00",null,true],"b":1,"c":{"ñ":"1.10"}}'
    )
    assert canonical({"to": AuditAction.SIGNED_IN, "on": AT.date()}) == '{"on":"2026-07-15","to":"SIGNED_IN"}'
    for unwritable in (1.5, b"x", object()):
        with pytest.raises(TypeError):
            canonical({"x": unwritable})
