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
