"""Paying online: opening a checkout, acting on what the gateway reports, the agency's merchant account."""

from application.use_cases.payments.accounts import SetMerchantAccount
from application.use_cases.payments.checks import AskGateway, PollAgencies, PollAgency
from application.use_cases.payments.reports import ReceiveGatewayReport, ReconcilePayments, RefreshPayment
from application.use_cases.payments.returns import ReceiveReturn
from application.use_cases.payments.settlement import Settlement
from application.use_cases.payments.start import StartPayment

__all__ = [
    "AskGateway",
    "PollAgencies",
    "PollAgency",
    "ReceiveGatewayReport",
    "ReceiveReturn",
    "ReconcilePayments",
    "RefreshPayment",
    "SetMerchantAccount",
    "Settlement",
    "StartPayment",
]
