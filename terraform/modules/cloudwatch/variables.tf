variable "name" {
  description = "Name of the service and its environment; log groups, dashboard and alarms are named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, hyphens and underscores, as a dashboard's name allows no more."
  }
}

variable "function_name" {
  description = "Function that is watched."
  type        = string
  nullable    = false
}

variable "metrics_namespace" {
  description = "CloudWatch namespace that the function puts its own metrics in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/#-]{1,255}$", var.metrics_namespace)) && !startswith(var.metrics_namespace, "AWS/")
    error_message = "metrics_namespace must be 1 to 255 letters, digits, dots, hyphens, underscores, slashes or hashes and not begin with AWS/."
  }
}

variable "api_id" {
  description = "HTTP API that is watched."
  type        = string
  nullable    = false
}

variable "api_stage" {
  description = "Stage of the API that is watched."
  type        = string
  nullable    = false
}

variable "table_name" {
  description = "DynamoDB table that is watched. Null means that there is none."
  type        = string
  default     = null
}

variable "pools" {
  description = "Pools of the inventory; each gets a graph on the dashboard and an alarm for being empty."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(distinct(var.pools)) == length(var.pools) && alltrue([for pool in var.pools : can(regex("^[A-Za-z0-9._-]{1,64}$", pool))])
    error_message = "pools must be distinct names of 1 to 64 letters, digits, dots, hyphens and underscores."
  }
}

variable "log_retention_days" {
  description = "How long both log groups keep their lines, in days."
  type        = number
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a number of days that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

variable "logs_kms_key_arn" {
  description = "KMS key for both log groups; its policy has to let CloudWatch Logs use it. Null means the key that AWS owns."
  type        = string
  default     = null

  validation {
    condition     = var.logs_kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.logs_kms_key_arn))
    error_message = "logs_kms_key_arn must be the ARN of a KMS key, not of an alias."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that is told when an alarm starts and when it ends. Null means that alarms show only in the console."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_topic_arn == null || can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alarm_topic_arn))
    error_message = "alarm_topic_arn must be the ARN of an SNS topic; alarms can't use a FIFO one."
  }
}

variable "alarm_function_errors" {
  description = "Failed invocations in 5 minutes that raise the alarm."
  type        = number
  nullable    = false

  validation {
    condition     = var.alarm_function_errors >= 1
    error_message = "alarm_function_errors must be at least 1, or the alarm would never end."
  }
}

variable "alarm_throttles" {
  description = "Throttled invocations in 5 minutes that raise the alarm."
  type        = number
  nullable    = false

  validation {
    condition     = var.alarm_throttles >= 1
    error_message = "alarm_throttles must be at least 1, or the alarm would never end."
  }
}

variable "alarm_5xx" {
  description = "Answers of 500 and above in 5 minutes that raise the alarm, without those that only say that the pool is empty."
  type        = number
  nullable    = false

  validation {
    condition     = var.alarm_5xx >= 1
    error_message = "alarm_5xx must be at least 1, or the alarm would never end."
  }
}

variable "alarm_p99_latency_ms" {
  description = "p99 of the API's latency, in milliseconds, that raises the alarm when it holds for 15 minutes."
  type        = number
  nullable    = false

  validation {
    condition     = var.alarm_p99_latency_ms > 0
    error_message = "alarm_p99_latency_ms must be above 0."
  }
}

variable "alarm_empty_pool_minutes" {
  description = "Minutes without a free VM in a pool that raise its alarm."
  type        = number
  nullable    = false

  validation {
    condition     = var.alarm_empty_pool_minutes >= 1 && var.alarm_empty_pool_minutes <= 1440 && floor(var.alarm_empty_pool_minutes) == var.alarm_empty_pool_minutes
    error_message = "alarm_empty_pool_minutes must be a whole number from 1 to 1440: an alarm looks back one day at most."
  }
}

variable "alarm_overdue_leases_minutes" {
  description = "Minutes with leases that ended and were not taken back that raise the alarm."
  type        = number
  nullable    = false

  validation {
    condition     = var.alarm_overdue_leases_minutes >= 1 && var.alarm_overdue_leases_minutes <= 1440 && floor(var.alarm_overdue_leases_minutes) == var.alarm_overdue_leases_minutes
    error_message = "alarm_overdue_leases_minutes must be a whole number from 1 to 1440: an alarm looks back one day at most."
  }
}

variable "alarm_oldest_check_seconds" {
  description = "Seconds that a VM waits for its check past the time it was due that raise the alarm."
  type        = number
  nullable    = false

  validation {
    condition     = var.alarm_oldest_check_seconds >= 60
    error_message = "alarm_oldest_check_seconds must be at least 60: checks run once a minute."
  }
}

variable "alarm_table_throttles" {
  description = "Requests to the table that DynamoDB throttles in 5 minutes that raise the alarm."
  type        = number
  nullable    = false

  validation {
    condition     = var.alarm_table_throttles >= 1
    error_message = "alarm_table_throttles must be at least 1, or the alarm would never end."
  }
}

variable "alarm_table_system_errors" {
  description = "Requests to the table that DynamoDB fails in 5 minutes that raise the alarm."
  type        = number
  nullable    = false

  validation {
    condition     = var.alarm_table_system_errors >= 1
    error_message = "alarm_table_system_errors must be at least 1, or the alarm would never end."
  }
}
