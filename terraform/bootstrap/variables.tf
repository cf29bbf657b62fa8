variable "name" {
  description = "Name of the service; the bucket is named after it."
  type        = string
  default     = "vm-pool"
  nullable    = false
}

variable "region" {
  description = "AWS region of the bucket. `scripts/terraform` sets it from `TF_STATE_REGION`; the service may run in another region."
  type        = string
  default     = "us-east-1"
  nullable    = false
}

variable "bucket_name" {
  description = "Name of the bucket. Null makes it from `name` and the account's id, because all of AWS shares the names of buckets."
  type        = string
  default     = null
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the state. Null means the key that S3 owns (AES256)."
  type        = string
  default     = null
}

variable "github_subject_prefix" {
  description = "What the OIDC subjects of the repository begin with: `repo:OWNER/REPO`, or `repo:OWNER@ID/REPO@ID`. Null makes no roles."
  type        = string
  default     = null
}

variable "github_branch" {
  description = "Branch that is applied."
  type        = string
  default     = "main"
  nullable    = false
}

variable "github_oidc_provider_arn" {
  description = "The account's OIDC provider for `token.actions.githubusercontent.com`, if it has one. Null makes it; an account can have only one."
  type        = string
  default     = null
}

variable "environments" {
  description = "Environments in this account; each gets an apply role."
  type        = set(string)
  default     = ["dev", "staging", "prod"]
  nullable    = false
}

variable "service_regions" {
  description = "AWS regions that the environments run in, as in their `main.tf`."
  type        = set(string)
  default     = ["us-east-1"]
  nullable    = false
}

variable "service_kms_key_arns" {
  description = "KMS keys that the environments encrypt their table with (`table_kms_key_arn`), or that encrypt stored login keys (`stored_keys_kms_key_arns`), the token of the metrics (`metrics_token_kms_key_arn`) or volumes of EC2 instances (`ec2_kms_key_arns`). Empty when AWS's own do."
  type        = set(string)
  default     = []
  nullable    = false
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
}

variable "service_stored_key_arns" {
  description = "SSM parameters and secrets that the functions may read, as ARNs: login keys of VMs, and the tokens of the metrics (`metrics_token_parameter`); `*` and `?` are wildcards, for example `arn:aws:ssm:us-east-1:123456789012:parameter/vm-pool/*`. Empty for none."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "service_ec2_pools" {
  description = "Pools of EC2 instances by environment, such as `{ prod = [\"gpu\", \"build-*\"] }`: the functions of no other environment may touch those instances. An environment that is not here lends none."
  type        = map(set(string))
  default     = {}
  nullable    = false
}

variable "service_ec2_pool_tag" {
  description = "Key of the tag that names the pool of an instance, if the environments set `ec2_tags.pool`."
  type        = string
  default     = "vm-pool:pool"
  nullable    = false
}
