"""Taking over the back office's records."""

from typing import Annotated

import strawberry

from domain.imports.problems import CellProblem
from domain.imports.sheets import ImportKind
from graphql_api.context import Info
from graphql_api.describe import field
from graphql_api.import_texts import cell_message
from graphql_api.refusals import InvalidInput


@strawberry.input(description="Un archivo del sistema administrativo. Las columnas están en la documentación.")
class ImportRecordsInput:
    kind: ImportKind = field("Qué registros trae.")
    csv: str = field(
        "CSV con encabezados, como lo exporta Excel: con comas, punto y coma o tabulador; coma o punto decimal."
    )
    dry_run: bool = field("Solo comprobar: informa lo mismo y no guarda nada.", default=False)


@strawberry.type(description="La fila se cuenta como en la hoja de cálculo: el encabezado es la 1.")
class ImportRowError:
    row: int = field("Fila.")
    column: str | None = field("Columna; nulo si el problema es de la fila entera.")
    message: str = field("Qué pasa, en español.")

    @classmethod
    def of(cls, problem: CellProblem) -> "ImportRowError":
        return cls(row=problem.row, column=problem.column, message=cell_message(problem))


@strawberry.type(description="Qué pasó con cada fila; las cuatro cuentas suman las filas del archivo.")
class ImportRecordsPayload:
    created: int = field("Filas nuevas.")
    updated: int = field("Filas que cambiaron.")
    unchanged: int = field("Filas iguales a lo guardado.")
    rejected: int = field("Filas que no entraron.")
    row_errors: list[ImportRowError] = field("Una por cada celda que impide importar su fila; las demás filas entran.")
    warnings: list[ImportRowError] = field("Lo que entró con salvedades: columnas desconocidas, correos inservibles.")


ImportRecordsResult = Annotated[
    ImportRecordsPayload | InvalidInput,
    strawberry.union("ImportRecordsResult", description="Qué pasó con cada fila, o por qué no se leyó el archivo."),
]


@strawberry.type
class ImportMutations:
    @strawberry.mutation(
        description=(
            "Importa registros del sistema administrativo; cada fila se identifica por su código y repetir la "
            "importación no cambia nada. Para el personal."
        )
    )
    async def import_records(
        self,
        info: Info,
        input: Annotated[ImportRecordsInput, strawberry.argument(description="El archivo.")],  # noqa: A002
    ) -> ImportRecordsResult:
        report = await info.context.use_cases.import_records(
            info.context.viewer, kind=input.kind, csv=input.csv, dry_run=input.dry_run
        )
        return ImportRecordsPayload(
            created=report.created,
            updated=report.updated,
            unchanged=report.unchanged,
            rejected=report.rejected,
            row_errors=[ImportRowError.of(problem) for problem in report.row_errors],
            warnings=[ImportRowError.of(problem) for problem in report.warnings],
        )
