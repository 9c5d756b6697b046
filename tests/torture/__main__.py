"""`make torture`: see README.md beside this. `make torture TORTURE="--payments 300 --kills 6 --postgres-kills 2"`."""

import argparse
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import uvloop

from tests.torture.storm import Plan, Report, Storm

_SHOWN = 40


def main(arguments: list[str] | None = None) -> int:
    """0 if nothing is wrong, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="make torture", description="Pagos, y muertes de lo que los atiende.")
    plan = Plan()
    parser.add_argument("--payments", type=int, default=plan.payments, help=f"pagos aprobados ({plan.payments})")
    parser.add_argument("--kills", type=int, default=plan.kills, help=f"muertes del servicio ({plan.kills})")
    parser.add_argument(
        "--postgres-kills", type=int, default=plan.postgres_kills, help=f"muertes de PostgreSQL ({plan.postgres_kills})"
    )
    parser.add_argument("--minutes", type=float, default=plan.minutes, help="cuándo termina, haya llegado a donde sea")
    parser.add_argument("--seed", type=int, default=plan.seed, help="semilla de lo que se decide al azar")
    parser.add_argument("--services", type=int, default=plan.services, help="procesos del servicio a la vez")
    parser.add_argument("--tenants", type=int, default=plan.tenants, help="inquilinos que pagan")
    parser.add_argument("--history", type=Path, help="dónde dejar la historia; sin decirlo, solo si algo está mal")
    given = parser.parse_args(arguments)
    plan = Plan(
        payments=given.payments,
        kills=given.kills,
        postgres_kills=given.postgres_kills,
        minutes=given.minutes,
        seed=given.seed,
        services=given.services,
        tenants=given.tenants,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="portal-torture-"))
    folder.chmod(0o711)  # for root the database runs as another user, who must get through
    history = given.history or folder / "historia.jsonl"
    wrong = True
    try:
        report = uvloop.run(Storm(plan, folder, history).run())
        wrong = bool(report.violations or report.failures)
        tell(report, plan)
    except KeyboardInterrupt:
        print("Interrumpido.", file=sys.stderr)
        return 130
    finally:
        if not wrong:
            shutil.rmtree((folder / "datos" / "postgres").resolve(), ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"Semilla {plan.seed}; historia, registros y base de datos en {folder}.", file=sys.stderr)
    return int(wrong)


def tell(report: Report, plan: Plan) -> None:
    """The summary."""
    print()
    for name, number in report.counts.items():
        print(f"  {name:<24}{number:>10}")
    print(f"  {'violations':<24}{len(report.violations):>10}")
    for violation in report.violations[:_SHOWN]:
        print(f"VIOLACIÓN {violation}")
    for failure in report.failures:
        print(f"FALLA {failure}")


if __name__ == "__main__":
    sys.exit(main())
