environment = "prod"

log_retention_days         = 365
tracing_enabled            = true
throttling_rate_per_second = 50
throttling_burst           = 100
