environment = "dev"

# Leases live in memory, which costs nothing. To have them survive: pool_store = "dynamodb". The table of developers may go
# with the rest.
table_deletion_protection = false

log_retention_days         = 7
throttling_rate_per_second = 10
throttling_burst           = 20

# Developers empty the pool and throttle each other on purpose: alarm only when it goes on.
alarms = {
  throttles          = 100
  empty_pool_minutes = 60
}
