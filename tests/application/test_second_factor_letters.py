"""The owner of an account is told what happened to its second factor."""

from dataclasses import replace
from uuid import uuid4

import pytest

from application.announcements import second_factor_changed
from application.ports.mail.second_factors import SecondFactorChanged
from domain.ids import AccountId
from domain.second_factors import SecondFactorChange
from tests.application.letters_desk import Desk
from tests.factories import NOON


@pytest.mark.parametrize("change", SecondFactorChange)
async def test_a_client_is_told_by_name_and_staff_by_user_name(change: SecondFactorChange) -> None:
    desk = Desk()
    v = desk.here
    ana = v.accounts[v.ana.name]

    await desk.send_mail(second_factor_changed(ana, change, NOON))
    await desk.send_mail(second_factor_changed(v.rosa, change, NOON))

    first, second = desk.mailer.sent
    assert (first.name, first.address) == (v.ana.name, ana.email)
    assert (second.name, second.address) == (v.rosa.username, v.rosa.email)
    assert first.letter == SecondFactorChanged(
        letterhead=first.letter.letterhead, username=ana.username, change=change, at=NOON
    )


async def test_an_account_that_is_gone_gets_nothing() -> None:
    desk = Desk()
    gone = replace(desk.here.rosa, id=AccountId(uuid4()))

    await desk.send_mail(second_factor_changed(gone, SecondFactorChange.ON, NOON))

    assert desk.mailer.sent == []
