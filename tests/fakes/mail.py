"""A mailer that keeps what it was given."""

from application.ports.mail import Mail, Mailer


class FakeMailer(Mailer):
    """`sent` in order; `trouble` is raised instead of taking a letter."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.trouble: Exception | None = None

    async def send(self, mail: Mail) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.sent.append(mail)
