"""Payments: opening a checkout and what gateways report, what clients and staff do about money, accounts."""

from application.use_cases.payments.accounts import SetMerchantAccount
from application.use_cases.payments.cancel import CancelPayment
from application.use_cases.payments.checks import AskGateway, PollAgencies, PollAgency
from application.use_cases.payments.configure import ConfigureGateway, GatewayAddresses
from application.use_cases.payments.credit import ApplyCredit
from application.use_cases.payments.days import BooksChecked, CheckBooks, ReconcileAgency, ReconcileDay
from application.use_cases.payments.dismissals import DismissDispute
from application.use_cases.payments.disputes import ReceiveDisputeNotice
from application.use_cases.payments.findings import ResolveFinding
from application.use_cases.payments.office import RecordPayment, ReversePayment
from application.use_cases.payments.refunds import RefundPayment
from application.use_cases.payments.releases import ReleaseRefund
from application.use_cases.payments.reports import ReceiveGatewayReport, ReconcilePayments, RefreshPayment
from application.use_cases.payments.returns import ReceiveReturn
from application.use_cases.payments.reviews import ResolvePaymentReview
from application.use_cases.payments.settlement import Settlement
from application.use_cases.payments.start import StartPayment
from application.use_cases.payments.statements import ReconcileSettlement
from application.use_cases.payments.verification import VerifyReceipt

__all__ = [
    "ApplyCredit",
    "AskGateway",
    "BooksChecked",
    "CancelPayment",
    "CheckBooks",
    "ConfigureGateway",
    "DismissDispute",
    "GatewayAddresses",
    "PollAgencies",
    "PollAgency",
    "ReceiveDisputeNotice",
    "ReceiveGatewayReport",
    "ReceiveReturn",
    "ReconcileAgency",
    "ReconcileDay",
    "ReconcilePayments",
    "ReconcileSettlement",
    "RecordPayment",
    "RefreshPayment",
    "RefundPayment",
    "ReleaseRefund",
    "ResolveFinding",
    "ResolvePaymentReview",
    "ReversePayment",
    "SetMerchantAccount",
    "Settlement",
    "StartPayment",
    "VerifyReceipt",
]
