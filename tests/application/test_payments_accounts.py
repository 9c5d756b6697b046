"""The operator's settings of a merchant account."""

import pytest

from adapters.enlinea.dialects import DIALECTS as SPOKEN
from application.access import Scope
from application.merchants import Merchants
from application.ports.payment_gateway import SignatureAlgorithm
from application.ports.payments import GatewayAccount
from application.use_cases.payments import SetMerchantAccount
from application.use_cases.payments.accounts import DIALECTS
from domain.errors import FieldProblemCode, InvalidInput
from domain.payments import PaymentGatewayCode
from tests.application.payments_world import PAYU, an_agency
from tests.fakes.clock import FakeClock
from tests.fakes.payments import FakeTill
from tests.fakes.secrets import FakeSecretBox

ENLINEA = PaymentGatewayCode.ENLINEA
WHOLE = {
    "enabled": "true",
    "merchant_id": "123456",
    "account_id": "654321",
    "api_login": "login-of-agency",
    "api_key": "key-of-agency",
    "signature": "sha256",
}


WHOLE_ENLINEA = {
    "enabled": "true",
    "usuario": "inmobiliaria.andina",
    "clave": "clave-de-la-agencia",
    "llavemd5": "51d0a1b2c3d4e5f60718293a4b5c6d7e",
}


class Operator:
    def __init__(self, gateway: PaymentGatewayCode = PAYU, *, test_allowed: bool = True) -> None:
        self.gateway = gateway
        self.till = FakeTill()
        self.agency = an_agency()
        self.till.books.agencies[self.agency.id] = self.agency
        self.merchants = Merchants(secrets=FakeSecretBox(), test_allowed=test_allowed)
        self._set = SetMerchantAccount(
            unit_of_work=self.till,
            merchants=self.merchants,
            clock=FakeClock(),
            sandbox_merchants={PAYU: {"508029"}, ENLINEA: {"simulador"}},
        )

    async def set(self, **settings: str) -> GatewayAccount:
        return await self._set(self.agency.id, gateway=self.gateway, settings=settings)

    async def stored(self) -> GatewayAccount | None:
        async with self.till(Scope.of_agency(self.agency.id)) as uow:
            return await uow.gateway_accounts.get(self.gateway)

    async def problems(self, **settings: str) -> dict[str, FieldProblemCode]:
        before = await self.stored()
        with pytest.raises(InvalidInput) as refused:
            await self.set(**settings)
        assert await self.stored() == before
        return {problem.field: problem.code for problem in refused.value.problems}


async def test_a_whole_account_takes_payments_with_its_credentials_sealed() -> None:
    operator = Operator()

    account = await operator.set(**WHOLE)

    assert await operator.stored() == account
    assert operator.merchants.usable(account)
    merchant = operator.merchants.open(account)
    assert (merchant.merchant_id, merchant.account_id, merchant.api_login) == ("123456", "654321", "login-of-agency")
    assert (merchant.api_keys, merchant.signature, merchant.test) == (
        ("key-of-agency",),
        SignatureAlgorithm.SHA256,
        False,
    )
    assert len(merchant.public_key) >= 24
    for secret in ("login-of-agency", "key-of-agency"):
        assert secret not in repr(account)
        assert secret not in str(account.secrets)


async def test_settings_change_one_by_one_and_keep_the_account_and_its_address() -> None:
    operator = Operator()
    first = await operator.set(**WHOLE)
    second = await operator.set(signature="md5")
    third = await operator.set(enabled="false")
    assert {account.id for account in (first, second, third)} == {first.id}
    assert {account.public_key for account in (first, second, third)} == {first.public_key}
    assert (third.signature, third.enabled, third.merchant_id) == (SignatureAlgorithm.MD5, False, "123456")
    assert not operator.merchants.usable(third)
    assert operator.merchants.open(third).api_keys == ("key-of-agency",)


async def test_a_new_key_signs_and_the_one_before_is_still_accepted() -> None:
    operator = Operator()
    await operator.set(**WHOLE)
    for key in ("second-key", "second-key", "third-key"):
        account = await operator.set(api_key=key)
    assert operator.merchants.open(account).api_keys == ("third-key", "second-key")


async def test_an_account_may_be_filled_in_before_it_is_enabled() -> None:
    operator = Operator()
    await operator.set(merchant_id="123456")
    assert await operator.problems(enabled="true") == {
        "account_id": FieldProblemCode.REQUIRED,
        "api_login": FieldProblemCode.REQUIRED,
        "api_key": FieldProblemCode.REQUIRED,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("merchant_id", "12-34"),
        ("merchant_id", ""),
        ("account_id", "1" * 13),
        ("api_key", "with blank"),
        ("api_key", "~"),
        ("api_login", "ñandú-login"),
        ("signature", "hmac"),
        ("enabled", "sí"),
        ("test", "1"),
        ("colour", "blue"),
    ],
)
async def test_a_setting_that_cannot_be_is_named_and_nothing_changes(name: str, value: str) -> None:
    operator = Operator()
    await operator.set(**WHOLE)
    assert await operator.problems(**{name: value}) == {name: FieldProblemCode.INVALID}


async def test_the_public_sandbox_is_a_test_account_whatever_is_said() -> None:
    operator = Operator()
    account = await operator.set(**WHOLE | {"merchant_id": "508029", "test": "false"})
    assert account.test
    assert operator.merchants.open(account).test


@pytest.mark.parametrize("settings", [{"merchant_id": "508029"}, {"test": "true"}])
async def test_production_enables_no_test_account(settings: dict[str, str]) -> None:
    operator = Operator(test_allowed=False)
    assert await operator.problems(**WHOLE | settings) == {"merchant_id": FieldProblemCode.NOT_ALLOWED}


async def test_a_test_account_left_from_before_is_not_usable_in_production() -> None:
    account = await Operator().set(**WHOLE | {"test": "true"})
    production = Merchants(secrets=FakeSecretBox(), test_allowed=False)
    assert not production.usable(account)
    assert not production.open(account).test


def test_no_account_at_all_is_not_usable() -> None:
    assert not Operator().merchants.usable(None)


async def test_an_account_of_enlinea_has_the_names_of_its_own_panel() -> None:
    operator = Operator(ENLINEA)

    account = await operator.set(**WHOLE_ENLINEA, dialect="webcheckout_rest", account_id="77")

    assert operator.merchants.usable(account)
    merchant = operator.merchants.open(account)
    assert (merchant.gateway, merchant.merchant_id, merchant.account_id) == (ENLINEA, "inmobiliaria.andina", "77")
    assert (merchant.api_login, merchant.api_keys) == (WHOLE_ENLINEA["clave"], (WHOLE_ENLINEA["llavemd5"],))
    assert merchant.dialect == "webcheckout_rest"
    for secret in (WHOLE_ENLINEA["clave"], WHOLE_ENLINEA["llavemd5"]):
        assert secret not in repr(account)
        assert secret not in str(account.secrets)


async def test_enlinea_needs_no_account_id_and_has_the_last_two_keys() -> None:
    operator = Operator(ENLINEA)
    await operator.set(**WHOLE_ENLINEA)
    account = await operator.set(llavemd5="second-key")
    account = await operator.set(llavemd5="third-key")
    assert operator.merchants.open(account).api_keys == ("third-key", "second-key")


async def test_what_an_account_of_enlinea_lacks_is_named_as_its_panel_does() -> None:
    operator = Operator(ENLINEA)
    assert await operator.problems(enabled="true") == {
        "usuario": FieldProblemCode.REQUIRED,
        "clave": FieldProblemCode.REQUIRED,
        "llavemd5": FieldProblemCode.REQUIRED,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("merchant_id", "123456"),
        ("api_key", "key-of-agency"),
        ("signature", "md5"),
        ("usuario", ""),
        ("usuario", "con espacio"),
        ("clave", "corta"),
        ("llavemd5", "ñ" * 32),
        ("dialect", "b2pagos"),
        ("dialect", ""),
        ("account_id", "7~7"),
    ],
)
async def test_a_setting_of_enlinea_that_cannot_be_is_named_and_nothing_changes(name: str, value: str) -> None:
    operator = Operator(ENLINEA)
    await operator.set(**WHOLE_ENLINEA)
    assert await operator.problems(**{name: value}) == {name: FieldProblemCode.INVALID}


async def test_the_simulators_merchant_is_a_test_account_and_production_enables_none() -> None:
    assert (await Operator(ENLINEA).set(**WHOLE_ENLINEA | {"usuario": "simulador", "test": "false"})).test
    production = Operator(ENLINEA, test_allowed=False)
    for settings in ({"usuario": "simulador"}, {"test": "true"}):
        assert await production.problems(**WHOLE_ENLINEA | settings) == {"usuario": FieldProblemCode.NOT_ALLOWED}


async def test_an_agency_may_have_an_account_at_each() -> None:
    operator = Operator()
    payu = await operator.set(**WHOLE)
    operator.gateway = ENLINEA
    enlinea = await operator.set(**WHOLE_ENLINEA)
    assert payu.public_key != enlinea.public_key
    operator.gateway = PAYU
    assert await operator.stored() == payu


def test_the_dialects_that_can_be_chosen_are_those_that_are_spoken() -> None:
    assert set(SPOKEN) == DIALECTS
