"""`portal work` and `portal jobs`: doing background jobs, and seeing how they stand."""

import asyncio
import json
import signal

from adapters.postgres.jobs.health import counts, health
from main import work as jobs
from main.bootstrap import Portal
from main.output import announce

_STATES = {"queued": "en espera", "picked": "en curso", "failed": "fallidos"}


async def work(portal: Portal) -> None:
    """Do jobs until SIGTERM or Ctrl-C; says in a line that it does."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    announce("working")
    await jobs.work(portal, stop)


async def show(portal: Portal, *, as_json: bool) -> None:
    """Counts by kind and state, and whether somebody works; for a person or a program."""
    found, state = await counts(portal.engine), await health(portal.engine)
    if as_json:
        rows = [{"kind": it.kind, "status": it.status, "count": it.number} for it in found]
        print(json.dumps({"workers": state.told, "jobs": rows}))
        return
    unseen = "Nadie ha trabajado todavía; quien empieza da señales en su primer minuto."
    print({"ok": "Hay quien trabaje.", "late": "Los trabajos están atrasados."}.get(state.told, unseen))
    for it in found:
        print(f"{it.kind}: {it.number} {_STATES.get(it.status, it.status)}")
