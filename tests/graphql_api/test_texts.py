"""What the confirmation page and the record say."""

from dataclasses import replace

import pytest

from domain.audit import AuditAction
from domain.payment_intents import PaymentIntentStatus
from domain.payments import PaymentGatewayCode
from graphql_api.audit_texts import AUDIT_ACTION, audit_action
from graphql_api.texts import intent_message
from tests.adapters.enlinea.examples import an_intent


@pytest.mark.parametrize("status", [PaymentIntentStatus.EXPIRED, PaymentIntentStatus.CANCELLED])
def test_nobody_is_told_that_nothing_was_charged_where_the_gateway_could_not_be_asked(
    status: PaymentIntentStatus,
) -> None:
    enlinea = replace(an_intent(), status=status)
    payu = replace(enlinea, gateway=PaymentGatewayCode.PAYU)

    assert intent_message(payu).endswith("No se hizo ningún cobro.")
    assert "ningún cobro" not in intent_message(enlinea)
    assert "comuníquese con la inmobiliaria antes de pagar de nuevo" in intent_message(enlinea)


def test_every_act_has_a_name_in_the_record() -> None:
    assert set(AUDIT_ACTION) == set(AuditAction)
    assert len(set(AUDIT_ACTION.values())) == len(AUDIT_ACTION)
    assert audit_action("SIGNED_IN") == "Entró"
    assert audit_action("UNHEARD_OF") == "UNHEARD_OF"
