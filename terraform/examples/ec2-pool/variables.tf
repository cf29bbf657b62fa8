variable "subnet_ids" {
  description = "Subnets of one VPC for the instances and for the function that visits them, best in two availability zones."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids must have at least one subnet."
  }
}

variable "public_addresses" {
  description = "Whether borrowers reach the instances at public addresses, which the subnets must allow. Without, they need a way into the VPC, such as a VPN."
  type        = bool
  default     = false
  nullable    = false
}

variable "borrower_cidrs" {
  description = "Networks that borrowers come from, such as `198.51.100.0/24`."
  type        = set(string)
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.borrower_cidrs : can(cidrnetmask(cidr)) && !endswith(cidr, "/0")])
    error_message = "borrower_cidrs must be IPv4 networks such as 198.51.100.0/24, and not the whole internet."
  }
}

variable "operator_arns" {
  description = "ARNs of the operators, for example [\"arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_PoolOperator_*\"]."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "instances" {
  description = "How many instances to make."
  type        = number
  default     = 3
  nullable    = false
}

variable "instance_type" {
  description = "Type of the instances, one with EBS as its root."
  type        = string
  default     = "t3.medium"
  nullable    = false
}

variable "ami_parameter" {
  description = "Public SSM parameter with the id of the AMI, which must have cloud-init, curl and OpenSSH from 8.2. For Amazon Linux: `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64`."
  type        = string
  default     = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
  nullable    = false
}

variable "min_running" {
  description = "Free instances that run in working hours; the others are stopped, and started when somebody borrows one. At night and at weekends all are."
  type        = number
  default     = 1
  nullable    = false
}

variable "timezone" {
  description = "Where the working hours are those of the clock."
  type        = string
  default     = "UTC"
  nullable    = false
}

variable "reset" {
  description = "What makes an instance clean between two borrowers, who can't become root: `command` takes seconds; `reboot` also ends what hides from it; `replace-root-volume` takes minutes and brings a new disk."
  type        = string
  default     = "command"
  nullable    = false

  validation {
    condition     = contains(["command", "reboot", "replace-root-volume"], var.reset)
    error_message = "reset must be command, reboot or replace-root-volume."
  }
}
