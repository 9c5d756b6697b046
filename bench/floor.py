"""The floor: what the measured operations cost when somebody writes each of them by hand, with asyncpg and json.

It gives the same answers to the same requests, and it keeps what may not be saved on: the serving role, one read-only
snapshot, the session check and the policies of the database. It has no GraphQL: an operation's name chooses a function.
"""

import base64
import hashlib
import json
import os
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ENTER = "select agency_id, client_id from enter($1, $2, null, $3)"
INVOICES = """
select id, number, description, period, issued_on, due_on, total, status, contract_id from invoices
where agency_id = $1 and client_id = $2 order by issued_on desc, number desc limit $3
"""
CONTRACTS = """
select c.id, c.number, p.address from contracts c
join properties p on p.agency_id = c.agency_id and p.id = c.property_id where c.agency_id = $1 and c.id = any($2)
"""
ALLOCATIONS = """
select a.invoice_id, p.paid_at, a.amount, p.method from payment_allocations a
join payments p on p.agency_id = a.agency_id and p.id = a.payment_id
where a.agency_id = $1 and a.invoice_id = any($2) order by a.invoice_id, p.paid_at, p.receipt_number, a.position
"""
PQRS = """
select filing_number, subject, status, filed_at, due_on from pqrs
where agency_id = $1 and client_id = $2 order by filed_at desc, filing_number desc limit 10
"""
PAYOUTS = """
select number, period, paid_on, net from payouts
where agency_id = $1 and client_id = $2 order by paid_on desc, number desc limit 10
"""
ONE = """
select number, description, period, issued_on, due_on, total, status from invoices
where agency_id = $1 and client_id = $2 and id = $3
"""
NAME = "select name from clients where agency_id = $1 and id = $2"

Answer = Callable[[Any, UUID, UUID, dict[str, Any]], Awaitable[dict[str, Any]]]


def instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def flat_invoice(row: Any) -> dict[str, Any]:
    return {
        "number": row["number"],
        "period": row["period"],
        "issueDate": row["issued_on"].isoformat(),
        "dueDate": row["due_on"].isoformat(),
        "description": row["description"],
        "total": str(row["total"]),
        "status": row["status"],
    }


async def dashboard(db: Any, agency: UUID, client: UUID, _: dict[str, Any]) -> dict[str, Any]:
    name = await db.fetchval(NAME, agency, client)
    invoices = await db.fetch(INVOICES, agency, client, 21)
    shown = invoices[:20]
    contracts = {
        row["id"]: {"number": row["number"], "property": {"address": row["address"]}}
        for row in await db.fetch(CONTRACTS, agency, list({row["contract_id"] for row in shown}))
    }
    payments: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row in await db.fetch(ALLOCATIONS, agency, [row["id"] for row in shown]):
        payments[row["invoice_id"]].append(
            {"paidAt": instant(row["paid_at"]), "amount": str(row["amount"]), "payment": {"method": row["method"]}}
        )
    pqrs = await db.fetch(PQRS, agency, client)
    payouts = await db.fetch(PAYOUTS, agency, client)
    return {
        "me": {
            "client": {
                "name": name,
                "invoices": {
                    "nodes": [
                        {
                            "number": row["number"],
                            "description": row["description"],
                            "issueDate": row["issued_on"].isoformat(),
                            "dueDate": row["due_on"].isoformat(),
                            "total": str(row["total"]),
                            "status": row["status"],
                            "contract": contracts[row["contract_id"]],
                            "payments": payments[row["id"]],
                        }
                        for row in shown
                    ],
                    "pageInfo": {"hasNextPage": len(invoices) > 20},
                },
                "pqrs": {
                    "nodes": [
                        {
                            "filingNumber": row["filing_number"],
                            "subject": row["subject"],
                            "status": row["status"],
                            "filedAt": instant(row["filed_at"]),
                            "dueDate": row["due_on"].isoformat(),
                        }
                        for row in pqrs
                    ]
                },
                "payouts": {
                    "nodes": [
                        {
                            "number": row["number"],
                            "period": row["period"],
                            "paidDate": row["paid_on"].isoformat(),
                            "net": str(row["net"]),
                        }
                        for row in payouts
                    ]
                },
            }
        }
    }


async def flat(db: Any, agency: UUID, client: UUID, variables: dict[str, Any]) -> dict[str, Any]:
    rows = await db.fetch(INVOICES, agency, client, variables["first"])
    return {"me": {"client": {"invoices": {"nodes": [flat_invoice(row) for row in rows]}}}}


async def one(db: Any, agency: UUID, client: UUID, variables: dict[str, Any]) -> dict[str, Any]:
    text = variables["id"]
    key = UUID(hex=base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(":")[2])
    row = await db.fetchrow(ONE, agency, client, key)
    return {"invoice": flat_invoice(row) if row else None}


ANSWERS: dict[str, Answer] = {"Dashboard": dashboard, "Flat": flat, "One": one}


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with asyncpg.create_pool(
        host=os.environ["FLOOR_SOCKETS"],
        port=5432,
        user="portal_app",
        database="postgres",
        min_size=10,
        max_size=10,
        server_settings={"jit": "off"},
    ) as pool:
        app.state.pool = pool
        yield


async def answer(request: Request) -> Response:
    asked = json.loads(await request.body())
    token = hashlib.sha256(request.headers["authorization"].removeprefix("Bearer ").encode()).hexdigest()
    async with request.app.state.pool.acquire() as db, db.transaction(isolation="repeatable_read", readonly=True):
        agency, client = await db.fetchrow(ENTER, token, "127.0.0.1", datetime.now(UTC))
        data = await ANSWERS[asked["operationName"]](db, agency, client, asked["variables"])
    body = json.dumps({"data": data}, ensure_ascii=False, separators=(",", ":"))
    return Response(body, media_type="application/json")


app = Starlette(routes=[Route("/graphql", answer, methods=["POST"])], lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning", ws="none"
    )
