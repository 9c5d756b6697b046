"""How a command ends: wrong usage, told in one line of Spanish, with exit status 2, a reader who left with 141."""

import sys
from typing import Any

import typer
from typer._click.exceptions import BadOptionUsage, MissingParameter, NoArgsIsHelpError, NoSuchOption, UsageError

from main.output import NOBODY_READS, NobodyReads, to_a_reader


class CommandLine(typer.Typer):
    """A Typer that ends the process itself: with the status of the command, 2 for wrong usage, or quietly with the
    status of other programs where whoever read its output has left."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            with to_a_reader():
                status = self._status(*args, **kwargs)
        except NobodyReads:
            sys.exit(NOBODY_READS)
        sys.exit(status)

    def _status(self, *args: Any, **kwargs: Any) -> int:
        try:
            status = super().__call__(*args, standalone_mode=False, **kwargs)
        except NoArgsIsHelpError as help_page:
            help_page.show()
            return 2
        except UsageError as error:
            print(_told(error), file=sys.stderr)
            return 2
        return status if isinstance(status, int) else 0


def _told(error: UsageError) -> str:
    more = f" Consulte «{error.ctx.command_path} --help»." if error.ctx else ""
    match error:
        case MissingParameter(param=param) if param is not None:
            return f"Falta {_name(param)}.{more}"
        case typer.BadParameter(param=param) if param is not None:
            return f"El valor de {_name(param)} no sirve.{more}"
        case NoSuchOption():
            return f"No existe la opción {error.option_name}.{more}"
        case BadOptionUsage():
            return f"A la opción {error.option_name} le falta o le sobra su valor."
        case _ if hasattr(error.cmd, "commands"):
            return f"No existe esa orden.{more}"
        case _:
            return f"Sobran palabras en la orden.{more}"


def _name(param: Any) -> str:
    """How a person writes an option, or the place of an argument."""
    return str(param.opts[0] if param.param_type_name == "option" else (param.metavar or param.name).upper())
