variable "name" {
  description = "Name of the schedule group; the role's name begins with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{1,44}$", var.name))
    error_message = "name must be 1 to 44 letters, digits, dots, hyphens and underscores, so that \"-tick\" and the region fit behind it in a role name."
  }
}

variable "role" {
  description = "Path of the role, and the ARN of the policy that bounds its permissions (null for none). Module `iam` validates the same values."
  type = object({
    path                 = string
    permissions_boundary = string
  })
  default  = { path = "/", permissions_boundary = null }
  nullable = false
}

variable "function_arn" {
  description = "Alias of the only function that the tick may invoke."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+:[A-Za-z][A-Za-z0-9_-]*$", var.function_arn))
    error_message = "function_arn must be the ARN of an alias of one function, such as arn:aws:lambda:us-east-1:123456789012:function:vm-pool-dev:live, without a wildcard."
  }
}

variable "schedule_expression" {
  description = "When to tick. A lease gives no rights after its end, whatever this says: the tick sets how soon its VM is free again, and how fine the pool's graphs are."
  type        = string
  default     = "rate(1 minute)"
  nullable    = false

  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.schedule_expression))
    error_message = "schedule_expression must be rate(...) or cron(...)."
  }
}
