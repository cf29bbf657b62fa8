variable "subnet_ids" {
  description = "Private subnets from which the VMs can be reached, best in two availability zones."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids must have at least one subnet."
  }
}

variable "vms_security_group_id" {
  description = "Security group of the VMs; it gets a rule that lets the visitor in."
  type        = string
  nullable    = false
}

variable "operator_arns" {
  description = "ARNs of the operators, for example [\"arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_PoolOperator_*\"]."
  type        = list(string)
  default     = []
  nullable    = false
}
