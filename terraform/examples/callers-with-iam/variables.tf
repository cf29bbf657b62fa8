variable "pipeline_arn" {
  description = "Who runs the nightly build: a role or user, of this account or another one."
  type        = string
  default     = "arn:aws:iam::123456789012:role/build-runner"
  nullable    = false
}
