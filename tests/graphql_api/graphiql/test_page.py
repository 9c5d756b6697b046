"""The explorer's page and assets, as they are served."""

import json
import logging
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from graphql_api.graphiql import AssetsUnusable, Explorer, assets, bundle, examples, topics
from tests.graphql_api.graphiql.conftest import application
from tests.graphql_api.graphiql.stand_in import Service

BROWSER = {"Accept": "text/html"}


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://portal.example", headers=BROWSER) as connected:
        yield connected


async def test_the_page_allows_nothing_but_its_own_files(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql")

    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


async def test_the_page_has_no_script_style_or_address_of_its_own(client: httpx.AsyncClient) -> None:
    text = (await client.get("/graphql")).text

    assert re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL) == [""]
    assert "<style" not in text
    assert not re.search(r"\s(on\w+|style)=", text)
    assert "//" not in re.sub(r"<!doctype html>", "", text)
    assert "$" not in text


async def test_without_javascript_the_password_would_not_enter_the_address(client: httpx.AsyncClient) -> None:
    text = (await client.get("/graphql")).text

    assert re.search(r'<form id="sign-in" method="post"', text)
    assert re.search(r'<button id="enter" type="submit" disabled>', text)


async def test_every_file_the_page_names_is_served_for_ever(client: httpx.AsyncClient) -> None:
    text = (await client.get("/graphql")).text
    paths = set(re.findall(r'(?:src|href)="([^"]+)"', text))

    assert len(paths) == 3
    for path in paths:
        response = await client.get(path)
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("main.js", "text/javascript; charset=utf-8"),
        ("graphiql.min.js", "text/javascript; charset=utf-8"),
        ("graphiql.min.css", "text/css; charset=utf-8"),
        ("examples.json", "application/json; charset=utf-8"),
        ("icon.svg", "image/svg+xml; charset=utf-8"),
    ],
)
async def test_assets_have_their_type_and_travel_compressed(
    client: httpx.AsyncClient, name: str, content_type: str
) -> None:
    folder = re.search(r'data-assets="([^"]+)"', (await client.get("/graphql")).text)
    assert folder is not None
    packed = await client.get(f"{folder[1]}/{name}", headers={"Accept-Encoding": "gzip"})
    plain = await client.get(f"{folder[1]}/{name}", headers={"Accept-Encoding": "identity"})

    assert plain.headers["content-type"] == packed.headers["content-type"] == content_type
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content


@pytest.mark.parametrize(
    "path", ["0/main.js", "{version}/nada.js", "{version}/../page.html", "{version}/%2e%2e/page.html"]
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    version = re.search(r"assets/([0-9a-f]+)/", (await client.get("/graphql")).text)
    assert version is not None

    assert (await client.get("/graphql/assets/" + path.format(version=version[1]))).status_code == 404


def test_the_explorers_files_are_those_that_were_looked_at() -> None:
    served = bundle().assets

    assert set(assets.GRAPHIQL_FILES) <= set(served)


def test_an_altered_file_is_not_served(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(assets, "GRAPHIQL_FILES", {**assets.GRAPHIQL_FILES, "graphiql.min.js": "0" * 64})
    bundle.cache_clear()
    try:
        with pytest.raises(AssetsUnusable):
            bundle()
        with caplog.at_level(logging.ERROR):
            page = Explorer(open_to_visitors=False).page()
    finally:
        bundle.cache_clear()

    assert page.status_code == 503
    assert "graphiql.min.js" in caplog.text


def test_a_missing_package_leaves_the_service_without_page_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "PACKAGE", "paquete_que_no_existe")
    bundle.cache_clear()
    try:
        page = Explorer(open_to_visitors=True).page()
    finally:
        bundle.cache_clear()

    assert page.status_code == 503


def test_examples_have_names_comments_and_variables() -> None:
    found = examples()

    assert len(found) >= 8
    for example in found:
        assert re.match(r"# [A-ZÁÉÍÓÚÑ]\w.*\n#\n# [A-ZÁÉÍÓÚÑ]", example.query), example.name
        assert len(example.title) <= 34
        assert example.about.endswith(".")
        assert re.search(r"^(query|mutation) [A-Z]\w+", example.query, re.MULTILINE)
        assert json.loads(example.variables or "{}") is not None
        assert "$" not in example.query or example.variables


def test_every_example_is_offered_and_the_menu_offers_nothing_else() -> None:
    names = [example.name.partition("-")[2] for example in examples()]
    offered = [name for topic in topics() for name in topic.examples]

    assert set(offered) == set(names)
    assert len({example.title for example in examples()}) == len(names)
    assert all(len(topic.examples) == len(set(topic.examples)) <= 9 for topic in topics())


def test_the_example_that_imports_does_not_write() -> None:
    (example,) = [example for example in examples() if "importRecords" in example.query]

    assert json.loads(example.variables)["datos"]["dryRun"] is True
