variable "name" {
  description = "Name of the service and its environment; dashboard, alarms and topic are named after it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, hyphens and underscores: a dashboard's name allows no others."
  }
}

variable "function_name" {
  description = "Function that is watched."
  type        = string
  nullable    = false
}

variable "function_log_group_name" {
  description = "Log group of the function; alarms refer to it and the dashboard shows its latest faults."
  type        = string
  nullable    = false
}

variable "access_log_group_name" {
  description = "Log group of the API's access log; alarms refer to it."
  type        = string
  nullable    = false
}

variable "runbook_url" {
  description = "Address of `terraform/RUNBOOK.md`, such as `https://github.com/OWNER/vm-pool/blob/main/terraform/RUNBOOK.md`. Each alarm links to its heading there. Null: alarms name file and heading."
  type        = string
  default     = null

  validation {
    condition     = var.runbook_url == null || can(regex("^https://[^\\s#]+$", var.runbook_url)) && try(length(var.runbook_url), 0) <= 200
    error_message = "runbook_url must begin with https://, have at most 200 characters, no blank and no fragment (#), which each alarm adds."
  }
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

variable "api" {
  description = "HTTP API and stage that are watched."
  type = object({
    id    = string
    stage = string
  })
  nullable = false
}

variable "table" {
  description = "DynamoDB table that is watched, and its indexes. Null without a table."
  type = object({
    name        = string
    index_names = set(string)
  })
  default = null
}

variable "visitor" {
  description = "Function that visits VMs, and its log group; both are watched, and so are faults of the inventory. Null with mock VMs."
  type = object({
    function_name  = string
    log_group_name = string
  })
  default = null
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

variable "pools_that_stop_vms" {
  description = "Those of the pools that stop VMs which nobody needs; each gets a graph of what runs, and all together one of what that saves."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "budget_name" {
  description = "AWS budget that the dashboard links to. Null without one."
  type        = string
  default     = null
}

variable "alarm_emails" {
  description = "Addresses that get an e-mail when an incident starts and when it ends, once they have confirmed AWS's first message."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(distinct(var.alarm_emails)) == length(var.alarm_emails) && alltrue([for address in var.alarm_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", address))])
    error_message = "alarm_emails must be distinct e-mail addresses."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that gets a message when an incident starts and when it ends. Null without one."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_topic_arn == null || can(regex("^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alarm_topic_arn))
    error_message = "alarm_topic_arn must be the ARN of an SNS topic; alarms can't use a FIFO topic."
  }
}

variable "alarms" {
  description = "Thresholds of the alarms: counts in 5 minutes, except where the name has a unit; `quarantines` counts in an hour."
  type = object({
    function_errors        = number
    throttles              = number
    server_errors          = number
    p99_latency_ms         = number
    empty_pool_minutes     = number
    overdue_leases_minutes = number
    oldest_check_seconds   = number
    quarantines            = number
    table_throttles        = number
    table_system_errors    = number
  })
  nullable = false

  validation {
    condition = alltrue([
      for count in [var.alarms.function_errors, var.alarms.throttles, var.alarms.server_errors, var.alarms.quarantines, var.alarms.table_throttles, var.alarms.table_system_errors] :
      count >= 1
    ])
    error_message = "alarms: function_errors, throttles, server_errors, quarantines, table_throttles and table_system_errors must be at least 1; an alarm on 0 would never end."
  }

  validation {
    condition     = var.alarms.p99_latency_ms > 0
    error_message = "alarms: p99_latency_ms must be above 0."
  }

  validation {
    condition = alltrue([
      for minutes in [var.alarms.empty_pool_minutes, var.alarms.overdue_leases_minutes] :
      minutes >= 1 && minutes <= 1440 && floor(minutes) == minutes
    ])
    error_message = "alarms: empty_pool_minutes and overdue_leases_minutes must be whole numbers from 1 to 1440, because an alarm looks back one day at most."
  }

  validation {
    condition     = var.alarms.oldest_check_seconds >= 60
    error_message = "alarms: oldest_check_seconds must be at least 60, because checks run once a minute."
  }
}
