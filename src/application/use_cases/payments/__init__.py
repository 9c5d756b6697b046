"""Paying online: opening a checkout, acting on what the gateway reports, the agency's merchant account."""

from application.use_cases.payments.accounts import SetMerchantAccount
from application.use_cases.payments.checks import AskGateway, PollAgencies, PollAgency
from application.use_cases.payments.configure import ConfigureGateway, GatewayAddresses
from application.use_cases.payments.days import BooksChecked, CheckBooks, ReconcileAgency, ReconcileDay
from application.use_cases.payments.findings import ResolveFinding
from application.use_cases.payments.reports import ReceiveGatewayReport, ReconcilePayments, RefreshPayment
from application.use_cases.payments.returns import ReceiveReturn
from application.use_cases.payments.settlement import Settlement
from application.use_cases.payments.start import StartPayment
from application.use_cases.payments.statements import ReconcileSettlement

__all__ = [
    "AskGateway",
    "BooksChecked",
    "CheckBooks",
    "ConfigureGateway",
    "GatewayAddresses",
    "PollAgencies",
    "PollAgency",
    "ReceiveGatewayReport",
    "ReceiveReturn",
    "ReconcileAgency",
    "ReconcileDay",
    "ReconcilePayments",
    "ReconcileSettlement",
    "RefreshPayment",
    "ResolveFinding",
    "SetMerchantAccount",
    "Settlement",
    "StartPayment",
]
