variable "name" {
  description = "Name of the service, as `name` of the module in `terraform/`; with the environment behind it, it names all that a role may touch."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter and not ending in a hyphen."
  }
}

variable "environments" {
  description = "Environments of this account; each gets an apply role of its own."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.environments) > 0 && alltrue([for environment in var.environments : can(regex("^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$", environment))])
    error_message = "environments must be one or more words of 1 to 16 lower-case letters, digits and hyphens, beginning with a letter and not ending in a hyphen."
  }
}

variable "regions" {
  description = "AWS regions that the environments run in."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.regions) > 0 && alltrue([for region in var.regions : can(regex("^[a-z]{2,3}(-[a-z]+)+-[0-9]$", region))])
    error_message = "regions must be one or more AWS regions, such as us-east-1."
  }
}

variable "github" {
  description = "Repository that deploys. `subject_prefix` is what its OIDC subjects begin with; `branch` is the branch that is applied; `oidc_provider_arn` is the account's provider for GitHub, null to make it."
  type = object({
    subject_prefix    = string
    branch            = optional(string, "main")
    oidc_provider_arn = optional(string)
  })
  nullable = false

  # GitHub put the ids behind the names on 2026-07-15, for new and renamed repositories.
  # https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
  validation {
    condition     = can(regex("^repo:([A-Za-z0-9-]+/[A-Za-z0-9._-]+|[A-Za-z0-9-]+@[0-9]+/[A-Za-z0-9._-]+@[0-9]+)$", var.github.subject_prefix))
    error_message = "github: subject_prefix must be repo:OWNER/REPO or repo:OWNER@ID/REPO@ID, without a wildcard and without a colon at its end. The README of bootstrap says how to read it from GitHub."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.github.branch))
    error_message = "github: branch must be the name of one branch, without a wildcard."
  }

  validation {
    condition     = var.github.oidc_provider_arn == null || can(regex("^arn:[a-z-]+:iam::[0-9]{12}:oidc-provider/token[.]actions[.]githubusercontent[.]com$", var.github.oidc_provider_arn))
    error_message = "github: oidc_provider_arn must be the ARN of the provider token.actions.githubusercontent.com."
  }
}

variable "state" {
  description = "Bucket of the states and the plan files, and the KMS key that encrypts it (null for S3's own)."
  type = object({
    bucket_name = string
    kms_key_arn = optional(string)
  })
  nullable = false
}

variable "domains" {
  description = "Custom domains by environment: the name, its Route 53 zone and, with mutual TLS, the ARN of the truststore's object in S3."
  type = map(object({
    name           = string
    hosted_zone_id = string
    truststore_arn = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for environment in keys(var.domains) : contains(var.environments, environment)])
    error_message = "domains must be by environment, each one of environments."
  }
}

variable "kms_key_arns" {
  description = "KMS keys that encrypt tables, log groups, stored login keys and volumes of EC2 instances. Empty when AWS's own do."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "kms_key_arns must be ARNs of KMS keys, neither of aliases nor with a wildcard."
  }
}

variable "stored_key_arns" {
  description = "SSM parameters and secrets that the functions may read, as ARNs: login keys of VMs, and the tokens of the metrics; `*` and `?` are wildcards, for example `arn:aws:ssm:us-east-1:123456789012:parameter/vm-pool/*`. Empty for none."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.stored_key_arns : can(regex("^arn:[a-z-]+:(ssm:[a-z0-9-]+:[0-9]{12}:parameter/|secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:)[A-Za-z0-9_+=.@-][A-Za-z0-9/_+=.@*?-]*$", arn))])
    error_message = "stored_key_arns must be ARNs of SSM parameters and of secrets, whose names begin without a wildcard."
  }
}

variable "ec2_pools" {
  description = "Pools of EC2 instances by environment, whose instances the function may start, stop, clean and open; `*` and `?` are wildcards. An environment that is not here lends none."
  type        = map(set(string))
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for environment in keys(var.ec2_pools) : contains(var.environments, environment)])
    error_message = "ec2_pools must be by environment, each one of environments."
  }

  validation {
    condition     = alltrue([for name in flatten([for names in values(var.ec2_pools) : tolist(names)]) : can(regex("^[A-Za-z0-9._*?-]{1,64}$", name))])
    error_message = "ec2_pools must be names of pools: 1 to 64 characters of A-Z a-z 0-9 . _ -, and the wildcards * and ?."
  }
}

variable "ec2_pool_tag" {
  description = "Key of the tag that names the pool of an instance, as `ec2_tags.pool` of the module in `terraform/`."
  type        = string
  default     = "vm-pool:pool"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=.:/@-]{1,128}$", var.ec2_pool_tag))
    error_message = "ec2_pool_tag must be the key of a tag, without a wildcard."
  }
}
