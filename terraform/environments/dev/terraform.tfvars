environment = "dev"

# Leases live in memory, which costs nothing. To have them survive: pool_store = "dynamodb". The table of developers may go
# with the rest.
table_deletion_protection = false

log_retention_days         = 7
throttling_rate_per_second = 10
throttling_burst           = 20

# Developers empty the pool and run into each other on purpose: tell of it only when it goes on.
alarm_throttles          = 100
alarm_empty_pool_minutes = 60
