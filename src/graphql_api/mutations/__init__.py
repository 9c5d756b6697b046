"""The root of what can be done, put together from its topics."""

import strawberry

from graphql_api.failed_jobs import FailedJobMutations
from graphql_api.mutations.access import AccessMutations
from graphql_api.mutations.accounts import AccountMutations
from graphql_api.mutations.agency import AgencyMutations
from graphql_api.mutations.findings import FindingMutations
from graphql_api.mutations.gateways import GatewayMutations
from graphql_api.mutations.imports import ImportMutations
from graphql_api.mutations.links import LinkMutations
from graphql_api.mutations.mail import MailMutations
from graphql_api.mutations.office import OfficeMutations
from graphql_api.mutations.payments import PaymentMutations
from graphql_api.mutations.personal_data import PersonalDataMutations
from graphql_api.mutations.pqrs import PqrsMutations
from graphql_api.mutations.pqrs_acts import PqrsActMutations
from graphql_api.mutations.profile import ProfileMutations
from graphql_api.mutations.second_factor import SecondFactorMutations
from graphql_api.mutations.settlements import SettlementMutations
from graphql_api.mutations.view_as import ViewAsClientMutations


@strawberry.type(description="Lo que se puede hacer. Toda mutación devuelve su resultado o una negativa.")
class Mutation(
    AccessMutations,
    LinkMutations,
    ProfileMutations,
    MailMutations,
    SecondFactorMutations,
    PaymentMutations,
    AccountMutations,
    OfficeMutations,
    FindingMutations,
    AgencyMutations,
    GatewayMutations,
    SettlementMutations,
    PqrsMutations,
    PqrsActMutations,
    PersonalDataMutations,
    ImportMutations,
    FailedJobMutations,
    ViewAsClientMutations,
):
    pass
