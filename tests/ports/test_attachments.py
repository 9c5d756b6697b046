"""What is asked of the store of the files that go with cases."""

import asyncio
from dataclasses import replace

import pytest

from application.access import Scope
from domain.ids import AttachmentId
from domain.pqrs import PqrsActor
from tests import factories as a
from tests.ports.places import Place
from tests.told import told
from tests.village import Village


@pytest.fixture
async def village(place: Place) -> Village:
    village = Village()
    await place.plant(village.store)
    return village


async def test_a_file_is_kept_whole(place: Place, village: Village) -> None:
    ana, viewer = village.cases[0], village.viewer(village.ana)
    content = bytes(range(256)) * 10_000
    file = replace(a.an_attachment(ana, "plano.pdf", position=3), **a.measures_of(content))
    async with place.unit_of_work(viewer.scope) as uow:
        await uow.attachments.add([(file, content)])
        await uow.commit()

    async with place.readings.of(viewer) as reading:
        assert told(await reading.attachments.get_many([file.id])) == told({file.id: file})
        assert told(await reading.attachments.of_cases([ana.id])) == told({ana.id: [*village.files, file]})
        assert await reading.attachments.contents([file.id]) == {file.id: content}


async def test_files_of_a_message_are_not_among_those_of_the_filing(place: Place, village: Village) -> None:
    case, viewer = village.cases[0], village.viewer(village.ana)
    message_id = village.messages[0].id
    files = [a.an_attachment(case, f"{number}.png", message_id=message_id, position=number) for number in (1, 2)]
    async with place.unit_of_work(viewer.scope) as uow:
        await uow.attachments.add([(file, a.content_of(file)) for file in files])
        await uow.commit()

    async with place.readings.of(viewer) as reading:
        assert told(await reading.attachments.of_cases([case.id])) == told({case.id: village.files})
        assert told(await reading.attachments.of_messages([message_id])) == told({message_id: files})


async def test_files_of_each_side_are_counted_apart(place: Place, village: Village) -> None:
    ana, berta, diana = village.cases
    for scope, found in (
        (Scope.of_agency(village.agency.id), ((ana, 2, 1), (berta, 0, 0), (diana, 1, 0))),
        (village.viewer(village.ana).scope, ((ana, 2, 0), (diana, 0, 0))),
        (village.visitor.scope, ((ana, 0, 0),)),
    ):
        async with place.unit_of_work(scope) as uow:
            for case, of_client, of_agency in found:
                assert await uow.attachments.count(case.id, PqrsActor.CLIENT) == of_client
                assert await uow.attachments.count(case.id, PqrsActor.AGENCY) == of_agency


async def test_whoever_counts_while_another_adds_waits(place: Place, village: Village) -> None:
    case, scope = village.cases[0], village.viewer(village.ana).scope

    async def add(position: int) -> int:
        file = a.an_attachment(case, position=position)
        async with place.unit_of_work(scope) as uow:
            there = await uow.attachments.count(case.id, PqrsActor.CLIENT)
            await asyncio.sleep(0.05)
            await uow.attachments.add([(file, a.content_of(file))])
            await uow.commit()
        return there

    assert sorted(await asyncio.gather(*(add(position) for position in range(3, 7)))) == [2, 3, 4, 5]


async def test_a_file_hangs_on_a_case_of_its_own_client_only(place: Place, village: Village) -> None:
    ana, berta, _ = village.cases
    own = a.an_attachment(ana)
    for scope, file in (
        (village.viewer(village.berta).scope, own),
        (village.visitor.scope, own),
        (Scope.of_agency(a.an_agency().id), own),
        (village.viewer(village.ana).scope, replace(own, pqrs_id=berta.id)),
        (village.viewer(village.ana).scope, replace(own, author=PqrsActor.AGENCY)),
        (village.viewer(village.ana).scope, replace(own, message_id=village.messages[3].id)),
        (village.staff.scope, replace(own, author=PqrsActor.AGENCY, internal=True, message_id=village.messages[1].id)),
        (village.staff.scope, replace(own, author=PqrsActor.AGENCY, message_id=village.messages[2].id)),
        (village.viewer(village.ana).scope, replace(own, author=PqrsActor.AGENCY, internal=True)),
        (village.staff.scope, replace(own, pqrs_id=berta.id)),
    ):
        async with place.unit_of_work(scope) as uow:
            with pytest.raises(place.refused):
                await uow.attachments.add([(file, a.content_of(own))])


async def test_what_the_staff_noted_is_theirs_and_anothers_file_is_not_there(place: Place, village: Village) -> None:
    other = Village()
    await place.plant(other.store)
    everything = [file.id for v in (village, other) for file in (*v.files, v.noted, *v.files_of_diana)]
    mine, noted, of_diana = (
        [it.id for it in files] for files in (village.files, [village.noted], village.files_of_diana)
    )
    cases = [case.id for v in (village, other) for case in v.cases]
    messages = [message.id for v in (village, other) for message in v.messages]
    for viewer, seen in (
        (village.staff, {*mine, *noted, *of_diana}),
        (village.viewer(village.ana), {*mine}),
        (village.viewer(village.diana), {*of_diana}),
        (village.viewer(village.berta), set[AttachmentId]()),
        (village.visitor, set[AttachmentId]()),
    ):
        async with place.readings.of(viewer) as reading:
            assert (await reading.attachments.get_many(everything)).keys() == seen
            assert (await reading.attachments.contents(everything)).keys() == seen
            of_cases = (await reading.attachments.of_cases(cases)).values()
            of_messages = (await reading.attachments.of_messages(messages)).values()
            assert {file.id for files in (*of_cases, *of_messages) for file in files} == seen
