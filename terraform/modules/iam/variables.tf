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

variable "table_name" {
  description = "The one DynamoDB table the function may use. Null means none."
  type        = string
  default     = null

  validation {
    condition     = var.table_name == null || can(regex("^[A-Za-z0-9_.-]{3,255}$", var.table_name))
    error_message = "table_name must be the name of one table: no ARN, no wildcard."
  }
}

variable "table_index_names" {
  description = "Indexes of the table that the function may query."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = (length(var.table_index_names) == 0) == (var.table_name == null)
    error_message = "table_index_names and table_name belong together: set both or none."
  }

  validation {
    condition     = alltrue([for name in var.table_index_names : can(regex("^[A-Za-z0-9_.-]{3,255}$", name))])
    error_message = "table_index_names must be names of indexes: no ARNs, no wildcards."
  }
}
