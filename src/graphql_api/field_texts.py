"""What is wrong with a field, as a sentence that can stand beside it."""

from application.ports.files import FileProblem
from domain.errors import FieldProblem, FieldProblemCode, InvalidInput
from domain.imports.problems import FileRefused
from domain.passwords import PasswordProblem
from domain.personal_data import Obstacle
from graphql_api.import_texts import file_message

_BY_FIELD = {
    ("currentPassword", FieldProblemCode.REQUIRED): "Para cambiar el correo escriba su contraseña actual.",
    ("email", FieldProblemCode.DUPLICATE): "Otra cuenta de la inmobiliaria usa ese correo.",
    ("role", FieldProblemCode.NOT_ALLOWED): "Los clientes se invitan con inviteClient.",
    ("username", FieldProblemCode.DUPLICATE): "Otra cuenta de la inmobiliaria usa ese usuario: escriba otro.",
    ("phone", FieldProblemCode.INVALID): "No es un teléfono válido.",
    ("passwordConfirmation", FieldProblemCode.MISMATCH): "Las contraseñas no coinciden.",
    ("channel", FieldProblemCode.NOT_ALLOWED): "Solo el personal puede decir por dónde llegó.",
    ("clientId", FieldProblemCode.NOT_ALLOWED): "Solo el personal puede hacerlo a nombre de otra persona.",
}

_BY_REASON = {
    "future": "No puede ser una fecha futura.",
    "too_early": "La fecha es demasiado antigua.",
    "control_characters": "Tiene caracteres que no se pueden guardar.",
    "email": "No es un correo electrónico válido.",
    "username": "Son de 3 a 60 letras, números o . + - _, sin espacios ni @.",
    "too_many": "Son demasiados: el máximo es {limit}.",
    "no_email": "El cliente no tiene correo registrado: escriba uno.",
    "link_base": (
        "La inmobiliaria no ha dicho dónde está su área de clientes; quien administra el servicio lo fija con «portal "
        "agency set … link_base=https://…»."
    ),
    "cursor": "No es un cursor de esta lista.",
    "first_and_last": "Use first o last, no los dos.",
    "page_size": "Debe estar entre 0 y {limit}.",
    "other_property": "El contrato no es de ese inmueble.",
    "unchanged": "La contraseña nueva debe ser distinta de la actual.",
    "one_time_code": "El código no es correcto, ya venció o ya se usó.",
    "above_zero": "Debe ser mayor que cero, con dos decimales a lo sumo.",
    "not_payable": "Esta factura no debe nada, está anulada o es de comisión.",
    "not_listed": "No está entre las páginas de retorno de la inmobiliaria.",
    "unknown_credential": "No es una credencial de esa pasarela. Las que tiene: {subject}.",
    "missing_credential": "Falta la credencial {subject}.",
    "unreadable_credentials": "Las credenciales guardadas ya no se pueden leer: escríbalas todas de nuevo.",
    "before_from": "No puede ser anterior a from.",
    "not_of_classification": "Solo una petición puede pedir documentos o información.",
    "no_extension": "Las quejas y los reclamos no se pueden prorrogar: la ley no lo prevé.",
    "days_or_date": "Diga days o newDueDate, uno de los dos.",
    "days_range": "Deben ser entre 1 y {limit} días hábiles.",
    "not_later": "Debe ser posterior a la fecha límite actual.",
    "beyond_extension": "La ley permite prorrogar, a lo sumo, hasta el {subject}.",
    "no_business_day": "Debe ser un día hábil.",
    "not_active_staff": "No es una cuenta activa del personal.",
    "policy_changed": "No es la versión vigente de la política de datos: léala de nuevo.",
    "service_is_contractual": "Lo necesario para prestar el servicio no se puede retirar mientras haya contrato.",
    "channel_of_who_decides": "PORTAL es para la propia persona; el personal dice por qué otro medio lo decidió.",
    Obstacle.LIVE_CONTRACT: "Tiene contratos vigentes: {limit}.",
    Obstacle.OPEN_BALANCE: "Tiene facturas con saldo: {limit}.",
    Obstacle.CREDIT_LEFT: "Tiene saldo a favor sin usar o devolver, en recibos: {limit}.",
    Obstacle.LIVE_PAYMENT: "Tiene pagos en curso: {limit}.",
    Obstacle.OPEN_REFUND: "Tiene reembolsos en curso: {limit}.",
    Obstacle.OPEN_PQRS: "Tiene PQRS sin responder: {limit}. Respóndalas antes, también la que pide la supresión.",
    Obstacle.OF_STAFF: "Su cuenta es también del personal: quítele antes ese papel.",
    "sandbox": "Son credenciales de prueba, que en producción no se admiten.",
    "image": "No es una imagen que se reciba: envíe un PNG o un JPEG.",
    "too_many_addresses": "Se admiten hasta {limit} direcciones.",
    "base64": "El contenido no es base64 válido.",
    "file_empty": "El archivo está vacío.",
    FileProblem.KIND: "No es un archivo que se reciba: envíe un PDF o una imagen JPEG o PNG.",
    FileProblem.DAMAGED: (
        "El archivo está dañado o incompleto y no se pudo leer. Ábralo, guárdelo de nuevo y vuelva a enviarlo."
    ),
    FileProblem.TOO_LARGE: "El archivo pasa de {subject}. Envíe una versión más pequeña.",
    FileProblem.HUGE: "El archivo ocupa demasiado al abrirlo. Envíe una versión más pequeña.",
    FileProblem.LOCKED: "El PDF pide una contraseña para abrirlo: guárdelo sin ella y vuelva a enviarlo.",
    FileProblem.ACTIVE: (
        "El PDF trae programas, formularios que se envían u otros archivos dentro. Ábralo, imprímalo como PDF y envíe "
        "el que resulte."
    ),
    FileProblem.TRAILING: ("El PDF trae datos después de su final. Ábralo, imprímalo como PDF y envíe el que resulte."),
    "files_too_large_together": "Los archivos pasan de {subject} entre todos.",
    "too_many_files": "Se reciben hasta {limit} archivos.",
    "too_many_files_of_case": "Una PQRS recibe hasta {limit} archivos, y esta ya tiene {subject}.",
    PasswordProblem.TOO_SHORT: "La contraseña debe tener al menos {limit} caracteres.",
    PasswordProblem.COMMON: "Es una contraseña demasiado común.",
    PasswordProblem.PERSONAL: "La contraseña no puede estar hecha con sus datos ni con los de la inmobiliaria.",
    PasswordProblem.PREDICTABLE: "La contraseña es una secuencia o una repetición fácil de adivinar.",
    PasswordProblem.UNREADABLE: "La contraseña tiene un carácter que no se puede leer.",
}

_BY_CODE = {
    FieldProblemCode.REQUIRED: "Este dato es obligatorio.",
    FieldProblemCode.INVALID: "El valor no es válido.",
    FieldProblemCode.TOO_LONG: "Es demasiado largo: el máximo es {limit}.",
    FieldProblemCode.NOT_FOUND: "No existe.",
    FieldProblemCode.DUPLICATE: "Está repetido.",
    FieldProblemCode.WEAK: "La contraseña es demasiado fácil de adivinar.",
    FieldProblemCode.MISMATCH: "No coincide.",
    FieldProblemCode.NOT_ALLOWED: "No se puede usar aquí.",
}


def sentences(refused: InvalidInput) -> list[str]:
    """A sentence for each problem, in their order."""
    if isinstance(refused, FileRefused):
        return [file_message(problem) for problem in refused.file_problems]
    return [sentence(problem) for problem in refused.problems]


def sentence(problem: FieldProblem) -> str:
    """The most exact sentence there is for a problem."""
    text = _BY_FIELD.get((problem.field, problem.code)) or _BY_REASON.get(problem.reason) or _BY_CODE[problem.code]
    return text.format(limit=problem.limit, subject=problem.subject)
