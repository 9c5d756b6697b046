"""What letters say about accounts: the way in, and what somebody did to it."""

from collections.abc import Callable, Mapping
from typing import Any

from adapters.mail.wording.content import Content, Link
from adapters.spanish.formatting import moment
from application.ports.mail import Letter
from application.ports.mail.accounts import (
    AccountActivated,
    EmailChangeNotice,
    EmailConfirmation,
    Invitation,
    PasswordChanged,
    PasswordReset,
)

_AGAIN = "Si se vence, pida otro en la página de ingreso con «Olvidé mi contraseña», o escríbanos."
_CHANGE_NOW = (
    "Cámbiela ya en la página de ingreso con «Olvidé mi contraseña»: eso cierra todas las sesiones y anula el "
    "cambio de correo. Si ya no puede entrar, escríbanos."
)
_NEVER_TOLD = "Nunca le pediremos su contraseña por teléfono, por correo ni por chat."


def _invitation(letter: Invitation) -> Content:
    agency = letter.letterhead.name
    uses = (
        "Con ella atiende a los clientes de la inmobiliaria."
        if letter.staff
        else "En ella puede ver facturas y contratos, pagar en línea, descargar documentos y radicar solicitudes."
    )
    return Content(
        subject="Active su cuenta del área de clientes",
        opening=(f"{agency} le abrió una cuenta en su área de clientes.", uses),
        facts=(("Su usuario", letter.username), ("El enlace sirve hasta", moment(letter.expires_at))),
        link=Link("Elegir mi contraseña y activar la cuenta", letter.link),
        closing=(
            f"El enlace sirve una sola vez. {_AGAIN}",
            "Si no tiene ninguna relación con nosotros, no haga nada: sin este enlace nadie puede usar la cuenta.",
        ),
    )


def _reset(letter: PasswordReset) -> Content:
    return Content(
        subject="Elija una contraseña nueva",
        opening=("Recibimos una solicitud para cambiar la contraseña con la que entra a su área de clientes.",),
        facts=(("Su usuario", letter.username), ("El enlace sirve hasta", moment(letter.expires_at))),
        link=Link("Elegir una contraseña nueva", letter.link),
        closing=(
            "El enlace sirve una sola vez, y al usarlo se cierran las sesiones que estén abiertas.",
            "Si usted no la pidió, no haga nada: su contraseña sigue siendo la misma y el enlace se vence solo.",
            "No reenvíe este mensaje a nadie.",
        ),
    )


def _email_confirmation(letter: EmailConfirmation) -> Content:
    return Content(
        subject="Confirme su correo nuevo",
        opening=(f"Alguien con cuenta en el área de clientes de {letter.letterhead.name} quiere usar este correo.",),
        facts=(("El enlace sirve hasta", moment(letter.expires_at)),),
        link=Link("Confirmar este correo", letter.link),
        closing=(
            "Hasta que lo confirme, la cuenta sigue con el correo de antes.",
            "Si no fue usted, no haga nada: sin su confirmación el correo no se usa.",
        ),
    )


def _email_change_notice(letter: EmailChangeNotice) -> Content:
    return Content(
        subject="Pidieron cambiar el correo de su cuenta",
        opening=("Desde su área de clientes pidieron cambiar el correo con el que le escribimos y con el que entra.",),
        facts=(("Correo nuevo", _masked(letter.new_email)), ("Cuándo", moment(letter.asked_at))),
        closing=(
            "Si fue usted, abra el mensaje que enviamos al correo nuevo y confírmelo.",
            f"Si no fue usted, alguien conoce su contraseña. {_CHANGE_NOW}",
        ),
    )


def _activated(letter: AccountActivated) -> Content:
    return Content(
        subject="Su cuenta ya está activa",
        opening=("Su cuenta del área de clientes ya tiene contraseña. Desde ahora puede entrar con ella.",),
        facts=(("Su usuario", letter.username), ("Cuándo", moment(letter.at))),
        closing=("Si no fue usted, escríbanos cuanto antes.", _NEVER_TOLD),
    )


def _password_changed(letter: PasswordChanged) -> Content:
    return Content(
        subject="Su contraseña cambió",
        opening=("La contraseña de su área de clientes cambió. Las demás sesiones que estaban abiertas se cerraron.",),
        facts=(("Su usuario", letter.username), ("Cuándo", moment(letter.at))),
        closing=(
            "Si fue usted, no tiene que hacer nada.",
            "Si no fue usted, elija otra ya en la página de ingreso con «Olvidé mi contraseña», y escríbanos.",
            _NEVER_TOLD,
        ),
    )


def _masked(email: str) -> str:
    """Enough of an address for its owner to know it: «n•••@correo.example»."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}•••@{domain}"


WORDS: Mapping[type[Letter], Callable[[Any], Content]] = {
    AccountActivated: _activated,
    EmailChangeNotice: _email_change_notice,
    EmailConfirmation: _email_confirmation,
    Invitation: _invitation,
    PasswordChanged: _password_changed,
    PasswordReset: _reset,
}
