variable "owner_id" {
  description = "Id of the user or organization that owns the repositories: `gh api users/OWNER --jq .id`."
  type        = number
  default     = 1234
  nullable    = false
}

variable "operators_subject" {
  description = "Claim `sub` of the workflows that run the pool; `gh api repos/OWNER/NAME/actions/oidc/customization/sub` shows how a repository's begins."
  type        = string
  default     = "repo:octo-org/lab:environment:operators"
  nullable    = false
}
