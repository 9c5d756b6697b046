"""The numbers: what one operation may cost."""

from dataclasses import dataclass

GUARDED_FIELDS = frozenset(
    {
        "captcha",
        "changePassword",
        "confirmEmail",
        "login",
        "refreshSession",
        "requestPasswordReset",
        "resetPassword",
        "updateProfile",
        "verifyReceipt",
    }
)
"""Root fields that answer whether a secret is right, or that cost a key derivation: one per operation,
so that aliases cannot turn one request into a hundred guesses."""

DOCUMENT_FIELDS = frozenset(
    {
        "acknowledgement",
        "clearanceCertificate",
        "document",
        "file",
        "incomeCertificate",
        "pdf",
        "receipt",
        "voucher",
    }
)
"""Fields that draw a PDF, or bring an attachment or an export of megabytes; an agency's logo and the QR code of a
second factor are small and do not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one operation may ask for. Every number is a maximum that is still accepted.

    The defaults follow OWASP's GraphQL cheat sheet and the defaults of GraphQL Armor, widened for pages of 100.
    """

    characters: int = 128 * 1024
    """Length of the document, comments included."""
    tokens: int = 1000
    depth: int = 10
    """Levels of fields, the innermost scalar included."""
    nesting: int = 60
    """Levels of selection sets in whatever form: fields, inline fragments and spreads of fragments."""
    aliases: int = 15
    directives: int = 4
    """On one node."""
    fields: int = 400
    """Selected fields, those of a fragment counted at each place that spreads it."""
    repeats: int = 10
    """Fields of one response name side by side: validation compares each with each."""
    root_fields: int = 10
    mutations: int = 4
    cost: int = 5000
    """In objects: an object counts 1, a scalar 0.1, a document 50, each times the rows around it."""
    documents: int = 10
    """Documents, times the rows of the pages around them."""
    guarded: int = 1
    """Fields of GUARDED_FIELDS."""
    page_size: int = 20
    """Rows of a connection without first or last."""
    short_list_size: int = 5
    """Rows assumed of a list that is not paged: lines, allocations, parties."""
    introspection_depth: int = 18
    """The explorers' own query follows nine wrapped types down."""
    introspection_fields: int = 800
    introspection_roots: int = 2
    """__schema and __type together."""
