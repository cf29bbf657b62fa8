# Leases in memory need a reserved concurrency of 1. An account with the initial quota of 10 can't reserve any, and without this
# check Lambda would refuse only half-way through an apply.
data "aws_servicequotas_service_quota" "concurrency" {
  count = var.pool_store == "memory" && var.single_process ? 1 : 0

  service_code = "lambda"
  quota_code   = "L-B99A9384" # concurrent executions

  lifecycle {
    postcondition {
      condition     = self.value > 10
      error_message = "This account may run ${self.value} Lambda functions at a time, of which none can be reserved: request a higher quota for concurrent executions in Service Quotas, keep the leases in a table (pool_store = \"dynamodb\"), or, for a demonstration only, set single_process = false."
    }
  }
}
