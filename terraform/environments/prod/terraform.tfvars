environment = "prod"

# Leases live in memory until somebody decides to pay for a table: they end with the function's process, and one request
# runs at a time. As soon as people rely on their VMs, while none is lent: pool_store = "dynamodb".
table_deletion_protection = true

# Who learns of an alarm is not for this file to say. Set TF_VAR_alarm_emails='["on-call@example.com"]' or TF_VAR_alarm_topic_arn.
log_retention_days         = 365
tracing_enabled            = true
throttling_rate_per_second = 50
throttling_burst           = 100
