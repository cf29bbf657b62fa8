variable "account_id" {
  description = "AWS account of this environment; Terraform refuses to work in another one. Empty allows any account."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([0-9]{12})?$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account, or empty."
  }
}

variable "permissions_boundary_arn" {
  description = "Policy that bounds the function's and the schedule's roles; the apply role of `terraform/bootstrap` insists on it. Empty for none."
  type        = string
  default     = ""
  nullable    = false
}

# The repository does not say where it is: GitHub's workflow sets TF_VAR_runbook_url.
variable "runbook_url" {
  description = "Address of `terraform/RUNBOOK.md`, to which each alarm links. Null: alarms name file and heading."
  type        = string
  default     = null
}
