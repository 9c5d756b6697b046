"""clientes.csv: the people and companies of an agency, and how an imported row meets what the client changed here."""

from dataclasses import dataclass, replace

from domain.clients import IdentityDocumentType, PersonKind
from domain.identity import BadDocument, DocumentNumber, DocumentProblem, is_email
from domain.ids import ClientId
from domain.imports.cells import Row
from domain.imports.digests import digest
from domain.imports.outcomes import Meeting, Outcome
from domain.imports.problems import Reason

_KINDS = {"natural": PersonKind.NATURAL, "juridica": PersonKind.LEGAL}
_DOCUMENTS = {kind.value.casefold(): kind for kind in IdentityDocumentType}
_CHANGED_HERE = ("email", "phone", "address", "city")
"""What clients edit themselves: an import writes it only when the file says something new about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRecord:
    code: str
    kind: PersonKind
    name: str
    document_type: IdentityDocumentType
    document: DocumentNumber
    email: str | None
    phone: str | None
    address: str | None
    city: str | None

    @property
    def digest(self) -> str:
        """One part for what only the back office writes, and one for each thing that clients edit."""
        core = digest(self.kind, self.name, self.document_type, str(self.document))
        return ".".join([core, *(digest(getattr(self, name), size=6) for name in _CHANGED_HERE)])


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClient:
    """`has_account`: signs in with that e-mail, so that only its owner changes it. `erased`: asked to be forgotten."""

    id: ClientId
    digest: str | None
    email: str | None
    phone: str | None
    address: str | None
    city: str | None
    has_account: bool
    erased: bool = False


def read_client(row: Row) -> ClientRecord:
    """An e-mail address that cannot be one is a warning: the row enters without it."""
    document_type = row.choice("tipo_documento", _DOCUMENTS)
    return ClientRecord(
        code=row.identifier("codigo"),
        kind=row.choice("tipo_persona", _KINDS),
        name=row.text("nombre"),
        document_type=document_type,
        document=_document(row, document_type),
        email=_email(row),
        phone=row.optional_text("telefono"),
        address=row.optional_text("direccion"),
        city=row.optional_text("ciudad"),
    )


def meet_client(
    row: Row, record: ClientRecord, stored: StoredClient | None, *, suppressed: bool = False
) -> Meeting[ClientRecord]:
    """What becomes of a good row.

    A cell that says what it said at the last import leaves alone what the client changed here since. Another e-mail
    for a client with an account is a warning, and waits for the client's own confirmation. Who asked to be forgotten is
    not brought back, neither under the code of then nor, `suppressed`, under another: a warning says so.
    """
    if suppressed or (stored is not None and stored.erased):
        row.warn("numero_documento", Reason.ERASED)
        return Meeting(Outcome.UNCHANGED, record, record.digest, write=False)
    if stored is None:
        return Meeting(Outcome.CREATED, record, record.digest, write=True)
    new = record.digest.split(".")
    old = (stored.digest or "").split(".")
    old = old if len(old) == len(new) else [""] * len(new)
    outcome = Outcome.UNCHANGED if new[0] == old[0] else Outcome.UPDATED
    for position, name in enumerate(_CHANGED_HERE, start=1):
        kept = getattr(stored, name)
        if name == "email" and stored.has_account:
            if record.email is not None and record.email.casefold() != (kept or "").casefold():
                row.warn("correo", Reason.EMAIL_WAITS, email=record.email)
                new[position] = old[position]
            record = replace(record, email=kept)
        elif new[position] == old[position]:
            record = replace(record, **{name: kept})
        elif getattr(record, name) != kept:
            outcome = Outcome.UPDATED
    return Meeting(outcome, record, ".".join(new), write=outcome is Outcome.UPDATED or new != old)


def _document(row: Row, document_type: IdentityDocumentType) -> DocumentNumber:
    text = row.raw("numero_documento")
    if not text.strip():
        row.reject("numero_documento", Reason.REQUIRED)
    elif row.good("tipo_documento"):
        try:
            return DocumentNumber.parse(document_type, text)
        except BadDocument as bad:
            wrong_digit = bad.problem is DocumentProblem.CHECK_DIGIT
            reason = Reason.CHECK_DIGIT if wrong_digit else Reason.DOCUMENT_SHAPE
            row.reject("numero_documento", reason, type=document_type.value)
    return DocumentNumber("")


def _email(row: Row) -> str | None:
    text = row.raw("correo").strip()
    if not text:
        return None
    if not is_email(text):
        row.warn("correo", Reason.UNUSABLE_EMAIL)
        return None
    return text
