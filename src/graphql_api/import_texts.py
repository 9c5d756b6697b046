"""What an import says to the staff who run it: a sentence per cell, column or file that is not as it should be."""

from collections.abc import Mapping
from decimal import Decimal

from domain.imports.problems import CellProblem, FileProblem, FileReason, Reason

_CELLS: Mapping[Reason, str] = {
    Reason.REQUIRED: "Es obligatorio y está vacío.",
    Reason.TOO_LONG: "Es demasiado largo: el máximo es de {limit} caracteres.",
    Reason.CONTROL_CHARACTERS: "Contiene caracteres de control, que no se pueden guardar.",
    Reason.TOO_MANY_CELLS: (
        "La fila tiene más celdas que las {expected} del encabezado: quizá falten comillas alrededor de un texto que "
        "contiene el separador."
    ),
    Reason.NOT_A_CHOICE: "Debe ser uno de estos valores: {choices}.",
    Reason.NOT_AN_AMOUNT: "No es un valor en pesos. Ejemplo de cómo se escribe en este archivo: {example}.",
    Reason.NEGATIVE: "No puede ser negativo.",
    Reason.TOO_LARGE: "Es un valor demasiado grande: el máximo es 999.999.999.999,99.",
    Reason.NOT_ABOVE_ZERO: "Debe ser mayor que cero.",
    Reason.NOT_A_PERCENT: "Debe ser un porcentaje de 0 a 100. Ejemplo de cómo se escribe en este archivo: {example}.",
    Reason.NOT_A_DATE: "No es una fecha válida. Se escribe dd/mm/aaaa o aaaa-mm-dd, con hh:mm si se conoce la hora.",
    Reason.NOT_A_MONTH: "No es un mes válido. Se escribe AAAA-MM.",
    Reason.DOCUMENT_SHAPE: "No es un número de {type} válido. {rule}",
    Reason.CHECK_DIGIT: "El dígito de verificación no corresponde al NIT.",
    Reason.NOT_FOUND: "No existe «{code}»: no está guardado ni entró con esta importación.",
    Reason.REPEATED: "«{code}» está repetido.",
    Reason.TOO_MANY: "Tiene demasiados valores: el máximo es {limit}.",
    Reason.DUPLICATE_KEY: "Ya está en la fila {row} con otros datos.",
    Reason.BEFORE: "No puede ser anterior a «{other}».",
    Reason.SHARES_SHAPE: (
        "Se escribe código:porcentaje, separando cada propietario con «|». Ejemplo: T00088:60|T00093:40."
    ),
    Reason.SHARES_SUM: "Las participaciones suman {total} y deben sumar 100.",
    Reason.KIND_IN_USE: "El contrato ya tiene facturas o egresos: no puede cambiar de tipo.",
    Reason.TOTAL_OF_PARTS: "Debe ser subtotal más IVA menos retenciones, {expected}, y dice {found}.",
    Reason.KIND_OF_CONTRACT: "No corresponde al tipo del contrato {contract}.",
    Reason.NOT_A_HOLDER: "«{code}» no es titular del contrato {contract}.",
    Reason.LINES_SHAPE: (
        "Se escribe texto:valor:porcentaje de IVA, separando cada concepto con «|». Ejemplo: Canon:2520000:19."
    ),
    Reason.LINES_SUBTOTAL: "Los conceptos suman {found} y el subtotal es {expected}.",
    Reason.LINES_VAT: "El IVA de los conceptos suma {found} y el IVA de la factura es {expected}.",
    Reason.CUFE_SHAPE: "El CUFE debe tener 96 dígitos hexadecimales.",
    Reason.CUFE_COMES_WITH: "Falta: «{other}» viene con este dato.",
    Reason.BELOW_ALLOCATED: "Es menor que los pagos ya aplicados a la factura, {allocated}.",
    Reason.VOID_WITH_PAYMENTS: "La factura tiene pagos aplicados por {allocated}: no se puede anular.",
    Reason.PAYER_WITH_PAYMENTS: "La factura tiene pagos de «{code}»: no puede pasar a otro cliente.",
    Reason.ALLOCATIONS_SHAPE: (
        "Se escribe factura:valor, separando cada una con «|». Ejemplo: FV-000001:2520000|FV-000002:80000."
    ),
    Reason.ALLOCATIONS_ABOVE_AMOUNT: "Lo aplicado a las facturas suma {total}, más que el valor del pago.",
    Reason.INVOICE_OF_ANOTHER: "La factura «{code}» no es del cliente «{client}».",
    Reason.INVOICE_VOIDED: "La factura «{code}» está anulada.",
    Reason.INVOICE_EXCEEDED: "A la factura «{code}», de {total}, solo se le pueden aplicar {room}.",
    Reason.NET_OF_PARTS: (
        "Debe ser canon más IVA, menos comisión, IVA de la comisión, retenciones y gastos: {expected}, y dice {found}."
    ),
    Reason.NOT_A_MANAGEMENT: "El contrato {contract} no es de administración.",
    Reason.NOT_ITS_RECEIPT: (
        "«{code}» no es un recibo de la referencia {reference}, o la transacción de esta fila ya tiene otro recibo."
    ),
    Reason.UNKNOWN_COLUMN: "La columna «{column}» no se conoce y no se leyó.",
    Reason.UNNAMED_COLUMN: "La columna número {place} no tiene nombre y no se leyó.",
    Reason.UNUSABLE_EMAIL: "No es un correo electrónico válido: la fila entró sin él.",
    Reason.EMAIL_WAITS: (
        "El cliente entra al portal con otro correo: se conserva el suyo hasta que confirme el cambio a {email}."
    ),
    Reason.ERASED: (
        "Los datos de esta persona se suprimieron a petición suya: la fila no se importó. Bórrelos también en el "
        "sistema administrativo."
    ),
    Reason.KNOWN_OTHERWISE: (
        "Se tomó por el pago con recibo {receipt}, que entró por el portal y es de otro cliente o por otro valor: la "
        "fila no se importó. Si es otro pago, impórtelo con otra referencia."
    ),
    Reason.STATE_KEPT: "La factura ya está «{stored}» y no vuelve a «{found}».",
}

_DOCUMENT_RULES = {
    "CC": "Son de 3 a 10 dígitos.",
    "CE": "Son de 3 a 15 dígitos.",
    "NIT": "Son de 6 a 15 dígitos, guion y dígito de verificación.",
    "PAS": "Son de 3 a 20 letras y números.",
    "PPT": "Son de 3 a 15 dígitos.",
    "TI": "Son 10 u 11 dígitos.",
}

_FILES: Mapping[FileReason, str] = {
    FileReason.EMPTY: "El archivo está vacío: se espera una fila de encabezados.",
    FileReason.ENCODING: "El archivo no está en UTF-8 ni en Windows-1252. Guárdelo como CSV UTF-8.",
    FileReason.QUOTES: "Las comillas de la fila {row} no están bien cerradas.",
    FileReason.CELL_TOO_LONG: "La fila {row} es demasiado larga: quizá falte cerrar unas comillas.",
    FileReason.TOO_MANY_COLUMNS: "El encabezado tiene más de {limit} columnas.",
    FileReason.MISSING_COLUMN: "Falta la columna «{column}».",
    FileReason.REPEATED_COLUMN: "La columna «{column}» está más de una vez.",
    FileReason.MIXED_AMOUNTS: (
        "El archivo mezcla dos maneras de escribir los valores: la coma es decimal en «{comma}» (fila {comma_row}, "
        "columna «{comma_column}») y el punto lo es en «{point}» (fila {point_row}, columna «{point_column}»)."
    ),
}

_AMOUNTS = frozenset({"total", "expected", "found", "allocated", "room"})


def cell_message(problem: CellProblem) -> str:
    """The sentence for an error or a warning of a cell, without its row and column."""
    told = {name: _shown(name, text) for name, text in problem.told.items()}
    if problem.reason is Reason.DOCUMENT_SHAPE:
        told["rule"] = _DOCUMENT_RULES[problem.told["type"]]
    return _CELLS[problem.reason].format_map(told)


def file_message(problem: FileProblem) -> str:
    """The sentence for what makes a whole file unreadable."""
    return _FILES[problem.reason].format_map({"column": problem.column or "", **problem.told})


def _shown(name: str, text: str) -> str:
    """Amounts as they are written in Colombia, without decimals that are nothing; codes as they are."""
    if name not in _AMOUNTS:
        return text
    try:
        amount = Decimal(text)
    except ArithmeticError:
        return text
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,")).removesuffix(",00")
