"""Whatever a thief does with a copied refresh token, the thief and the owner never both keep the session."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain.ids import AccountId, AgencyId, SessionId
from domain.sessions import REFRESH_GRACE, RefreshVerdict, Session, SessionToken, TokenPair

START = datetime(2026, 11, 22, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Family:
    """One session and its refresh tokens, stored as the rules ask."""

    session: Session = field(
        default_factory=lambda: Session.begin(
            id=SessionId(uuid4()),
            agency_id=AgencyId(uuid4()),
            account_id=AccountId(uuid4()),
            staff=False,
            user_agent=None,
            at=START,
        )
    )
    refresh_tokens: list[SessionToken] = field(default_factory=list)

    def issue(self, at: datetime) -> SessionToken:
        pair: TokenPair = self.session.issue(at=at)
        self.refresh_tokens.append(pair.refresh)
        return pair.refresh

    def refresh(self, token: SessionToken, at: datetime) -> SessionToken | None:
        match self.session.judge(token, at=at):
            case RefreshVerdict.ROTATE:
                for sibling in self.refresh_tokens:
                    sibling.rotated_at = sibling.rotated_at or at
                return self.issue(at)
            case RefreshVerdict.REPEAT:
                return self.issue(at)
            case RefreshVerdict.REUSED:
                self.session.end(at=at)
        return None


@dataclass
class Party:
    """`got`: when this party came by a token, by theft or refresh; `refreshed`: when it was granted a new one."""

    tokens: list[SessionToken] = field(default_factory=list)
    got: list[datetime] = field(default_factory=list)
    refreshed: list[datetime] = field(default_factory=list)

    def receive(self, token: SessionToken, at: datetime) -> None:
        self.tokens.append(token)
        self.got.append(at)

    def refresh(self, family: Family, at: datetime, *, back: int = 0) -> bool:
        token = family.refresh(self.tokens[-1 - min(back, len(self.tokens) - 1)], at)
        if token is None:
            return False
        self.receive(token, at)
        self.refreshed.append(at)
        return True


class StolenToken(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.begin()

    def begin(self) -> None:
        self.now = START
        self.family = Family()
        self.owner, self.thief = Party(), Party()
        self.owner.receive(self.family.issue(self.now), self.now)
        self.honest = True

    @precondition(lambda self: not self.family.session.is_live(at=self.now))
    @rule()
    def the_owner_signs_in_again(self) -> None:
        self.begin()

    @rule(seconds=st.sampled_from([0.5, 3, 9, 10, 10.5, 60, 900, 86_400]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def the_owner_refreshes(self) -> None:
        live = self.family.session.is_live(at=self.now)
        granted = self.owner.refresh(self.family, self.now)
        if self.honest:
            assert granted == live, "nobody but the owner ever had a token, and yet the owner was turned away"

    @rule()
    def the_owner_repeats_a_request_whose_answer_was_lost(self) -> None:
        token = self.owner.tokens[-2] if len(self.owner.tokens) > 1 else self.owner.tokens[-1]
        late = token.rotated_at is not None and self.now > token.rotated_at + REFRESH_GRACE
        granted = self.owner.refresh(self.family, self.now, back=1)
        if late:
            assert not granted
            self.honest = False

    @rule(back=st.integers(0, 2))
    def a_token_is_stolen(self, back: int) -> None:
        self.thief.receive(self.owner.tokens[-1 - min(back, len(self.owner.tokens) - 1)], self.now)

    @precondition(lambda self: self.thief.tokens)
    @rule(back=st.integers(0, 2))
    def the_thief_refreshes(self, back: int) -> None:
        self.honest = False
        self.thief.refresh(self.family, self.now, back=back)

    @rule()
    def the_thief_slips_in_with_the_owner(self) -> None:
        self.a_token_is_stolen(0)
        self.the_owner_refreshes()
        self.the_thief_refreshes(0)

    @invariant()
    def who_was_overtaken_is_out(self) -> None:
        for party, rival in ((self.owner, self.thief), (self.thief, self.owner)):
            for granted in party.refreshed[-1:]:
                before = max((at for at in party.got[:-1] if at <= granted), default=None)
                if before is None:
                    continue
                overtaken = [at for at in rival.refreshed if before + REFRESH_GRACE < at < granted - REFRESH_GRACE]
                assert not overtaken, f"refreshed at {granted}, though overtaken at {overtaken} since {before}"

    @invariant()
    def an_ended_family_grants_nothing(self) -> None:
        ended = self.family.session.ended_at
        if ended is not None:
            assert all(at <= ended for party in (self.owner, self.thief) for at in party.refreshed)


StolenToken.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestStolenToken = StolenToken.TestCase


def test_a_thief_who_goes_first_ends_with_the_owners_next_refresh() -> None:
    family, owner, thief = Family(), Party(), Party()
    owner.receive(family.issue(START), START)
    thief.receive(owner.tokens[-1], START)

    assert thief.refresh(family, START + MINUTE)
    assert not owner.refresh(family, START + 14 * MINUTE)
    assert not thief.refresh(family, START + 15 * MINUTE)
    assert family.session.ended_at == START + 14 * MINUTE


def test_a_thief_who_comes_second_ends_the_session() -> None:
    family, owner, thief = Family(), Party(), Party()
    owner.receive(family.issue(START), START)
    thief.receive(owner.tokens[-1], START)

    assert owner.refresh(family, START + 14 * MINUTE)
    assert not thief.refresh(family, START + 15 * MINUTE)
    assert not owner.refresh(family, START + 28 * MINUTE)


def test_a_thief_inside_the_grace_is_out_at_the_next_turn() -> None:
    family, owner, thief = Family(), Party(), Party()
    owner.receive(family.issue(START), START)
    thief.receive(owner.tokens[-1], START)

    assert owner.refresh(family, START + 14 * MINUTE)
    assert thief.refresh(family, START + 14 * MINUTE + timedelta(seconds=9))
    assert owner.refresh(family, START + 28 * MINUTE)
    assert not thief.refresh(family, START + 29 * MINUTE)
    assert not owner.refresh(family, START + 42 * MINUTE)


def test_two_tabs_that_refresh_at_once_both_go_on() -> None:
    family, first, second = Family(), Party(), Party()
    first.receive(family.issue(START), START)
    second.receive(first.tokens[-1], START)

    for turn in range(1, 5):
        at = START + turn * 14 * MINUTE
        assert first.refresh(family, at)
        assert second.refresh(family, at + timedelta(seconds=2))
