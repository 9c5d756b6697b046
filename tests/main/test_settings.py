"""What the environment may say, and what production refuses to start with."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from main.settings import Profile, Secrets, Settings, SettingsError

PRODUCTION = {
    "profile": Profile.PRODUCTION,
    "database_url": "postgresql://owner:x@db/portal",
    "app_database_url": "postgresql://app:x@db/portal",
    "secret_key": "k3Yp0-Wv9zQ1sR7tLm2XbC4dF6gH8jN5",
    "public_url": "https://clientes.andina.example",
    "payu_checkout_url": "https://checkout.payulatam.com/ppp-web-gateway-payu/",
    "payu_api_url": "https://api.payulatam.com/payments-api/4.0/service.cgi",
    "payu_reports_url": "https://api.payulatam.com/reports-api/4.0/service.cgi",
}


def production(**changes: object) -> Settings:
    return Settings.model_validate(PRODUCTION | changes)


def test_complete_settings_may_start_in_production() -> None:
    production().check()


def test_development_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_PROFILE", raising=False)

    Settings().check()

    assert not Settings().is_production


def test_development_refuses_a_key_that_is_too_short_to_encrypt_with() -> None:
    Settings(secret_key="x" * 32).check()

    with pytest.raises(SettingsError, match="PORTAL_SECRET_KEY"):
        Settings(secret_key="x" * 31).check()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"database_url": None}, "PORTAL_DATABASE_URL"),
        ({"secret_key": None}, "PORTAL_SECRET_KEY"),
        ({"secret_key": "k3Yp0-Wv9zQ1sR7tLm2XbC4dF6gH8jN"}, "PORTAL_SECRET_KEY"),  # 31 characters
        ({"secret_key": "0123456701234567012345670123456701234567"}, "PORTAL_SECRET_KEY"),  # 8 different ones
        ({"public_url": None}, "PORTAL_PUBLIC_URL"),
        ({"public_url": "http://clientes.andina.example"}, "PORTAL_PUBLIC_URL"),
        ({"public_url": "clientes.andina.example"}, "PORTAL_PUBLIC_URL"),
        ({"payu_checkout_url": "http://127.0.0.1:8001/ppp-web-gateway-payu/"}, "PORTAL_PAYU_CHECKOUT_URL"),
        ({"payu_checkout_url": "https://localhost/ppp-web-gateway-payu/"}, "PORTAL_PAYU_CHECKOUT_URL"),
        (
            {"payu_checkout_url": "https://sandbox.checkout.payulatam.com/ppp-web-gateway-payu/"},
            "PORTAL_PAYU_CHECKOUT_URL",
        ),
        ({"payu_reports_url": "http://api.payulatam.com/reports-api/4.0/service.cgi"}, "PORTAL_PAYU_REPORTS_URL"),
        ({"enlinea_url": "http://127.0.0.1:8001"}, "PORTAL_ENLINEA_URL"),
        ({"enlinea_url": "https://localhost/"}, "PORTAL_ENLINEA_URL"),
        ({"enlinea_url": "https://enlineapagos.example/"}, "PORTAL_ENLINEA_URL"),
        ({"enlinea_url": ""}, "PORTAL_ENLINEA_URL"),
        ({"enlinea_rest_url": "http://api.enlineapagos.com:4443"}, "PORTAL_ENLINEA_REST_URL"),
        (
            {"payu_reports_url": "https://sandbox.api.payulatam.com/reports-api/4.0/service.cgi"},
            "PORTAL_PAYU_REPORTS_URL",
        ),
    ],
)
def test_production_refuses_each_setting_that_is_not_fit_for_it(changes: dict[str, object], named: str) -> None:
    with pytest.raises(SettingsError) as refused:
        production(**changes).check()

    others = {f"PORTAL_{name.upper()}" for name in PRODUCTION} - {named}
    assert named in str(refused.value)
    assert not [other for other in others if f"{other} " in str(refused.value)]


@pytest.mark.parametrize("name", ["payu_checkout_url", "payu_api_url", "payu_reports_url"])
@pytest.mark.parametrize(
    "url",
    [
        "https://payulatam.example/",
        "https://api.payulatam.com.otra.example/",
        "https://api.payulatam.com@otra.example/",
        "http://api.payulatam.com/",
        "http://192.168.1.7:8001/",
        "ftp://127.0.0.1/",
        "https://api.payulatam.com:x/",
        "https://[::1/",
        "api.payulatam.com",
        "",
    ],
)
def test_no_profile_takes_gateways_that_are_not_payus(name: str, url: str) -> None:
    for given in (Settings.model_validate({"secret_key": None, name: url}), production(**{name: url})):
        with pytest.raises(SettingsError) as refused:
            given.check()
        assert f"PORTAL_{name.upper()} " in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8001/", "http://localhost/", "http://[::1]:8001/", "https://sandbox.api.payulatam.com/"]
)
def test_development_takes_a_simulator_on_this_machine_and_payus_place_for_tests(url: str) -> None:
    Settings(payu_checkout_url=url, payu_api_url=url, payu_reports_url=url, secret_key=None).check()


def test_a_public_address_that_is_no_address_is_refused_too() -> None:
    for url in ("https://[::1", "https://"):
        with pytest.raises(SettingsError, match="PORTAL_PUBLIC_URL"):
            production(public_url=url).check()


def test_production_tells_everything_that_is_missing_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PRODUCTION:
        monkeypatch.delenv(f"PORTAL_{name.upper()}", raising=False)

    with pytest.raises(SettingsError) as refused:
        Settings(profile=Profile.PRODUCTION).check()

    told = str(refused.value)
    for name in ("DATABASE_URL", "SECRET_KEY", "PUBLIC_URL", "PAYU_CHECKOUT_URL", "PAYU_API_URL", "PAYU_REPORTS_URL"):
        assert f"PORTAL_{name}" in told
    assert "\n" not in told


def test_migrating_in_production_asks_only_for_the_database() -> None:
    Settings(profile=Profile.PRODUCTION, database_url="postgresql://owner:x@db/portal").check_database()

    with pytest.raises(SettingsError, match="PORTAL_DATABASE_URL"):
        Settings(profile=Profile.PRODUCTION, database_url=None).check_database()


@pytest.mark.parametrize(("name", "value"), [("profile", "prod"), ("trusted_proxies", "-1"), ("database_pool", "1")])
def test_values_that_mean_nothing_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PORTAL_{name.upper()}", value)

    with pytest.raises(ValidationError) as refused:
        Settings()

    assert [problem["loc"] for problem in refused.value.errors()] == [(name,)]


def test_neither_the_secret_key_nor_passwords_of_the_database_are_shown() -> None:
    shown = repr(production())

    assert not [name for name in ("secret_key", "database_url", "app_database_url") if str(PRODUCTION[name]) in shown]


def test_development_makes_its_secrets_once_and_keeps_them_for_its_user_only(tmp_path: Path) -> None:
    first = Secrets(Settings(data_dir=tmp_path, secret_key=None))
    key, password = first.key, first.app_password

    again = Secrets(Settings(data_dir=tmp_path, secret_key=None))

    assert (again.key, again.app_password, again.altcha) == (key, password, first.altcha)
    assert len({key, password, first.altcha.hex()}) == 3
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secrets.json"]


def test_a_given_key_is_used_and_stored_nowhere(tmp_path: Path) -> None:
    secrets = Secrets(Settings(data_dir=tmp_path, secret_key="given-by-the-operator"))

    assert secrets.key == "given-by-the-operator"
    assert secrets.app_password
    assert list(json.loads((tmp_path / "secrets.json").read_text())) == ["app_password"]


def test_enlinea_is_where_it_is_said_to_be_or_at_its_own_address_in_production() -> None:
    assert Settings(profile=Profile.DEVELOPMENT, enlinea_url=None).enlinea_base == "http://127.0.0.1:8001"
    assert production().enlinea_base == "https://www.enlineapagos.com"
    elsewhere = production(enlinea_url="https://enlineapagos.com", enlinea_rest_url="https://api.enlineapagos.com:4443")
    elsewhere.check()
    assert elsewhere.enlinea_base == "https://enlineapagos.com"


@pytest.mark.parametrize(
    "url", ["https://www.enlineapagos.com.otra.example/", "http://enlineapagos.com/", "ftp://[::1]/"]
)
def test_enlinea_is_nowhere_else_in_development_either(url: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_ENLINEA_URL debe ser una dirección https de EnLineaPagos"):
        Settings(profile=Profile.DEVELOPMENT, enlinea_url=url).check()


def test_return_addresses_have_a_key_of_their_own(tmp_path: Path) -> None:
    secrets = Secrets(Settings(data_dir=tmp_path, secret_key="x" * 32))
    assert len(secrets.enlinea) == 32
    assert secrets.enlinea not in (secrets.altcha, secrets.key.encode())
    assert secrets.enlinea == Secrets(Settings(data_dir=tmp_path, secret_key="x" * 32)).enlinea
