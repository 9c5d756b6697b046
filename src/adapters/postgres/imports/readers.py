"""Deriving who may read which contract and property from parties and owners, for a whole agency at once.

Who was billed or paid under a contract goes on reading it after leaving it: an invoice always shows its contract.
"""

import sqlalchemy as sa

_CONTRACT_READERS = """
insert into contract_readers (agency_id, contract_id, client_id, as_party)
select cast(:agency_id as uuid), contract_id, client_id, bool_or(as_party)
from (
  select contract_id, client_id, true as as_party from contract_parties where agency_id = :agency_id
  union all
  select lease.id, owner.client_id, false
  from contracts lease
  join property_owners owner on owner.agency_id = lease.agency_id and owner.property_id = lease.property_id
  where lease.agency_id = :agency_id and lease.kind = 'LEASE'
  union all
  select contract_id, client_id, false from invoices where agency_id = :agency_id
  union all
  select contract_id, client_id, false from payouts where agency_id = :agency_id
) as reading
group by contract_id, client_id
"""
_PROPERTY_READERS = """
insert into property_readers (agency_id, property_id, client_id, as_owner)
select cast(:agency_id as uuid), property_id, client_id, bool_or(as_owner)
from (
  select property_id, client_id, true as as_owner from property_owners where agency_id = :agency_id
  union all
  select contract.property_id, reader.client_id, false
  from contracts contract
  join contract_readers reader on reader.agency_id = contract.agency_id and reader.contract_id = contract.id
  where contract.agency_id = :agency_id
) as reading
group by property_id, client_id
"""

REBUILD_READERS = tuple(
    sa.text(statement)
    for statement in (
        "delete from contract_readers where agency_id = :agency_id",
        _CONTRACT_READERS,
        "delete from property_readers where agency_id = :agency_id",
        _PROPERTY_READERS,
    )
)
"""Statements with the parameter `agency_id`."""
