# A value that is passed on unchanged is validated by the module that uses it; here only what the root itself uses.

variable "name" {
  description = "Name of the service. With the environment behind it, it names every resource, so that environments can share an account."
  type        = string
  default     = "vm-pool"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter and not ending in a hyphen."
  }
}

variable "environment" {
  description = "Which environment this is; the same word as the folder in `environments/`."
  type        = string
  nullable    = false

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be dev, staging or prod."
  }
}

variable "region" {
  description = "AWS region of the service."
  type        = string
  default     = "us-east-1"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must look like us-east-1."
  }
}

variable "tags" {
  description = "More tags for every resource, such as a cost centre. `service`, `environment` and `managed-by` are always set."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "package_path" {
  description = "Zip of the function. Null means `dist/lambda.zip`, where `scripts/build` writes it."
  type        = string
  default     = null
}

variable "pool_store" {
  description = "Where leases live. `memory` is the function's own process: nothing to pay for, and leases end with the process. `dynamodb` is a table: leases survive, and any number of processes lend from one pool. A change starts with every VM free, so make it while nobody holds one."
  type        = string
  default     = "memory"
  nullable    = false

  validation {
    condition     = contains(["memory", "dynamodb"], var.pool_store)
    error_message = "pool_store must be memory or dynamodb."
  }
}

variable "table_deletion_protection" {
  description = "Whether DynamoDB refuses to delete the table of the leases, so that neither `destroy` nor another `pool_store` loses it by mistake. Who means it turns this off and applies first."
  type        = bool
  default     = true
  nullable    = false
}

variable "table_kms_key_arn" {
  description = "KMS key for the table of the leases; its policy has to let the function's role and those who apply use it through DynamoDB. Null means the account's own `aws/dynamodb`, which AWS manages."
  type        = string
  default     = null
}

variable "events_kept_days" {
  description = "How long it is kept what happened to a VM and who held it, in days. User ids are in it, so keep it no longer than you need."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.events_kept_days >= 1 && var.events_kept_days <= 3650 && floor(var.events_kept_days) == var.events_kept_days
    error_message = "events_kept_days must be a whole number from 1 to 3650, which is ten years."
  }
}

variable "timeout_seconds" {
  description = "Longest run of one invocation, in seconds. Requests take a fraction of it; it is the tick that needs time, to reap and to check many VMs at once, so it gets all that an HTTP API leaves the function. Must be more than `check_timeout_seconds`, or one check that hangs would take the whole tick with it."
  type        = number
  default     = 29
  nullable    = false

  validation {
    condition     = var.timeout_seconds > var.check_timeout_seconds
    error_message = "timeout_seconds must be more than check_timeout_seconds."
  }
}

variable "single_instance" {
  description = "Reserves a concurrency of 1 while `pool_store` is `memory`. Such leases live in one process, so with two processes two users could get the same VM; the price is that a request which comes while another one runs is throttled. Turn it off only for a demonstration, or in an account whose concurrency quota is still the initial 10, of which none can be reserved."
  type        = bool
  default     = true
  nullable    = false
}

variable "lease_default_minutes" {
  description = "Length of a lease whose request names none, in minutes."
  type        = number
  default     = 480
  nullable    = false

  validation {
    condition     = var.lease_default_minutes >= 1 && var.lease_default_minutes <= var.lease_max_minutes && floor(var.lease_default_minutes) == var.lease_default_minutes
    error_message = "lease_default_minutes must be a whole number from 1 to lease_max_minutes."
  }
}

variable "lease_max_minutes" {
  description = "Longest a lease may be from its beginning to its end, renewals included, in minutes."
  type        = number
  default     = 10080
  nullable    = false

  validation {
    condition     = var.lease_max_minutes >= 1 && var.lease_max_minutes <= 525600 && floor(var.lease_max_minutes) == var.lease_max_minutes
    error_message = "lease_max_minutes must be a whole number from 1 to 525600, which is a year."
  }
}

variable "check_max_failures" {
  description = "Failed checks in a row after which a VM is quarantined."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.check_max_failures >= 1 && var.check_max_failures <= 100 && floor(var.check_max_failures) == var.check_max_failures
    error_message = "check_max_failures must be a whole number from 1 to 100."
  }
}

variable "check_backoff_seconds" {
  description = "Seconds between the first failed check of a VM and the second. The wait doubles with each failure, up to 15 minutes."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.check_backoff_seconds >= 0 && var.check_backoff_seconds <= 3600 && floor(var.check_backoff_seconds) == var.check_backoff_seconds
    error_message = "check_backoff_seconds must be a whole number from 0 to 3600."
  }
}

variable "check_timeout_seconds" {
  description = "Seconds after which a check that has not ended has failed."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.check_timeout_seconds >= 1 && var.check_timeout_seconds <= 20 && floor(var.check_timeout_seconds) == var.check_timeout_seconds
    error_message = "check_timeout_seconds must be a whole number from 1 to 20."
  }
}

variable "mock_failing_vms" {
  description = "Ids of mock VMs that fail their check, to see quarantine at work, for example `vm-02`."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.mock_failing_vms : can(regex("^[A-Za-z0-9._-]+$", id))])
    error_message = "mock_failing_vms must be ids of letters, digits, dots, underscores and hyphens."
  }
}

variable "tracing_enabled" {
  description = "Samples the function's invocations into X-Ray and lets its role write there."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "How long both log groups keep their lines, in days. User ids are in them, so keep them no longer than you need."
  type        = number
  default     = 30
  nullable    = false
}

variable "logs_kms_key_arn" {
  description = "KMS key for both log groups; its policy has to let CloudWatch Logs use it. Null means the key that AWS owns."
  type        = string
  default     = null
}

variable "throttling_rate_per_second" {
  description = "Requests per second, over all callers, above which API Gateway answers 429."
  type        = number
  default     = 20
  nullable    = false
}

variable "throttling_burst" {
  description = "Requests that may come at once before the rate counts."
  type        = number
  default     = 40
  nullable    = false
}

variable "cors_allowed_origins" {
  description = "Web origins whose pages may call the API from a browser, such as `https://lab.example.com`. Empty turns CORS off."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "domain_name" {
  description = "Friendly name of the API, such as `vms.example.com`. Needs `certificate_arn` and `hosted_zone_id`. Null means the execute-api name only."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "ACM certificate for `domain_name`, issued, in the region of the service."
  type        = string
  default     = null
}

variable "hosted_zone_id" {
  description = "Route 53 zone that gets the A and AAAA records of `domain_name`."
  type        = string
  default     = null
}

variable "execute_api_endpoint_enabled" {
  description = "Whether the execute-api name answers too. Turn it off once callers use `domain_name`, so that there is one way in."
  type        = bool
  default     = true
  nullable    = false
}

variable "pools" {
  description = "Pools of the inventory; each gets a graph on the dashboard and an alarm for being empty."
  type        = list(string)
  default     = ["default"]
  nullable    = false
}

variable "alarm_topic_arn" {
  description = "SNS topic that is told when an alarm starts and when it ends. Null means that alarms show only in the console."
  type        = string
  default     = null
}

variable "alarm_function_errors" {
  description = "Failed invocations in 5 minutes that raise the alarm. The function answers its own faults with a 500, so even one means that it crashed or ran out of time."
  type        = number
  default     = 1
  nullable    = false
}

variable "alarm_throttles" {
  description = "Throttled invocations in 5 minutes that raise the alarm. With `single_instance` a few are the normal price of two requests at once."
  type        = number
  default     = 20
  nullable    = false
}

variable "alarm_5xx" {
  description = "Answers of 500 and above in 5 minutes that raise the alarm, without those that only say that the pool is empty."
  type        = number
  default     = 5
  nullable    = false
}

variable "alarm_p99_latency_ms" {
  description = "p99 of the API's latency, in milliseconds, that raises the alarm when it holds for 15 minutes."
  type        = number
  default     = 3000
  nullable    = false
}

variable "alarm_empty_pool_minutes" {
  description = "Minutes without a free VM in a pool that raise its alarm."
  type        = number
  default     = 15
  nullable    = false
}

variable "alarm_overdue_leases_minutes" {
  description = "Minutes with leases that ended and were not taken back that raise the alarm. The tick takes them back each minute, but many that end at once take it a few."
  type        = number
  default     = 5
  nullable    = false
}

variable "alarm_oldest_check_seconds" {
  description = "Seconds that a VM waits for its check past the time it was due that raise the alarm."
  type        = number
  default     = 900
  nullable    = false
}

variable "alarm_table_throttles" {
  description = "Requests to the table that DynamoDB throttles in 5 minutes that raise the alarm. The function tries again, so a few harm nobody."
  type        = number
  default     = 20
  nullable    = false
}

variable "alarm_table_system_errors" {
  description = "Requests to the table that DynamoDB fails in 5 minutes that raise the alarm. The function tries again, so a few harm nobody."
  type        = number
  default     = 5
  nullable    = false
}
