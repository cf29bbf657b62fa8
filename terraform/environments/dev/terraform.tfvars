environment = "dev"

log_retention_days         = 7
throttling_rate_per_second = 10
throttling_burst           = 20

# Developers empty the pool and run into each other on purpose: tell of it only when it goes on.
alarm_throttles          = 100
alarm_empty_pool_minutes = 60
