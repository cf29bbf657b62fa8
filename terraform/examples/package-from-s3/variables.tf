variable "releases_bucket" {
  description = "Bucket of the releases, in the region of the service."
  type        = string
  default     = "example-releases"
  nullable    = false
}

variable "release" {
  description = "Release to deploy."
  type        = string
  default     = "v1.0.0"
  nullable    = false
}
