"""A small service with the sign-in of the real one, for the explorer's page: accounts, tokens, ALTCHA, a document."""

import base64
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated

import altcha
import strawberry

from graphql_api.http import Code, OperationFacts, RequestFacts, refusal

PASSWORD = "una contraseña larga de prueba"
PDF = b"%PDF-1.7 documento de prueba"


@strawberry.enum
class CaptchaProvider(Enum):
    ALTCHA = "ALTCHA"
    NONE = "NONE"
    TURNSTILE = "TURNSTILE"


@strawberry.enum
class AccountRole(Enum):
    CLIENT = "CLIENT"
    STAFF = "STAFF"
    ADMIN = "ADMIN"


@dataclass
class Service:
    """What the page talks to. `lifetime` is that of access tokens; `imported` keeps the CSVs that arrived."""

    provider: CaptchaProvider = CaptchaProvider.ALTCHA
    lifetime: timedelta = timedelta(minutes=15)
    accounts: dict[str, list[AccountRole]] = field(
        default_factory=lambda: {"marta.rios": [AccountRole.STAFF], "ana.lopez": [AccountRole.CLIENT]}
    )
    tokens: dict[str, str] = field(default_factory=dict)
    refresh_tokens: dict[str, str] = field(default_factory=dict)
    renewals: int = 0
    imported: list[str] = field(default_factory=list)
    opened: list[tuple[RequestFacts, OperationFacts]] = field(default_factory=list)
    secret: str = field(default_factory=secrets.token_hex)

    @asynccontextmanager
    async def open_context(self, facts: RequestFacts, operation: OperationFacts) -> AsyncIterator["Context"]:
        self.opened.append((facts, operation))
        if facts.agency_header == "no-existe":
            raise refusal(Code.AGENCY_NOT_FOUND)
        user = self.tokens.get(facts.bearer or "")
        public = {"login", "refreshSession", "captcha", "agency"}
        if facts.bearer is not None and user is None and not operation.root_fields <= public:
            raise refusal(Code.UNAUTHENTICATED)
        yield Context(self, user, facts.bearer)

    def may_introspect(self, context: "Context") -> bool:
        return not {AccountRole.STAFF, AccountRole.ADMIN}.isdisjoint(self.accounts.get(context.user or "", []))


@dataclass
class Context:
    service: Service
    user: str | None
    bearer: str | None


@strawberry.interface
class UserError:
    code: str
    message: str


@strawberry.type
class InvalidCredentials(UserError):
    pass


@strawberry.type
class CaptchaRejected(UserError):
    pass


@strawberry.type
class TokenExpired(UserError):
    pass


@strawberry.type
class Account:
    username: str
    roles: list[AccountRole]


@strawberry.type
class SessionPayload:
    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    account: Account
    recovery_codes: list[str] | None = None


@strawberry.type
class LogoutPayload:
    closed_sessions: int


@strawberry.type
class CaptchaChallenge:
    provider: CaptchaProvider
    site_key: str | None
    challenge: str | None


@strawberry.type
class Agency:
    name: str


@strawberry.type
class Download:
    file_name: str
    content_type: str
    content_base64: str


@strawberry.type
class Invoice:
    number: str

    @strawberry.field
    def pdf(self) -> Download:
        return Download(
            file_name=f"{self.number}.pdf",
            content_type="application/pdf",
            content_base64=base64.b64encode(PDF).decode(),
        )


@strawberry.input
class LoginInput:
    login: str
    password: str
    captcha: str | None = None
    code: str | None = None


@strawberry.input
class ImportRecordsInput:
    csv: str


@strawberry.type
class SecondFactorEnrolment:
    secret: str
    qr: Download


@strawberry.type
class SecondFactorRequired(UserError):
    enrolment: SecondFactorEnrolment | None = None


LoginResult = Annotated[
    SessionPayload | InvalidCredentials | SecondFactorRequired | CaptchaRejected, strawberry.union("LoginResult")
]
RefreshSessionResult = Annotated[SessionPayload | TokenExpired, strawberry.union("RefreshSessionResult")]
LogoutResult = Annotated[LogoutPayload, strawberry.union("LogoutResult")]
Info = strawberry.Info[Context, None]


def _open_session(service: Service, user: str) -> SessionPayload:
    access, refresh = secrets.token_hex(), secrets.token_hex()
    service.tokens[access] = user
    service.refresh_tokens[refresh] = user
    return SessionPayload(
        access_token=access,
        access_token_expires_at=datetime.now(UTC) + service.lifetime,
        refresh_token=refresh,
        account=Account(username=user, roles=service.accounts[user]),
    )


@strawberry.type
class Query:
    @strawberry.field
    def agency(self) -> Agency:
        return Agency(name="Inmobiliaria Andina")

    @strawberry.field
    def captcha(self, info: Info) -> CaptchaChallenge:
        service = info.context.service
        if service.provider is not CaptchaProvider.ALTCHA:
            return CaptchaChallenge(provider=service.provider, site_key="clave", challenge=None)
        challenge = altcha.create_challenge(
            "PBKDF2/SHA-256",
            1000,
            counter=100 + secrets.randbelow(100),
            expires_at=datetime.now(UTC) + timedelta(minutes=10),
            hmac_secret=service.secret,
            hmac_key_secret=service.secret + "k",
        )
        return CaptchaChallenge(provider=service.provider, site_key=None, challenge=json.dumps(challenge.to_dict()))

    @strawberry.field
    def me(self, info: Info) -> Account | None:
        user = info.context.user
        return Account(username=user, roles=info.context.service.accounts[user]) if user else None

    @strawberry.field
    def invoices(self) -> list[Invoice]:
        return [Invoice(number="FV-000123")]


@strawberry.type
class Mutation:
    @strawberry.mutation
    def login(self, info: Info, input: LoginInput) -> LoginResult:  # noqa: A002 (the schema's word)
        service = info.context.service
        if service.provider is CaptchaProvider.ALTCHA:
            answer = altcha.verify_solution(input.captcha or "", service.secret, hmac_key_secret=service.secret + "k")
            if not answer.verified:
                return CaptchaRejected(code="CAPTCHA_REJECTED", message="No pudimos comprobar que no es un robot.")
        if input.login not in service.accounts or input.password != PASSWORD:
            return InvalidCredentials(code="INVALID_CREDENTIALS", message="Usuario o contraseña incorrectos.")
        return _open_session(service, input.login)

    @strawberry.mutation
    def refresh_session(self, info: Info, refresh_token: str) -> RefreshSessionResult:
        service = info.context.service
        service.renewals += 1
        user = service.refresh_tokens.pop(refresh_token, None)
        if user is None:
            return TokenExpired(code="TOKEN_EXPIRED", message="La sesión terminó.")
        return _open_session(service, user)

    @strawberry.mutation
    def logout(self, info: Info) -> LogoutResult:
        info.context.service.tokens.pop(info.context.bearer or "", None)
        return LogoutPayload(closed_sessions=1)

    @strawberry.mutation
    def import_records(self, info: Info, input: ImportRecordsInput) -> int:  # noqa: A002 (the schema's word)
        info.context.service.imported.append(input.csv)
        return len(input.csv.splitlines())


schema = strawberry.Schema(Query, Mutation)
