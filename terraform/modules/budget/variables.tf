variable "name" {
  description = "Name of the budget."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[^:\\\\]{1,100}$", var.name))
    error_message = "name must be 1 to 100 characters, without colons and backslashes."
  }
}

variable "monthly_usd" {
  description = "Costs in US dollars a month. AWS writes when 80 % of it are spent, and when its forecast is above it."
  type        = number
  nullable    = false

  validation {
    condition     = var.monthly_usd > 0
    error_message = "monthly_usd must be above 0."
  }
}

variable "tag" {
  description = "Tag of the resources whose costs count; activate it for cost allocation first. Null counts the whole account."
  type = object({
    key   = string
    value = string
  })
  default = null
}

variable "emails" {
  description = "Addresses that AWS writes to, at most 10."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.emails) >= 1 && length(var.emails) <= 10
    error_message = "A budget needs 1 to 10 e-mail addresses (alarm_emails), or nobody would learn of it."
  }
}
