"""Stored credentials: sealed, bound to their place, readable after a change of key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.secrets.fernet import FernetSecretBox
from application.ports.secrets import SecretUnreadable

OLD, NEW = "o" * 32, "n" * 40
BOX = FernetSecretBox([OLD])


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_a_secret_comes_back_as_it_was(secret: str) -> None:
    sealed = BOX.seal(secret, place="account")
    assert BOX.open(sealed, place="account") == secret


def test_nothing_of_a_secret_or_its_length_pattern_is_stored_in_clear() -> None:
    sealed = BOX.seal("4Vj8eK4rloUd272L48hsrarnUA", place="account")
    assert "4Vj8eK4r" not in sealed
    assert sealed.isascii()
    assert BOX.seal("4Vj8eK4rloUd272L48hsrarnUA", place="account") != sealed


def test_a_secret_copied_to_another_place_does_not_open() -> None:
    sealed = BOX.seal("secret", place="agency A")
    with pytest.raises(SecretUnreadable):
        BOX.open(sealed, place="agency B")


def test_after_a_change_of_key_the_old_secrets_open_and_new_ones_are_sealed_with_the_new_key() -> None:
    both = FernetSecretBox([NEW, OLD])
    assert both.open(BOX.seal("secret", place="p"), place="p") == "secret"
    assert FernetSecretBox([NEW]).open(both.seal("secret", place="p"), place="p") == "secret"
    with pytest.raises(SecretUnreadable):
        BOX.open(both.seal("secret", place="p"), place="p")


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA", "ñ"])
def test_what_is_damaged_does_not_open(sealed: str) -> None:
    with pytest.raises(SecretUnreadable):
        BOX.open(sealed, place="p")


def test_one_changed_letter_is_noticed() -> None:
    sealed = BOX.seal("secret", place="p")
    changed = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    with pytest.raises(SecretUnreadable):
        BOX.open(changed, place="p")


@pytest.mark.parametrize("keys", [[], [""], ["short"], [OLD, "short"]])
def test_weak_keys_are_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="32"):
        FernetSecretBox(keys)
