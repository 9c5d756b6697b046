"""Which addresses may be called."""

import pytest

from adapters.web.addresses import require_address

HOSTS = frozenset({"pagos.example", "127.0.0.1", "::1"})


@pytest.mark.parametrize(
    "url",
    ["https://pagos.example/ws", "https://pagos.example:8443/ws", "http://127.0.0.1:8001/", "http://[::1]:8001/"],
)
def test_listed_hosts_are_called_encrypted_or_on_this_machine(url: str) -> None:
    require_address(url, HOSTS, whose="Pagos")


@pytest.mark.parametrize(
    "url",
    [
        "http://pagos.example/ws",
        "https://pagos.example.otra.example/ws",
        "https://pagos.example@otra.example/ws",
        "https://localhost/ws",
        "ftp://127.0.0.1/",
        "https://pagos.example:0/",
        "https://pagos.example:99999/",
        "https://[::1/",
        "//pagos.example/ws",
        "pagos.example",
        "",
    ],
)
def test_no_other_is(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- each says something else
        require_address(url, HOSTS, whose="Pagos")
