"""What the confirmation page says."""

from dataclasses import replace

import pytest

from domain.payment_intents import PaymentIntentStatus
from domain.payments import PaymentGatewayCode
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
