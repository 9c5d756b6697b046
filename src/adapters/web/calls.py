"""Calls to a service of somebody else, which may be down, slow, broken or hostile: bounded in time and size, never
redirected, never unpacked."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

_IDLE_CONNECTIONS = 5
_FAILURES = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError, OSError)


class NoAnswer(Exception):
    """Nothing came that may be read: whether the other side acted is not known. The message says why in a word, for
    our log, and holds nothing of what was asked or answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status but a redirect."""

    status: int
    content_type: str
    body: bytes


def http_client(at_once: int) -> httpx.AsyncClient:
    """For one service: as many connections as may be asked at once, no proxy of the environment, and no cookies, which
    would tie one agency's calls to another's."""
    return httpx.AsyncClient(
        follow_redirects=False,
        trust_env=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        limits=httpx.Limits(max_connections=at_once, max_keepalive_connections=_IDLE_CONNECTIONS),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedCalls:
    """Posts through `client`, whose own settings for time and redirects do not matter.

    `total_seconds` is for all of it: waiting for a connection, connecting (at most `connect_seconds`), sending, and
    reading to the end, however slowly it trickles. An answer has at most `max_bytes`."""

    client: httpx.AsyncClient
    total_seconds: float
    max_bytes: int
    connect_seconds: float = 5.0

    async def post(self, url: str, *, content: bytes | str, headers: Mapping[str, str]) -> Answer:
        """The whole answer; NoAnswer if there is none in time, or it is a redirect, compressed or too long."""
        try:
            async with asyncio.timeout(self.total_seconds):
                request = self.client.build_request(
                    "POST",
                    url,
                    content=content,
                    headers={**headers, "Accept-Encoding": "identity"},
                    timeout=httpx.Timeout(self.total_seconds, connect=self.connect_seconds),
                )
                response = await self.client.send(request, stream=True, follow_redirects=False)
                try:
                    return await self._read(response)
                finally:
                    await response.aclose()
        except _FAILURES as failure:
            raise NoAnswer(type(failure).__name__) from failure

    async def _read(self, response: httpx.Response) -> Answer:
        if 300 <= response.status_code < 400:
            raise NoAnswer(f"status {response.status_code}, a redirect")
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise NoAnswer("compressed")
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self.max_bytes:
                raise NoAnswer(f"longer than {self.max_bytes} bytes")
        return Answer(response.status_code, response.headers.get("content-type", ""), bytes(body))
