variable "name" {
  description = "Name of the role, which is that of the function it is for."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 of the characters that IAM allows in a role name."
  }
}

variable "log_group_name" {
  description = "The one log group the function may write to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_/.#-]{1,512}$", var.log_group_name))
    error_message = "log_group_name must be the full name of one log group: no ARN, no wildcard."
  }
}

variable "tracing_enabled" {
  description = "Lets the function send traces to X-Ray."
  type        = bool
  nullable    = false
}
