"""Tokens of links: always the same, never the same for two, and nobody's who has not the key."""

import re
from uuid import UUID, uuid4

from adapters.secrets.links import DerivedLinkTokens
from domain.ids import LinkId

KEY = b"k" * 32
LINK = LinkId(UUID("6f1b1a0e-2f64-4c0e-9a0b-7d3a5a8a7f10"))


def test_a_link_has_one_token_that_needs_no_escaping() -> None:
    token = DerivedLinkTokens(KEY).of(LINK)

    assert token == DerivedLinkTokens(KEY).of(LINK)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)


def test_no_two_links_share_one_and_no_two_keys_do() -> None:
    tokens = {DerivedLinkTokens(KEY).of(LinkId(uuid4())) for _ in range(1_000)}

    assert len(tokens) == 1_000
    assert DerivedLinkTokens(b"K" * 32).of(LINK) != DerivedLinkTokens(KEY).of(LINK)
    assert str(LINK.hex) not in DerivedLinkTokens(KEY).of(LINK)
