variable "name" {
  description = "Name of the function that the role is for; the role's name is this and the region."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,49}$", var.name))
    error_message = "name must be 1 to 49 of the characters that IAM allows in a role name, so that the region fits behind it."
  }
}

variable "role" {
  description = "Path of the role, and the ARN of the policy that bounds its permissions (null for none)."
  type = object({
    path                 = string
    permissions_boundary = string
  })
  default  = { path = "/", permissions_boundary = null }
  nullable = false

  validation {
    condition     = can(regex("^/([!-.0-~]+/)*$", var.role.path))
    error_message = "role: path must begin and end with a slash, such as /services/."
  }

  validation {
    condition     = var.role.permissions_boundary == null || can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$", var.role.permissions_boundary))
    error_message = "role: permissions_boundary must be the ARN of an IAM policy."
  }
}

variable "log_group_name" {
  description = "The only log group that the function may write to."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_/.#-]{1,512}$", var.log_group_name))
    error_message = "log_group_name must be the full name of one log group: neither an ARN nor a wildcard."
  }
}

variable "tracing_enabled" {
  description = "Lets the function send traces to X-Ray."
  type        = bool
  nullable    = false
}

variable "table" {
  description = "The only DynamoDB table that the function may use: its name, the indexes that the function may query, and the customer-managed key that encrypts it (null for AWS's own). Null without a table."
  type = object({
    name        = string
    index_names = set(string)
    kms_key_arn = string
  })
  default = null

  validation {
    condition     = var.table == null || alltrue([for name in concat(var.table[*].name, flatten(var.table[*].index_names)) : can(regex("^[A-Za-z0-9_.-]{3,255}$", name))])
    error_message = "table: name and index_names must be names of one table and its indexes: neither ARNs nor wildcards."
  }

  validation {
    condition     = alltrue([for arn in compact(var.table[*].kms_key_arn) : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "table: kms_key_arn must be the ARN of one KMS key, neither of an alias nor with a wildcard."
  }
}

variable "metrics_token" {
  description = "The only SSM parameter that the function may read for the token of its metrics: its name, and the customer-managed key that encrypts it (null for AWS's own). Null without a token."
  type = object({
    parameter   = string
    kms_key_arn = string
  })
  default = null

  validation {
    condition     = alltrue([for name in var.metrics_token[*].parameter : can(regex("^/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", name))])
    error_message = "metrics_token: parameter must be the name of one SSM parameter: neither an ARN nor a wildcard."
  }

  validation {
    condition     = alltrue([for arn in compact(var.metrics_token[*].kms_key_arn) : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "metrics_token: kms_key_arn must be the ARN of one KMS key, neither of an alias nor with a wildcard."
  }
}

variable "real_vms" {
  description = "What the function uses to lend VMs that exist: the object of the inventory, the name of the function that visits VMs, the KMS keys that sign logins, the places of stored keys (`ssm:NAME` or `secretsmanager:NAME`, or an ARN behind the colon) and the customer-managed keys that encrypt those. Null with mock VMs."
  type = object({
    inventory                = object({ bucket_name = string, key = string })
    visitor_name             = string
    signing_key_arns         = list(string)
    stored_keys              = list(string)
    stored_keys_kms_key_arns = set(string)
  })
  default = null

  validation {
    condition     = alltrue([for place in flatten(var.real_vms[*].stored_keys) : can(regex("^(ssm|secretsmanager):[A-Za-z0-9/_+=.@:-]+$", place))])
    error_message = "real_vms: a place of a stored key must be ssm:NAME or secretsmanager:NAME, without a wildcard."
  }

  validation {
    condition     = alltrue([for arn in flatten([for vms in var.real_vms[*] : tolist(vms.stored_keys_kms_key_arns)]) : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "real_vms: stored_keys_kms_key_arns must be ARNs of KMS keys, neither of aliases nor with a wildcard."
  }

  validation {
    condition     = alltrue([for name in compact([one(var.real_vms[*].visitor_name), one(var.real_vms[*].inventory.bucket_name), one(var.real_vms[*].inventory.key)]) : can(regex("^[A-Za-z0-9_./-]+$", name))])
    error_message = "real_vms: names must be those of one function, bucket and object, without a wildcard."
  }
}

variable "ec2" {
  description = "The EC2 instances that the function lends: the keys of their tags `pool` and `user`, the customer-managed keys that encrypt their volumes, and each pool with what the function does in it: `access` and `reset` as in the inventory, the login name of borrowers, whether it reads host keys from the console, and whether it stops instances. Null without EC2 pools."
  type = object({
    tags         = object({ pool = string, user = string })
    kms_key_arns = set(string)
    pools = map(object({
      access           = string
      reset            = string
      username         = string
      learns_host_keys = bool
      stops            = bool
    }))
  })
  default = null

  validation {
    condition     = alltrue([for name in flatten([for ec2 in var.ec2[*] : keys(ec2.pools)]) : can(regex("^[A-Za-z0-9._-]{1,64}$", name))])
    error_message = "ec2: pools must be by name, without a wildcard."
  }

  validation {
    condition     = alltrue([for key in flatten([for ec2 in var.ec2[*] : values(ec2.tags)]) : can(regex("^[A-Za-z0-9_+=.:/@-]{1,128}$", key))])
    error_message = "ec2: tags must be keys of tags, without a wildcard."
  }

  validation {
    condition     = alltrue([for arn in flatten([for ec2 in var.ec2[*] : tolist(ec2.kms_key_arns)]) : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "ec2: kms_key_arns must be ARNs of KMS keys, neither of aliases nor with a wildcard."
  }
}
