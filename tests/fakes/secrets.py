"""Sealing that anybody can read, but that keeps a secret to its place."""

from application.ports.secrets import SecretBox, SecretUnreadable


class FakeSecretBox(SecretBox):
    def seal(self, secret: str, *, place: str) -> str:
        return f"{place}|{secret[::-1]}"

    def open(self, sealed: str, *, place: str) -> str:
        stored, _, secret = sealed.partition("|")
        if stored != place:
            raise SecretUnreadable
        return secret[::-1]
