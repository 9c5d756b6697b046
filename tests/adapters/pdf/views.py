"""Views of the four documents as a real agency would have them; a test changes the part that it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

from PIL import Image, ImageDraw

from application.ports.documents import (
    AcknowledgementView,
    ElectronicStamp,
    InvoiceView,
    Letterhead,
    Party,
    ReceiptAllocation,
    ReceiptView,
    VoucherView,
)
from domain.clients import IdentityDocumentType
from domain.invoices import InvoiceKind, InvoiceLine, InvoiceStatus
from domain.money import ZERO, percentage_of
from domain.payments import PaymentMethod, PaymentStatus
from domain.payouts import PayoutLine, PayoutLineKind
from domain.periods import BillingPeriod
from domain.pqrs import PqrsClassification, PqrsSubject

NOVEMBER = BillingPeriod(2026, 11)
CUFE = "b1a8fc23d5945712be2ed42f97a7b2034326f2f96318da1c42e556d4781b6e243d4e260b3361f6a72813da31588df4c7"
STAMP = ElectronicStamp(
    cufe=CUFE,
    qr_url=f"https://catalogo-vpfe.dian.gov.co/document/searchqr?documentkey={CUFE}",
    issued_at=datetime(2026, 11, 1, 14, 3, tzinfo=UTC),
)


def pesos(amount: int | str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def logo(image_format: str = "PNG", size: tuple[int, int] = (600, 260)) -> bytes:
    """A house beside two bars, which stand for letters."""
    width, height = size
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    pen.polygon([(0, height * 0.5), (width * 0.2, height * 0.05), (width * 0.4, height * 0.5)], fill="#b5482f")
    pen.rectangle((width * 0.06, height * 0.5, width * 0.34, height * 0.95), fill="#173e63")
    pen.rectangle((width * 0.48, height * 0.3, width * 0.98, height * 0.5), fill="#173e63")
    pen.rectangle((width * 0.48, height * 0.62, width * 0.84, height * 0.76), fill="#b5482f")
    target = BytesIO()
    picture.save(target, image_format)
    return target.getvalue()


ANDINA = Letterhead(
    name="Inmobiliaria Andina S.A.S.",
    tax_id="900123456-7",
    landlord_registration="20240123 de la Alcaldía de Medellín",
    address="Carrera 43A N° 7-50, oficina 812",
    city="Medellín",
    phone="604 448 2200",
    email="servicio@inmobiliariaandina.example",
)
CAMILA = Party(
    name="Camila Rodríguez Restrepo",
    document_type=IdentityDocumentType.CC,
    document_number="43876512",
    address="Calle 138 # 13-47, apartamento 302",
    city="Bogotá D.C.",
    email="camila.rodriguez@correo7.example",
    phone="+57 301 100 3913",
)
MACONDO = Party(
    name="Librería y Papelería Macondo de los Hermanos Ibáñez Núñez y Compañía Ltda. en Reorganización",
    document_type=IdentityDocumentType.NIT,
    document_number="800197268",
    check_digit=4,
    address="Centro Comercial Plaza de las Américas, torre norte, piso 2, local 2-137, entrada por la Transversal 71D",
    city="Santiago de Cali",
    email="contabilidad.proveedores@libreriamacondo.example",
    phone="602 897 1718",
)


def line(description: str, amount: int | str, vat_rate: int = 0) -> InvoiceLine:
    value = pesos(amount)
    return InvoiceLine(
        description=description,
        quantity=Decimal(1),
        unit_price=value,
        vat_rate=pesos(vat_rate),
        vat=percentage_of(value, Decimal(vat_rate)),
        amount=value,
    )


def invoice(*lines: InvoiceLine, withholdings: int | str = 0, paid: int | str = 0) -> InvoiceView:
    """An electronic rent invoice; its totals follow from the lines."""
    shown = lines or (
        line("Canon de arrendamiento noviembre de 2026", 860_000),
        line("Cuota de administración", 155_000),
    )
    subtotal = sum((item.amount for item in shown), ZERO)
    vat = sum((item.vat for item in shown), ZERO)
    total = subtotal + vat - pesos(withholdings)
    return InvoiceView(
        letterhead=ANDINA,
        number="FV-000003",
        kind=InvoiceKind.RENT,
        description="Canon de arrendamiento noviembre 2026 y cuota de administración",
        period=NOVEMBER,
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 5),
        client=CAMILA,
        contract_number="ARR-00001",
        property_address="Av. El Poblado 2-93, local 19",
        property_city="Manizales",
        lines=shown,
        subtotal=subtotal,
        vat=vat,
        withholdings=pesos(withholdings),
        invoiced=subtotal + vat,
        total=total,
        paid=pesos(paid),
        balance=total - pesos(paid),
        status=InvoiceStatus.ISSUED,
        electronic=STAMP,
    )


def commercial_invoice() -> InvoiceView:
    """A shop's rent with VAT, withholdings, a partial payment and long names."""
    rent = line("Canon de arrendamiento del local comercial 2-137, noviembre de 2026", 5_000_000, 19)
    fee = line("Cuota de administración de la copropiedad Plaza de las Américas", 365_000)
    return replace(
        invoice(rent, fee, withholdings="365800", paid="2500000.50"),
        letterhead=replace(ANDINA, logo=logo()),
        client=MACONDO,
        property_address="Centro Comercial Plaza de las Américas, torre norte, piso 2, local 2-137",
        property_city="Cali",
        status=InvoiceStatus.PARTIALLY_PAID,
        overdue=True,
    )


def receipt() -> ReceiptView:
    return ReceiptView(
        letterhead=ANDINA,
        receipt_number="RC-000001",
        paid_at=datetime(2026, 11, 4, 19, 29, tzinfo=UTC),
        amount=pesos(2_050_000),
        method=PaymentMethod.PSE,
        client=CAMILA,
        allocations=(
            ReceiptAllocation(
                invoice_number="FV-000002",
                description="Canon de arrendamiento octubre 2026 y cuota de administración",
                period=BillingPeriod(2026, 10),
                amount=pesos(1_015_000),
            ),
            ReceiptAllocation(
                invoice_number="FV-000003",
                description="Canon de arrendamiento noviembre 2026 y cuota de administración",
                period=NOVEMBER,
                amount=pesos(1_015_000),
            ),
        ),
        credited=pesos(20_000),
        verification_code="7KQ4-M2XD-93TB",
        status=PaymentStatus.APPLIED,
        gateway_reference="617635660",
    )


def voucher() -> VoucherView:
    lines = (
        PayoutLine(kind=PayoutLineKind.RENT, description="Canon de arrendamiento", amount=pesos(5_000_000)),
        PayoutLine(kind=PayoutLineKind.VAT, description="IVA sobre el canon", amount=pesos(950_000)),
        PayoutLine(kind=PayoutLineKind.COMMISSION, description="Comisión de administración", amount=pesos(-500_000)),
        PayoutLine(kind=PayoutLineKind.COMMISSION_VAT, description="IVA sobre la comisión", amount=pesos(-95_000)),
        PayoutLine(kind=PayoutLineKind.WITHHOLDING, description="Retenciones practicadas", amount=pesos(-365_800)),
        PayoutLine(
            kind=PayoutLineKind.EXPENSE,
            description="Reparación de la tubería del baño auxiliar y resane de la pared del corredor, "
            "según la orden de trabajo 1187 aprobada por los propietarios",
            amount=pesos("-270000.50"),
        ),
    )
    gross = sum((item.amount for item in lines if item.amount > 0), ZERO)
    net = sum((item.amount for item in lines), ZERO)
    return VoucherView(
        letterhead=replace(ANDINA, logo=logo()),
        number="CE-000007",
        period=NOVEMBER,
        paid_on=date(2026, 11, 9),
        owner=Party(
            name="Begoña Echeverri Peña y Hernán Darío Echeverri D'Angelo",
            document_type=IdentityDocumentType.CE,
            document_number="1010704",
            address="Avenida Sexta Norte 83-12, conjunto residencial Mirador de la Peña, apartamento 1832",
            city="Manizales",
            email="begona.echeverri@correo7.example",
            phone="+57 322 966 2655",
        ),
        lines=lines,
        gross=gross,
        deductions=gross - net,
        net=net,
        method=PaymentMethod.BANK_TRANSFER,
        bank_reference="TRF1937209",
        contract_number="ADM-00001",
        property_address="Calle 151 # 83-36, piso 9",
        property_city="Cúcuta",
    )


def acknowledgement() -> AcknowledgementView:
    return AcknowledgementView(
        letterhead=ANDINA,
        filing_number="PQRS-2026-000001",
        filed_at=datetime(2026, 11, 20, 20, 45, tzinfo=UTC),
        client=CAMILA,
        classification=PqrsClassification.CLAIM,
        subject=PqrsSubject.REPAIRS,
        start_on=date(2026, 11, 12),
        due_on=date(2026, 12, 14),
        description="Desde el 12 de noviembre hay una filtración en el techo del baño principal. Ya mojó la pared "
        "del corredor y el piso de madera de la habitación, y el agua llega hasta el tablero eléctrico.\n\n"
        "Llamé el 13 y el 17 de noviembre; me dijeron que enviarían a un técnico, pero nadie ha venido. "
        "Adjunté fotografías.\n\n"
        "Pido que se repare la filtración y que se arreglen la pared y el piso, según el contrato.",
        property_address="Av. El Poblado 2-93, local 19",
        property_city="Manizales",
        contract_number="ARR-00001",
    )
