variable "bucket" {
  description = "Name of the bucket, as the attribute `bucket` of its resource, so that it is made first."
  type        = string
  nullable    = false
}

variable "kms_key_arn" {
  description = "KMS key that encrypts the objects. Null means the key that S3 owns (AES256)."
  type        = string
  default     = null
}

variable "keep_versions" {
  description = "Whether nobody may delete replaced versions by hand. A lifecycle rule still expires them."
  type        = bool
  default     = false
  nullable    = false
}
