"""What the letter about a second factor says."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.mail.wording.content import Content
from adapters.spanish.formatting import moment
from application.ports.mail import Letter
from application.ports.mail.second_factors import SecondFactorChanged
from domain.second_factors import SecondFactorChange

_SAID = {
    SecondFactorChange.ON: (
        "Se activó el segundo factor",
        "Desde ahora, para entrar se necesita también un código de su aplicación. Las demás sesiones se cerraron.",
    ),
    SecondFactorChange.OFF: (
        "Se quitó el segundo factor",
        "Para entrar ya no se pide el código de su teléfono. Las sesiones que estaban abiertas se cerraron.",
    ),
    SecondFactorChange.RENEWED: (
        "Códigos de recuperación nuevos",
        "Se generaron otros códigos de recuperación; los anteriores ya no sirven.",
    ),
    SecondFactorChange.RECOVERY: (
        "Entraron con un código de recuperación",
        "Alguien entró con su contraseña y uno de sus códigos de recuperación. Ese código ya no sirve.",
    ),
    SecondFactorChange.RESET: (
        "La inmobiliaria restableció su segundo factor",
        "Un administrador quitó el segundo factor de su cuenta. Las sesiones que estaban abiertas se cerraron.",
    ),
}


def _changed(letter: SecondFactorChanged) -> Content:
    subject, opening = _SAID[letter.change]
    return Content(
        subject=subject,
        opening=(opening,),
        facts=(("Su usuario", letter.username), ("Cuándo", moment(letter.at))),
        closing=(
            "Si fue usted o lo pidió, no tiene que hacer nada.",
            "Si no, cambie ya su contraseña y escríbanos.",
            "Nunca le pediremos su contraseña ni sus códigos.",
        ),
    )


WORDS: Mapping[type[Letter], Callable[[Any], Content]] = {SecondFactorChanged: _changed}
