"""A statement that is itself the proof, beside what was received: whatever it says, nothing of it is guessed."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from domain.gateway_reports import Evidence
from domain.imports.statements import StatementLine
from domain.payment_intents import GatewayAttempt, PaymentIntent
from domain.payments import PaymentGatewayCode
from domain.statements import Comparison, as_reports, compare
from tests.domain.payment_examples import AT, REFERENCE, S, an_intent

ENLINEA = PaymentGatewayCode.ENLINEA
AMOUNTS = (Decimal("1850000.00"), Decimal("1840000.00"))
CODES = (None, "", "000", "APROBADA", "451", "00451", "777")
FAILED = (S.DECLINED, S.EXPIRED, S.PENDING)

attempts = st.builds(
    GatewayAttempt,
    transaction_id=st.sampled_from("abc"),
    status=st.sampled_from((S.APPROVED, *FAILED)),
    amount=st.just(AMOUNTS[0]),
    currency=st.just("COP"),
    verified_by=st.sampled_from((Evidence.QUERY, Evidence.SETTLEMENT)),
    at=st.just(AT),
    gateway_reference=st.sampled_from(CODES),
    charged=st.booleans(),
)
lines = st.builds(
    StatementLine,
    row=st.integers(2, 99),
    reference=st.just(REFERENCE),
    transaction_id=st.sampled_from("abcxyz"),
    amount=st.sampled_from(AMOUNTS),
    at=st.sampled_from((AT, AT + timedelta(days=1))),
    has_time=st.booleans(),
    bank_reference=st.sampled_from(CODES),
    is_another=st.booleans(),
)


def of(*known: GatewayAttempt) -> PaymentIntent:
    sound = [replace(it, charged=it.charged and it.status is S.APPROVED) for it in known]
    return replace(an_intent(S.APPROVED), gateway=ENLINEA, attempts=tuple(sound))


def parted(found: Comparison) -> list[list[int]]:
    """Rows, by what became of them."""
    pairs = (found.matched, found.different, found.in_question)
    return [[line.row for line, *_ in part] for part in (*pairs, found.unbooked)]


@given(
    known=st.lists(attempts, max_size=3, unique_by=lambda it: it.transaction_id),
    told=st.lists(lines, max_size=5, unique_by=lambda it: it.transaction_id),
    said=st.dictionaries(st.sampled_from("xyz"), st.sampled_from("abc"), max_size=2),
)
def test_each_line_is_told_by_what_identifies_it_or_is_a_question(
    known: list[GatewayAttempt], told: list[StatementLine], said: dict[str, str]
) -> None:
    intent = of(*known)
    said = {line.transaction_id: said[line.transaction_id] for line in told if line.transaction_id in said}
    said = {key: it for key, it in said.items() if it in intent.charged_ids}
    told = [replace(line, is_another=line.is_another and line.transaction_id not in said) for line in told]

    found = compare(told, {REFERENCE: intent}, ENLINEA, said=said)

    assert sorted(chain.from_iterable(parted(found))) == sorted(line.row for line in told)
    named = [attempt.transaction_id for _, _, attempt in (*found.matched, *found.different)]
    assert len(named) == len(set(named))
    for line, _, attempt in (*found.matched, *found.different):
        by_number = attempt.transaction_id in (line.transaction_id, said.get(line.transaction_id))
        codes = [(it or "").lstrip("0") for it in (line.bank_reference, attempt.gateway_reference)]
        assert by_number or (codes[0] == codes[1] and codes[0].isdecimal() and not line.is_another)
        assert attempt.charged
    for line, _ in found.unbooked:
        own = intent.attempt(line.transaction_id)
        failed = own is not None and own.status in FAILED
        assert line.is_another or failed or intent.charged_ids <= set(named)
    for line, _, attempt in found.in_question:
        assert not line.is_another
        assert attempt.charged
        assert line.transaction_id not in intent.charged_ids
    assert parted(found.again(intent)) == parted(found)
    assert len(as_reports(intent, found)) == len(intent.charged_ids) + len(found.unbooked)
