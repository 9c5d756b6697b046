"""Looks for what must never be: in the history of the clients, in the books, and between the books and the gateway.

Everything here is pure: it knows no service and no database, so that its own tests can show it worlds with one thing
wrong in them and see it found.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any

from tests.torture.books import Books, GatewaySide, Intent, Receipt
from tests.torture.history import Operation, Outcome

ZERO = Decimal(0)
_RANKS = {"CREATED": 0, "REDIRECTED": 1, "PENDING": 2, "DECLINED": 2, "EXPIRED": 3, "APPROVED": 4, "REVIEW": 4}
"""An intent is never seen further back than before. A declined one may be tried again, an expired one approved late."""


@dataclass(frozen=True, slots=True)
class Violation:
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All that is known when it is over. `settled`: what was under way has been brought to its end."""

    history: Sequence[Operation] = ()
    books: Books = field(default_factory=Books)
    gateway: GatewaySide = field(default_factory=GatewaySide)
    settled: bool = True

    def acts(self, *names: str) -> Iterator[Operation]:
        return (operation for operation in self.history if operation.act in names)


Rule = Callable[[World], Iterator[str]]


def violations(world: World) -> list[Violation]:
    """Everything that is wrong, by the rules below in their order."""
    return [Violation(rule.__name__, text) for rule in RULES for text in rule(world)]


def acknowledged_starts_are_stored_once(world: World) -> Iterator[str]:
    """Whoever was given a checkout finds it: the same client, amount, invoices, under the key that was sent."""
    stored: dict[str, list[Intent]] = defaultdict(list)
    for intent in world.books.intents:
        stored[intent.reference].append(intent)
    for start in world.acts("start"):
        if start.outcome is not Outcome.OK:
            continue
        found = stored[start.told["reference"]]
        if len(found) != 1:
            yield f"{start.told['reference']} was acknowledged to {start.client} and is there {len(found)} times"
            continue
        (intent,) = found
        agency = start.client.partition("/")[0]
        asked = {f"{agency}/{number}" for number in start.asked["invoices"]}
        differing = [
            name
            for name, equal in {
                "client": intent.client == start.client,
                "amount": intent.amount == Decimal(start.told["amount"]),
                "invoices": set(intent.invoices) == asked,
                "key": start.asked["key"] in intent.keys,
            }.items()
            if not equal
        ]
        if differing:
            yield f"{intent.reference} is not what {start.client} was told: {', '.join(differing)}"


def a_key_is_one_intent(world: World) -> Iterator[str]:
    """Whatever was lost on the way: one key names one intent, in answers and in the books."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for start in world.acts("start"):
        if start.outcome is Outcome.OK:
            told[start.client, start.asked["key"]].add(start.told["reference"])
    stored = Counter((intent.client, key) for intent in world.books.intents for key in intent.keys)
    for (client, key), references in told.items():
        if len(references) > 1:
            yield f"key {key} of {client} was answered with {', '.join(sorted(references))}"
    for (client, key), times in stored.items():
        if times > 1:
            yield f"key {key} of {client} is stored with {times} intents"


def refused_starts_left_nothing(world: World) -> Iterator[str]:
    """A key of which every call certainly failed is nowhere; one that was never sent at all neither."""
    by_key: dict[tuple[str, str], set[Outcome]] = defaultdict(set)
    for start in world.acts("start"):
        by_key[start.client, start.asked["key"]].add(start.outcome)
    for intent in world.books.intents:
        for key in intent.keys:
            outcomes = by_key[intent.client, key]
            if outcomes <= {Outcome.FAIL}:
                yield f"{intent.reference} is stored under {key}, which {intent.client} was refused or never sent"


def refusals_have_a_reason(world: World) -> Iterator[str]:
    """«In progress» needs another intent for one of the invoices, «not payable» money that arrived, begun before."""
    begun: dict[str, float] = {}
    for start in sorted(world.acts("start"), key=lambda it: it.began, reverse=True):
        if start.outcome is not Outcome.FAIL:
            for number in start.asked["invoices"]:
                begun[f"{start.client}/{number}"] = start.began
    for start in world.acts("start"):
        refused = start.told.get("refused")
        if refused is None:
            continue
        if refused not in ("PaymentInProgress", "InvoiceNotPayable"):
            yield f"{start.client} was refused with {refused}"
        elif all(
            begun.get(f"{start.client}/{number}", start.ended) >= start.ended for number in start.asked["invoices"]
        ):
            yield f"{start.client} was refused with {refused}, and nothing was under way"


def what_was_seen_stays(world: World) -> Iterator[str]:
    """An intent is never seen further back than it was: approved stays approved, a receipt stays a receipt."""
    by_reference: dict[str, list[Operation]] = defaultdict(list)
    for seen in world.acts("see", "refresh", "start"):
        if seen.outcome is Outcome.OK and "status" in seen.told:
            by_reference[seen.asked.get("reference") or seen.told["reference"]].append(seen)
    for reference, sightings in by_reference.items():
        for later in sightings:
            for earlier in sightings:
                if not earlier.precedes(later):
                    continue
                if _RANKS.get(later.told["status"], 0) < _RANKS.get(earlier.told["status"], 0):
                    yield f"{reference} was seen {earlier.told['status']} and later {later.told['status']}"
                lost = _numbers(earlier) - _numbers(later)
                if lost and "payments" in later.told:
                    yield f"{reference} was seen with {', '.join(sorted(lost))} and later without"


def _numbers(seen: Operation) -> set[str]:
    return {payment["receiptNumber"] for payment in seen.told.get("payments") or ()}


def seen_receipts_are_stored(world: World) -> Iterator[str]:
    """Every receipt that somebody was shown is in the books as it was shown."""
    stored = {receipt.number: receipt for receipt in world.books.receipts}
    for seen in world.acts("see"):
        agency = seen.client.partition("/")[0]
        for shown in seen.told.get("payments") or ():
            receipt = stored.get(f"{agency}/{shown['receiptNumber']}")
            if receipt is None:
                yield f"{seen.client} was shown {shown['receiptNumber']}, which is not there"
            elif not _is_as_shown(receipt, shown, agency) or (receipt.client, receipt.reference) != (
                seen.client,
                seen.asked["reference"],
            ):
                yield f"{shown['receiptNumber']} is not what {seen.client} was shown"


def _is_as_shown(receipt: Receipt, shown: Mapping[str, Any], agency: str) -> bool:
    """Not everybody looks at what it was applied to."""
    parts = {f"{agency}/{part['invoiceNumber']}": Decimal(part["amount"]) for part in shown.get("allocations") or ()}
    said = (Decimal(shown["amount"]), Decimal(shown["credited"]), shown["verificationCode"])
    return said == (receipt.amount, receipt.credited, receipt.code) and (
        "allocations" not in shown or parts == dict(receipt.allocations)
    )


def statements_are_states(world: World) -> Iterator[str]:
    """Receipts are numbered in the order in which they were booked, so that a client's account goes through known
    states. Each statement that was read must be one of them, none older than one read before, and none older than a
    receipt that this client had been shown."""
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for invoice in world.books.invoices.values():
        owed[invoice.client] += invoice.total
    states: dict[str, list[tuple[Decimal, Decimal]]] = {client: [(total, ZERO)] for client, total in owed.items()}
    places: dict[str, int] = {}
    for receipt in sorted(world.books.receipts, key=lambda it: it.number):
        pending, credit = states.setdefault(receipt.client, [(ZERO, ZERO)])[-1]
        states[receipt.client].append((pending - sum(receipt.allocations.values(), ZERO), credit + receipt.credited))
        places[receipt.number] = len(states[receipt.client]) - 1
    for client, reads in _by_client(world.acts("statement", "see")).items():
        known: list[tuple[float, int]] = []  # when an answer came, and the state it proves to have been reached
        for read in reads:
            reached = _reached(read, places)
            if reached is not None:
                known.append((read.ended, reached))
        known.sort()
        ends = [ended for ended, _ in known]
        highest = [0, *accumulate((state for _, state in known), max)]
        for read in reads:
            if read.act != "statement" or "receipts" not in read.told:
                continue
            count = read.told["receipts"]
            said = Decimal(read.told["pending"]), Decimal(read.told["credit"])
            if count >= len(states.get(client, ())):
                yield f"{client} was shown {count} receipts and has {len(states.get(client, ())) - 1}"
            elif said != states[client][count]:
                yield f"{client} was shown {said} with {count} receipts; it was {states[client][count]}"
            before = highest[bisect_left(ends, read.began)]
            if count < before:
                yield f"{client} was shown {count} receipts after {before}"


def _by_client(operations: Iterator[Operation]) -> dict[str, list[Operation]]:
    found: dict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        if operation.outcome is Outcome.OK:
            found[operation.client].append(operation)
    return found


def _reached(read: Operation, places: Mapping[str, int]) -> int | None:
    if read.act == "statement":
        return int(read.told["receipts"]) if "receipts" in read.told else None
    agency = read.client.partition("/")[0]
    return max((places.get(f"{agency}/{number}", 0) for number in _numbers(read)), default=None)


def invoices_are_paid_once_and_stay_so(world: World) -> Iterator[str]:
    """The balance of an invoice never rises, and is what is left once whoever reads it has seen the receipt."""
    paid: dict[tuple[str, str], list[tuple[float, Decimal]]] = defaultdict(list)
    for seen in world.acts("see"):
        for payment in seen.told.get("payments") or ():
            for part in payment.get("allocations") or ():
                paid[seen.client, part["invoiceNumber"]].append((seen.ended, Decimal(part["amount"])))
    reads: dict[tuple[str, str], list[Operation]] = defaultdict(list)
    for read in world.acts("invoice"):
        if read.outcome is Outcome.OK:
            reads[read.client, read.told["number"]].append(read)
    for (client, number), found in reads.items():
        name = f"{client.partition('/')[0]}/{number}"
        total = world.books.invoices[name].total if name in world.books.invoices else ZERO
        for earlier, later in pairwise(sorted(found, key=lambda it: it.began)):
            if earlier.precedes(later) and Decimal(later.told["balance"]) > Decimal(earlier.told["balance"]):
                yield f"the balance of {name} rose from {earlier.told['balance']} to {later.told['balance']}"
        for read in found:
            most = max((amount for ended, amount in paid[client, number] if ended < read.began), default=ZERO)
            if Decimal(read.told["balance"]) > total - most:
                yield f"{name} was shown with {read.told['balance']} to pay after a receipt for {most} of {total}"


def no_error_was_unforeseen(world: World) -> Iterator[str]:
    """Whatever dies, a client hears that the service is not available or busy, never that nobody knows what it was."""
    for operation in world.history:
        if str(operation.told.get("problem", "")).startswith("INTERNAL"):
            yield f"{operation.act} of {operation.client} was answered with {operation.told['problem']}"


def every_approval_is_applied_once(world: World) -> Iterator[str]:
    """As many receipts of a reference as approved charges at the gateway, of the same amounts, and no others."""
    receipts: dict[str | None, list[Decimal]] = defaultdict(list)
    for receipt in world.books.receipts:
        receipts[receipt.reference].append(receipt.amount)
    states = {intent.reference: intent.status for intent in world.books.intents}
    for reference in sorted(states.keys() | world.gateway.charges.keys() | {it for it in receipts if it is not None}):
        charges = world.gateway.charges.get(reference, ())
        approved = sorted(charge.amount for charge in charges if charge.state == "APPROVED")
        booked = sorted(receipts[reference])
        extra = Counter(booked) - Counter(approved)
        missing = Counter(approved) - Counter(booked)
        if extra:
            yield f"{reference} has receipts for {_list(extra)} that the gateway did not approve, or not so often"
        if missing and world.settled:
            yield f"{reference} was approved for {_list(missing)} without a receipt; it is {states.get(reference)}"
        if world.settled and (states.get(reference) == "APPROVED") != bool(approved):
            yield f"{reference} is {states.get(reference)} and has {len(approved)} approved charges"
    if receipts[None]:
        yield f"{len(receipts[None])} receipts are of no intent"


def _list(amounts: Counter[Decimal]) -> str:
    return ", ".join(str(amount) for amount in sorted(amounts.elements()))


def accepted_notices_were_dealt_with(world: World) -> Iterator[str]:
    """What was answered with 200 is in the inbox, as often as it was answered, and something came of it."""
    accepted: Counter[tuple[str, str, str]] = Counter()
    for sent in world.gateway.sent:
        accepted[sent.reference, sent.transaction, sent.state] += sent.accepted
    stored = {(it.reference, it.transaction, it.state): it for it in world.books.notices}
    for key, times in accepted.items():
        if not times:
            continue
        notice = stored.get(key)
        if notice is None:
            yield f"a notice of {key[0]} was accepted and is not in the inbox"
        elif notice.deliveries < times:
            yield f"a notice of {key[0]} was accepted {times} times and counted {notice.deliveries}"
        elif notice.outcome is None:
            yield f"a notice of {key[0]} was accepted, and nothing came of it"


def receipts_have_no_gaps(world: World) -> Iterator[str]:
    """RP-000001, RP-000002 and so on in each agency, each number once."""
    series: dict[str, list[str]] = defaultdict(list)
    for receipt in world.books.receipts:
        agency, _, number = receipt.number.partition("/")
        series[agency].append(number)
    for agency, numbers in series.items():
        expected = {f"RP-{place:06d}" for place in range(1, len(numbers) + 1)}
        if Counter(numbers) != Counter(expected):
            yield f"{agency}: missing {sorted(expected - set(numbers))[:5]}, strange {_strange(numbers, expected)[:5]}"


def _strange(numbers: Sequence[str], expected: set[str]) -> list[str]:
    return sorted(number for number, times in Counter(numbers).items() if times > 1 or number not in expected)


def receipts_add_up(world: World) -> Iterator[str]:
    """What a receipt applied and what it credited is its amount; none gives an invoice more than was frozen for it;
    one transaction of the gateway stands behind each, and none behind two."""
    frozen = {intent.reference: intent.invoices for intent in world.books.intents}
    for receipt in world.books.receipts:
        if sum(receipt.allocations.values(), receipt.credited) != receipt.amount:
            yield f"{receipt.number}: {receipt.allocations} and {receipt.credited} are not {receipt.amount}"
        for invoice, amount in receipt.allocations.items():
            if receipt.reference is not None and amount > frozen.get(receipt.reference, {}).get(invoice, ZERO):
                yield f"{receipt.number} gives {invoice} more than {receipt.reference} was for"
        if len(receipt.transactions) != 1:
            yield f"{receipt.number} is behind {len(receipt.transactions)} transactions of the gateway"
    booked = Counter(name for receipt in world.books.receipts for name in receipt.transactions)
    for name, times in booked.items():
        if times > 1:
            yield f"transaction {name} was booked {times} times"


def invoices_add_up(world: World) -> Iterator[str]:
    """What is paid of an invoice is what receipts say, never more than its total, and its state says the same."""
    applied: dict[str, Decimal] = defaultdict(Decimal)
    for receipt in world.books.receipts:
        for name, amount in receipt.allocations.items():
            applied[name] += amount
    for name in applied.keys() - world.books.invoices.keys():
        yield f"{name} was paid and does not exist"
    for name, invoice in world.books.invoices.items():
        if invoice.paid != applied[name]:
            yield f"{name} has {invoice.paid} paid, and receipts for {applied[name]}"
        if applied[name] > invoice.total:
            yield f"{name} was paid with {applied[name]} of {invoice.total}"
        status = "PAID" if invoice.paid >= invoice.total else "PARTIALLY_PAID" if invoice.paid else "ISSUED"
        if invoice.status != status:
            yield f"{name} is {invoice.status} with {invoice.paid} of {invoice.total} paid"


def the_ledger_balances(world: World) -> Iterator[str]:
    """Each journal sums to zero and is there once, and so does the whole."""
    journals = world.books.journals or ()
    for journal in journals:
        total = sum((amount for _, _, amount in journal.entries), ZERO)
        if total or len(journal.entries) < 2:
            yield f"journal {journal.key} has {len(journal.entries)} entries that sum to {total}"
    for key, times in Counter(journal.key for journal in journals).items():
        if times > 1:
            yield f"journal {key} is there {times} times"


def the_ledger_says_the_same(world: World) -> Iterator[str]:
    """One CHARGE for each receipt, of its amount; what it applied to each invoice is what is paid of it; what it
    credited to each client is what receipts left over."""
    if world.books.journals is None:
        return
    charged: Counter[tuple[str | None, Decimal]] = Counter()
    applied: dict[str, Decimal] = defaultdict(Decimal)
    credited: dict[str, Decimal] = defaultdict(Decimal)
    for journal in world.books.journals:
        for account, invoice, amount in journal.entries:
            if journal.kind == "CHARGE" and account == "GATEWAY":
                charged[journal.reference, amount] += 1
            elif account == "RECEIVABLE" and invoice is not None:
                applied[invoice] -= amount
            elif account == "CREDIT":
                credited[journal.client] -= amount
    received = Counter((receipt.reference, receipt.amount) for receipt in world.books.receipts)
    for (reference, total), times in (received - charged).items():
        yield f"{times} receipts of {reference} for {total} are not in the ledger"
    for (reference, total), times in (charged - received).items():
        yield f"{times} charges of {reference} for {total} have no receipt"
    for name, stored in world.books.invoices.items():
        if stored.paid != applied[name]:
            yield f"{name} has {stored.paid} paid, and {applied[name]} in the ledger"
    left: dict[str, Decimal] = defaultdict(Decimal)
    for receipt in world.books.receipts:
        left[receipt.client] += receipt.credited
    for client in left.keys() | credited.keys():
        if left[client] != credited[client]:
            yield f"{client} has {left[client]} of credit by receipts, and {credited[client]} in the ledger"


def no_job_was_given_up(world: World) -> Iterator[str]:
    """Whatever interrupted it, a background job is done by somebody."""
    for kind, times in Counter(world.books.given_up).items():
        yield f"{times} jobs of {kind} have failed for good"


RULES: tuple[Rule, ...] = (
    acknowledged_starts_are_stored_once,
    a_key_is_one_intent,
    refused_starts_left_nothing,
    refusals_have_a_reason,
    what_was_seen_stays,
    seen_receipts_are_stored,
    statements_are_states,
    invoices_are_paid_once_and_stay_so,
    no_error_was_unforeseen,
    every_approval_is_applied_once,
    accepted_notices_were_dealt_with,
    receipts_have_no_gaps,
    receipts_add_up,
    invoices_add_up,
    the_ledger_balances,
    the_ledger_says_the_same,
    no_job_was_given_up,
)
