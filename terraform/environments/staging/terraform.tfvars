environment = "staging"

# The rest is as in the defaults of variables.tf, so that prod is rehearsed with the values it starts from.
log_retention_days = 30
