variable "enterprise" {
  description = "Short name (slug) of the GitHub enterprise, which has turned on its own issuer."
  type        = string
  default     = "octo-enterprise"
  nullable    = false
}

variable "operators_subject" {
  description = "Claim `sub` of the workflows that run the pool; `gh api repos/OWNER/NAME/actions/oidc/customization/sub` shows how a repository's begins."
  type        = string
  default     = "repo:octo-org/lab:environment:operators"
  nullable    = false
}
