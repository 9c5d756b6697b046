"""Scripts that wait for their payment, answers that will go wrong, and the playing of a script step by step."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from simulator.agenda import Agenda
from simulator.courier import Courier
from simulator.delivery import Delivery
from simulator.steps import FAULT_STEPS, Step

ANY = "*"

Perform = Callable[[Step, datetime], list[Delivery]]
"""Does one step at an instant, and answers the messages it makes."""


@dataclass(slots=True, kw_only=True)
class Fault:
    """An answer that goes wrong on purpose, for the next `times` calls about a reference, or about any."""

    kind: str
    value: str
    reference: str
    argument: str = ""
    times: int = 1


@dataclass(slots=True)
class Scenarios:
    """What a control program prepared for one gateway, in memory."""

    waiting: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def clear(self) -> None:
        """Forgets all of it."""
        self.waiting.clear()
        self.faults.clear()

    def keep(self, reference: str, steps: Sequence[Step]) -> None:
        """Keeps a script for the next payment of `reference`, or of any; an empty one removes what was kept."""
        if steps:
            self.waiting[reference] = tuple(steps)
        else:
            self.waiting.pop(reference, None)

    def take(self, reference: str) -> tuple[Step, ...] | None:
        """The script that a payment of this reference plays: its own, else the one for any; None: a person decides.

        A script of its own is played once, the one for any by every reference.
        """
        own = self.waiting.pop(reference, None)
        return self.waiting.get(ANY) if own is None else own

    def prepare_fault(self, reference: str, step: Step) -> bool:
        """Keeps a fault, if the step is one; answers whether it is."""
        if step.kind not in FAULT_STEPS:
            return False
        self.faults.append(
            Fault(kind=step.kind, value=step.value, argument=step.argument, reference=reference, times=step.times)
        )
        return True

    def take_fault(self, kinds: Collection[str], reference: str | None) -> Fault | None:
        """The fault that the current call meets, counted down; `reference` None for calls about no order."""
        for fault in self.faults:
            if fault.kind in kinds and fault.reference in (ANY, reference):
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None


async def play(steps: Iterable[Step], at: datetime, *, perform: Perform, courier: Courier, agenda: Agenda) -> None:
    """Plays a script: each message is sent before the next step, but for `reorder`.

    `reorder` anywhere keeps the messages back and sends them last first; alone it stands for a declined try and its
    approved retry. What follows `pending` is played when its time has passed.
    """
    script = list(steps)
    reorder = any(step.kind == "reorder" for step in script)
    script = [step for step in script if step.kind != "reorder"]
    if reorder and not script:
        script = [Step(kind="decline", value="INSUFFICIENT_FUNDS"), Step(kind="approve")]
    held: list[list[Delivery]] = []
    while script:
        step = script.pop(0)
        deliveries = perform(step, at)
        if reorder:
            held.append(deliveries)
        else:
            await courier.dispatch(deliveries)
        if step.kind == "pending" and script:

            async def resume(planned: datetime) -> None:
                await play(script, planned, perform=perform, courier=courier, agenda=agenda)

            agenda.plan(at + step.duration, resume)
            break
    for deliveries in reversed(held):
        await courier.dispatch(deliveries)
