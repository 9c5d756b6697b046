"""The rental agency (inmobiliaria) and what it decides about its client area."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from domain.ids import AgencyId


class CaptchaProvider(StrEnum):
    ALTCHA = "ALTCHA"
    RECAPTCHA = "RECAPTCHA"
    TURNSTILE = "TURNSTILE"
    NONE = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Logo:
    """PNG or JPEG as it is printed on documents."""

    content_type: str
    content: bytes


@dataclass(slots=True, kw_only=True, eq=False)
class Agency:
    """One agency of the deployment. `tax_id` is the NIT without its check digit, `check_digit` that digit.

    `return_urls` are the pages a payer may come back to, `origins` the web addresses whose pages may call the API,
    `link_base` is where the pages are that letters lead to. `captcha_secret` is encrypted; only the verifier opens it.
    `brand_color` (#rrggbb) is that of its letters. `privacy_policy_version` names the data policy in force,
    `privacy_policy_on` is the day of that version.
    `reminders`: clients are reminded of overdue rent, as the law allows; `courtesy_days` before rent is due they get a
    note (0: none).
    """

    id: AgencyId
    slug: str
    name: str
    tax_id: str
    check_digit: int
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    city: str | None = None
    logo: Logo | None = None
    brand_color: str | None = None
    landlord_registration: str | None = None
    privacy_policy_url: str | None = None
    privacy_policy_version: str | None = None
    privacy_policy_on: date | None = None
    partial_payments_allowed: bool = False
    reminders: bool = False
    courtesy_days: int = 0
    staff_second_factor_required: bool = False
    captcha_provider: CaptchaProvider = CaptchaProvider.ALTCHA
    captcha_site_key: str | None = None
    captcha_secret: str | None = None
    return_urls: tuple[str, ...] = field(default_factory=tuple)
    origins: tuple[str, ...] = field(default_factory=tuple)
    link_base: str | None = None

    @property
    def nit(self) -> str:
        """NIT with its check digit, as law and custom write it: 900123456-7."""
        return f"{self.tax_id}-{self.check_digit}"
