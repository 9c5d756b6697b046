import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import altcha
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.captcha.altcha import LIFETIME, AltchaVerifier, Effort
from application.ports.captcha import CaptchaChallenge
from domain.agencies import CaptchaProvider
from domain.ids import AgencyId
from tests.fakes.captcha import FakeSpentChallenges
from tests.fakes.clock import FakeClock

LIGHT = Effort(cost=2, fewest=2, most=6)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime.now(UTC))  # the library compares expiry with the machine's clock as well


@pytest.fixture
def verifier(clock: FakeClock) -> AltchaVerifier:
    return a_verifier(clock)


def a_verifier(clock: FakeClock, *, secret: bytes = b"s" * 32, agency_id: AgencyId | None = None) -> AltchaVerifier:
    return AltchaVerifier(
        agency_id=agency_id or AgencyId(uuid4()),
        secret=secret,
        spent=FakeSpentChallenges(),
        clock=clock,
        effort=LIGHT,
    )


def solve(challenge: CaptchaChallenge) -> dict[str, Any]:
    """What the widget in a browser does."""
    assert challenge.challenge is not None
    question = altcha.Challenge.from_dict(json.loads(challenge.challenge))
    solution = altcha.solve_challenge(question)
    assert solution is not None
    return altcha.Payload(question, solution).to_dict()


def token(answer: object) -> str:
    return base64.b64encode(json.dumps(answer).encode()).decode()


async def test_a_solved_challenge_lets_in(verifier: AltchaVerifier) -> None:
    challenge = await verifier.issue()

    assert challenge.provider is CaptchaProvider.ALTCHA
    assert challenge.site_key is None
    assert await verifier.verify(token(solve(challenge)), ip="192.0.2.7")


async def test_an_answer_serves_once(verifier: AltchaVerifier) -> None:
    answer = solve(await verifier.issue())
    answer_written_otherwise = {"solution": {**answer["solution"], "time": 1}, "challenge": answer["challenge"]}

    assert await verifier.verify(token(answer), ip=None)
    assert not await verifier.verify(token(answer), ip=None)
    assert not await verifier.verify(token(answer_written_otherwise), ip=None)


async def test_two_challenges_are_never_the_same(verifier: AltchaVerifier) -> None:
    first, second = solve(await verifier.issue()), solve(await verifier.issue())

    assert await verifier.verify(token(first), ip=None)
    assert await verifier.verify(token(second), ip=None)


async def test_an_answer_may_take_ten_minutes_and_no_more(clock: FakeClock, verifier: AltchaVerifier) -> None:
    in_time, late = solve(await verifier.issue()), solve(await verifier.issue())

    clock.advance(LIFETIME - timedelta(seconds=2))
    assert await verifier.verify(token(in_time), ip=None)
    clock.advance(timedelta(seconds=2))
    assert not await verifier.verify(token(late), ip=None)


async def test_a_challenge_without_expiry_is_refused(clock: FakeClock, verifier: AltchaVerifier) -> None:
    endless = altcha.create_challenge(
        "PBKDF2/SHA-256",
        2,
        counter=3,
        hmac_secret=verifier._key("challenge"),
        hmac_key_secret=verifier._key("solution"),
    )
    answer = solve(CaptchaChallenge(provider=CaptchaProvider.ALTCHA, challenge=json.dumps(endless.to_dict())))

    assert not await verifier.verify(token(answer), ip=None)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("cost", 1),
        ("keyPrefix", ""),
        ("nonce", "00" * 16),
        ("salt", "00" * 16),
        ("expiresAt", 99_999_999_999),
        ("algorithm", "SHA-256"),
        ("keySignature", "00"),
        ("keyLength", 1),
        ("data", {"a": 1}),
    ],
)
async def test_a_challenge_that_was_made_easier_is_refused(verifier: AltchaVerifier, part: str, value: object) -> None:
    answer = solve(await verifier.issue())
    answer["challenge"]["parameters"][part] = value

    assert not await verifier.verify(token(answer), ip=None)


async def test_a_wrong_solution_is_refused_and_spends_nothing(verifier: AltchaVerifier) -> None:
    answer = solve(await verifier.issue())
    wrong = {**answer, "solution": {"counter": 1, "derivedKey": "00" * 32}}

    assert not await verifier.verify(token(wrong), ip=None)
    assert await verifier.verify(token(answer), ip=None)


async def test_a_challenge_without_signature_is_refused(verifier: AltchaVerifier) -> None:
    answer = solve(await verifier.issue())
    for signature in (None, "", "00" * 32, 5):
        answer["challenge"]["signature"] = signature
        assert not await verifier.verify(token(answer), ip=None)


async def test_another_agencys_answer_is_refused(clock: FakeClock) -> None:
    ours, theirs = a_verifier(clock), a_verifier(clock)

    assert not await ours.verify(token(solve(await theirs.issue())), ip=None)


async def test_an_answer_signed_with_another_secret_is_refused(clock: FakeClock) -> None:
    agency_id = AgencyId(uuid4())
    ours, forged = a_verifier(clock, agency_id=agency_id), a_verifier(clock, secret=b"x" * 32, agency_id=agency_id)

    assert not await ours.verify(token(solve(await forged.issue())), ip=None)


@pytest.mark.parametrize("sent", [None, "", "no", "ñ", "e30=", "x" * 5000, token([]), token({"challenge": "x"})])
async def test_what_is_no_answer_is_refused(verifier: AltchaVerifier, sent: str | None) -> None:
    assert not await verifier.verify(sent, ip=None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PARTS = st.fixed_dictionaries(
    {"algorithm": JSON, "nonce": JSON, "salt": JSON, "cost": JSON}, optional={"expiresAt": JSON, "data": JSON}
)


@settings(max_examples=150, deadline=None)
@given(
    parameters=PARTS | JSON,
    signature=JSON,
    solution=st.fixed_dictionaries({"counter": JSON, "derivedKey": JSON}) | JSON,
)
async def test_hostile_answers_are_refused_quietly(parameters: object, signature: object, solution: object) -> None:
    verifier = a_verifier(FakeClock(datetime.now(UTC)))
    answer = {"challenge": {"parameters": parameters, "signature": signature}, "solution": solution}

    assert not await verifier.verify(token(answer), ip=None)


@pytest.mark.parametrize("deep", ["[" * 2000, '{"a":' * 500, '{"challenge":' + "[" * 1500])
async def test_a_deep_answer_is_refused_quietly(verifier: AltchaVerifier, deep: str) -> None:
    assert not await verifier.verify(base64.b64encode(deep.encode()).decode(), ip=None)


async def test_the_default_effort_is_a_real_one() -> None:
    verifier = AltchaVerifier(
        agency_id=AgencyId(uuid4()), secret=b"s" * 32, spent=FakeSpentChallenges(), clock=FakeClock(datetime.now(UTC))
    )

    challenge = await verifier.issue()

    assert challenge.challenge is not None
    parameters = json.loads(challenge.challenge)["parameters"]
    assert (parameters["algorithm"], parameters["cost"]) == ("PBKDF2/SHA-256", 5000)
    assert len(parameters["keyPrefix"]) == 32  # so that only the very number of tries it hides will do
