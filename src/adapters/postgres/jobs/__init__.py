"""Jobs on the queue library PgQueuer, in the schema `queue` of the same database."""
