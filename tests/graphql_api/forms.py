"""Operations of the API as front ends send them, and what comes back of a mutation."""

from typing import Any

from tests.graphql_api.town import RETURN_URL, Answer, Town

NEW = "girasoles de Boyacá en junio"
USER_ERROR = "... on UserError { code message }"
FIELDS = "... on InvalidInput { fields { field code message } }"
REFRESH = f"""mutation Renovar($token: String!) {{ refreshSession(refreshToken: $token) {{
    __typename ... on SessionPayload {{ accessToken refreshToken account {{ username }} }} {USER_ERROR} }} }}"""
PROFILE = f"""mutation Perfil($input: UpdateProfileInput!) {{ updateProfile(input: $input) {{
    __typename ... on UpdateProfilePayload {{ emailConfirmationSent account {{ client {{ phone address city }} }} }}
    {USER_ERROR} {FIELDS} }} }}"""
CHANGE = f"""mutation Clave($old: String!, $new: String!, $again: String!) {{
    changePassword(input: {{currentPassword: $old, newPassword: $new, passwordConfirmation: $again}}) {{
    __typename ... on ChangePasswordPayload {{ closedSessions }} {USER_ERROR} {FIELDS}
    ... on TooManyAttempts {{ retryAfterSeconds }} }} }}"""
BEGIN = f"""mutation Empezar($password: String!) {{ beginSecondFactor(currentPassword: $password) {{ __typename
    ... on SecondFactorEnrolment {{ secret uri qr {{ fileName contentType byteSize contentBase64 }} }}
    {USER_ERROR} ... on TooManyAttempts {{ retryAfterSeconds resetRequired }} }} }}"""
CONFIRM = f"""mutation Confirmar($code: String!) {{ confirmSecondFactor(code: $code) {{ __typename
    ... on ConfirmSecondFactorPayload {{ recoveryCodes closedSessions }} {USER_ERROR} {FIELDS} }} }}"""
DISABLE = f"""mutation Quitar($password: String!, $code: String!) {{
    disableSecondFactor(currentPassword: $password, code: $code) {{ __typename
    ... on DisableSecondFactorPayload {{ closedSessions }} {USER_ERROR} {FIELDS} }} }}"""
RENEW = f"""mutation Generar($password: String!, $code: String!) {{
    renewRecoveryCodes(currentPassword: $password, code: $code) {{ __typename
    ... on RecoveryCodesPayload {{ recoveryCodes }} {USER_ERROR} {FIELDS} }} }}"""
RESET = f"""mutation Restablecer($id: ID!) {{ resetSecondFactor(accountId: $id) {{ __typename
    ... on ResetSecondFactorPayload {{ account {{ username secondFactor }} }} {USER_ERROR} }} }}"""
END = f"""mutation Cerrar($id: ID!) {{ endSession(id: $id) {{
    __typename ... on LogoutPayload {{ closedSessions }} {USER_ERROR} }} }}"""
INTENT = "id reference amount status statusMessage checkout { url method fields { name value } } invoices { number }"
PAY = f"""mutation Pagar($input: StartPaymentInput!) {{ startPayment(input: $input) {{
    __typename ... on PaymentIntentPayload {{ intent {{ {INTENT} }} }} {USER_ERROR} {FIELDS}
    ... on InvoiceNotPayable {{ invoices {{ number status }} }}
    ... on PaymentInProgress {{ intent {{ reference status }} }}
    ... on AmountNotAllowed {{ minimum maximum }}
    ... on GatewayUnavailable {{ retryAfterSeconds lastKnown {{ reference status }} }} }} }}"""
ASK = f"""mutation Consultar($reference: String!) {{ refreshPayment(reference: $reference) {{
    __typename ... on PaymentIntentPayload {{ intent {{ status }} }} {USER_ERROR}
    ... on GatewayUnavailable {{ retryAfterSeconds lastKnown {{ reference status }} }} }} }}"""
FILE = f"""mutation Radicar($input: CreatePqrsInput!) {{ createPqrs(input: $input) {{
    __typename ... on PqrsPayload {{ pqrs {{ id filingNumber status statusLabel }} }} {USER_ERROR} {FIELDS}
    ... on LimitReached {{ limit }} }} }}"""
IMPORT = f"""mutation Importar($input: ImportRecordsInput!) {{ importRecords(input: $input) {{
    __typename ... on ImportRecordsPayload {{ created updated unchanged rejected rowErrors {{ row column message }}
    warnings {{ row column message }} }} {USER_ERROR} {FIELDS} }} }}"""


async def act(town: Town, query: str, by: str | None = None, *, agency: str | None = None, **given: Any) -> Any:
    """What the only mutation answered: `is` names it with the member of its union, the rest is what was asked of that.
    A person can read why it refused."""
    answer: Answer = await town.ask(query, by=by, agency=agency, **given)
    ((name, told),) = answer.data.items()
    if "code" in told:
        assert told["message"].endswith(".")
        assert told["message"][0].isupper()
    return {"is": f"{name}.{told.pop('__typename')}"} | told


async def id_of(town: Town, number: str, by: str = "sara") -> str:
    """An invoice's, as staff find it."""
    found = await town.ask("query Una($it: String) { invoices(search: $it) { nodes { id } } }", by=by, it=number)
    return str(found.data["invoices"]["nodes"][0]["id"])


async def order(town: Town, *numbers: str, **changes: Any) -> dict[str, Any]:
    """Of paying these invoices with PayU, under a key of their numbers."""
    common = {"gateway": "PAYU", "returnUrl": RETURN_URL, "idempotencyKey": "-".join(numbers)}
    return {"invoiceIds": [await id_of(town, number) for number in numbers]} | common | changes


def a_case(**changes: Any) -> dict[str, Any]:
    common = {"classification": "PETITION", "subject": "REPAIRS", "description": "Gotea.", "idempotencyKey": "k"}
    return common | changes
