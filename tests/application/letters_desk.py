"""Where letters are written and kept, over two neighbouring agencies in memory."""

from dataclasses import replace

from application.announcements import payment_declined
from application.links import AccountLinks
from application.ports.jobs import Job
from application.use_cases.documents import DrawDocuments
from application.use_cases.letters import SendMail
from application.use_cases.letters.contacts import Contacts
from domain.payment_intents import PaymentIntentStatus
from tests.factories import NOON
from tests.fakes.calendar import FakeHolidays
from tests.fakes.clock import FakeClock
from tests.fakes.documents import FakeDocumentRenderer
from tests.fakes.links import FakeLinkTokens
from tests.fakes.mail import FakeMailer
from tests.fakes.rate_limits import FakeRateLimiter
from tests.fakes.reading.readings import FakeReadings
from tests.fakes.unit_of_work import FakeDatabase
from tests.village import Village, two_villages


class Desk:
    def __init__(self) -> None:
        self.here, self.there, both = two_villages()
        self.database = FakeDatabase(both)
        self.clock = FakeClock(NOON)
        self.renderer = FakeDocumentRenderer()
        self.mailer = FakeMailer()
        self.send_mail = SendMail(
            readings=FakeReadings(self.database, self.clock),
            draw_documents=DrawDocuments(renderer=self.renderer),
            links=AccountLinks(tokens=FakeLinkTokens(), default_base="https://clientes.example"),
            contacts=Contacts(unit_of_work=self.database, calendar=FakeHolidays(), clock=self.clock),
            limiter=FakeRateLimiter(self.clock),
            mailer=self.mailer,
            clock=self.clock,
        )

    def declined(self, village: Village, **changes: object) -> Job:
        """The job about the try that failed, with the intent as it stands by now."""
        intent = replace(village.intent, **({"status": PaymentIntentStatus.DECLINED} | changes))  # type: ignore[arg-type]
        self.database.store.intents[intent.id] = intent
        return payment_declined(intent, intent.attempts[0])
