environment = "staging"

# The rest is as in the defaults of variables.tf, so that prod is rehearsed with the values it starts from.
# Once prod keeps its leases in a table, rehearse that here too: pool_store = "dynamodb".
log_retention_days = 30
