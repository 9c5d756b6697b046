"""What use cases refuse, and what the schema says of it: nothing that is foreseen looks like a fault."""

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, GraphQLUnionType, get_named_type

from application.ports.documents import DocumentUnavailable
from application.ports.mail import MailUnavailable
from application.use_cases.account_status import DisableAccount, EnableAccount
from application.use_cases.accounts import ChangePassword
from application.use_cases.agency_settings import UpdateAgency
from application.use_cases.bulk_invitations import InviteClients
from application.use_cases.imports import ImportRecords
from application.use_cases.invitations import InviteClient, InviteStaff
from application.use_cases.jobs import RetryJob
from application.use_cases.mail_preferences import UpdateMailPreferences
from application.use_cases.payments import (
    ApplyCredit,
    CancelPayment,
    ConfigureGateway,
    DismissDispute,
    ReconcileSettlement,
    RecordPayment,
    RefreshPayment,
    RefundPayment,
    ReleaseRefund,
    ResolvePaymentReview,
    ReversePayment,
    StartPayment,
)
from application.use_cases.payments.findings import ResolveFinding
from application.use_cases.personal_data import EraseClient, ExportPersonalData, RecordConsent
from application.use_cases.pqrs import FilePqrs
from application.use_cases.pqrs_acts import AnswerPqrs, AssignPqrs, ExtendPqrs, StartPqrs
from application.use_cases.pqrs_messages import AddPqrsMessage, AddPqrsNote, ClosePqrs, ReopenPqrs
from application.use_cases.profile import ConfirmEmail, UpdateProfile
from application.use_cases.resets import RequestPasswordReset, ResetPassword
from application.use_cases.second_factor import (
    BeginSecondFactor,
    ConfirmSecondFactor,
    DisableSecondFactor,
    RenewRecoveryCodes,
)
from application.use_cases.second_factor_resets import ResetSecondFactor
from application.use_cases.sessions import EndSession, RefreshSession, SignOut
from application.use_cases.sign_in import SignIn
from application.use_cases.view_as import ViewAsClient
from domain import errors
from graphql_api.handlers import TABLE, explain
from graphql_api.http.codes import Code
from graphql_api.refusals import ErrorCode
from tests.graphql_api.selections import SCHEMA, object_type

USE_CASES: dict[str, type[Any]] = {
    "addPqrsMessage": AddPqrsMessage,
    "addPqrsNote": AddPqrsNote,
    "answerPqrs": AnswerPqrs,
    "applyCredit": ApplyCredit,
    "assignPqrs": AssignPqrs,
    "beginSecondFactor": BeginSecondFactor,
    "cancelPayment": CancelPayment,
    "changePassword": ChangePassword,
    "closePqrs": ClosePqrs,
    "configureGateway": ConfigureGateway,
    "updateAgency": UpdateAgency,
    "confirmEmail": ConfirmEmail,
    "createPqrs": FilePqrs,
    "disableAccount": DisableAccount,
    "enableAccount": EnableAccount,
    "dismissDispute": DismissDispute,
    "confirmSecondFactor": ConfirmSecondFactor,
    "disableSecondFactor": DisableSecondFactor,
    "endSession": EndSession,
    "eraseClient": EraseClient,
    "exportPersonalData": ExportPersonalData,
    "extendPqrs": ExtendPqrs,
    "importRecords": ImportRecords,
    "inviteClient": InviteClient,
    "inviteClients": InviteClients,
    "inviteStaff": InviteStaff,
    "login": SignIn,
    "logout": SignOut,
    "recordConsent": RecordConsent,
    "recordPayment": RecordPayment,
    "reconcileSettlement": ReconcileSettlement,
    "refreshPayment": RefreshPayment,
    "refreshSession": RefreshSession,
    "reopenPqrs": ReopenPqrs,
    "requestPasswordReset": RequestPasswordReset,
    "resetPassword": ResetPassword,
    "renewRecoveryCodes": RenewRecoveryCodes,
    "resetSecondFactor": ResetSecondFactor,
    "resolveFinding": ResolveFinding,
    "refundPayment": RefundPayment,
    "releaseRefund": ReleaseRefund,
    "resolvePaymentReview": ResolvePaymentReview,
    "retryJob": RetryJob,
    "reversePayment": ReversePayment,
    "startPayment": StartPayment,
    "startPqrs": StartPqrs,
    "updateMailPreferences": UpdateMailPreferences,
    "updateProfile": UpdateProfile,
    "viewAsClient": ViewAsClient,
}
NOT_YET = {
    # The union is shared by all that is done about a PQRS.
    "addPqrsNote": {"LimitReached"},
    "answerPqrs": {"LimitReached", "IdempotencyConflict"},
    "assignPqrs": {"LimitReached", "IdempotencyConflict"},
    "closePqrs": {"InvalidInput", "LimitReached", "IdempotencyConflict"},
    "extendPqrs": {"LimitReached", "IdempotencyConflict"},
    "reopenPqrs": {"IdempotencyConflict"},
    "startPqrs": {"InvalidInput", "LimitReached", "IdempotencyConflict"},
    "createPqrs": {"NotFound"},  # nothing that is acted on exists before it: the form's ids are InvalidInput
    "disableAccount": {"InvalidInput", "LimitReached"},  # the union is shared with the invitations
    "enableAccount": {"InvalidInput", "LimitReached"},
    "inviteStaff": {"NotFound"},  # whom it is about does not exist before it
    "recordPayment": {"InvalidTransition"},  # the union is shared with reversePayment
    "refreshPayment": {"InvalidTransition"},  # the union is shared with cancelPayment and resolvePaymentReview
    "reversePayment": {"IdempotencyConflict"},  # the union is shared with recordPayment
}
"""Members that front ends are promised and that nothing gives, or nothing yet."""
EXPLAINED = {
    errors.Unauthenticated(): Code.UNAUTHENTICATED,
    errors.NotAllowed(): Code.FORBIDDEN,
    errors.ReadOnly(): Code.READ_ONLY,
    errors.AgencyNotFound(): Code.AGENCY_NOT_FOUND,
    errors.Busy(): Code.BUSY,
    errors.TooManyAttempts(): Code.RATE_LIMITED,
    errors.Unavailable(): Code.UNAVAILABLE,
    errors.CaptchaUnavailable(): Code.UNAVAILABLE,
    DocumentUnavailable(): Code.UNAVAILABLE,
    errors.InvalidInput(errors.FieldProblem("first", errors.FieldProblemCode.INVALID)): Code.BAD_USER_INPUT,
}


def test_every_refusal_is_a_member_of_unions_or_an_error_with_a_code() -> None:
    explained = {type(error) for error in EXPLAINED}
    bases = {errors.RetryLater, MailUnavailable}  # the latter is met by jobs only

    unknown = [
        kind for kind in _subclasses(errors.DomainError) if not issubclass(kind, tuple(TABLE)) and kind not in explained
    ]
    assert set(unknown) == bases


@pytest.mark.parametrize(("error", "code"), EXPLAINED.items(), ids=lambda it: type(it).__name__)
def test_an_error_of_the_whole_request_has_its_code(error: errors.DomainError, code: Code) -> None:
    told = explain(error)

    assert told is not None
    assert told.code is code
    assert (told.retry_after is not None) == isinstance(error, errors.RetryLater)


def test_what_nobody_foresaw_is_not_explained() -> None:
    assert explain(RuntimeError("detalle interno")) is None


def test_every_type_of_refusal_has_an_error_and_a_code_of_its_own() -> None:
    interface = SCHEMA.type_map["UserError"]
    offered = {it.name for it in SCHEMA.get_possible_types(interface)}  # type: ignore[arg-type]

    assert offered == {answer.__name__ for answer, _ in TABLE.values()}
    assert {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper() for name in offered} == {code.value for code in ErrorCode}


def test_every_mutation_answers_with_a_union_of_its_result_and_refusals() -> None:
    for name, field in object_type("Mutation").fields.items():
        union = get_named_type(field.type)
        assert isinstance(union, GraphQLUnionType), name
        assert len(union.types) - len(_refusals_of(name)) == 1, name


@pytest.mark.parametrize("name", sorted(USE_CASES))
def test_a_mutations_union_has_what_its_use_case_documents_and_nothing_else(name: str) -> None:
    told = set(re.findall(r"\b[A-Z]\w+", USE_CASES[name].__doc__ or ""))
    documented = {
        answer.__name__
        for error, (answer, _) in TABLE.items()
        if told & {error.__name__, *(kind.__name__ for kind in _subclasses(error))}
    }

    assert _refusals_of(name) - NOT_YET.get(name, set()) == documented
    assert NOT_YET.get(name, set()) <= _refusals_of(name)


def test_every_mutation_is_known_with_its_use_case() -> None:
    assert USE_CASES.keys() == object_type("Mutation").fields.keys()


def test_every_member_that_can_be_met_is_met_by_a_test() -> None:
    """`act` names what came back as «mutation.Member»; here it is enough that a test asks for each."""
    written = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_answers_of_*.py"))
    met = set(re.findall(r'"([a-z]\w+\.[A-Z]\w+)"', written))
    promised = {
        f"{name}.{member.name}"
        for name, field in object_type("Mutation").fields.items()
        for member in get_named_type(field.type).types
        if member.name not in NOT_YET.get(name, set())
    }

    assert met == promised


def _subclasses(kind: type[Any]) -> set[type[Any]]:
    found = set(kind.__subclasses__())
    return found.union(*(_subclasses(one) for one in found))


def _refusals_of(mutation: str) -> set[str]:
    union = get_named_type(object_type("Mutation").fields[mutation].type)
    assert isinstance(union, GraphQLUnionType)
    members = [member for member in union.types if isinstance(member, GraphQLObjectType)]
    return {member.name for member in members if "UserError" in {it.name for it in member.interfaces}}
