variable "name" {
  description = "Name of the API."
  type        = string
  nullable    = false
}

variable "function" {
  description = "Function that answers: its `name`, the `alias` that the API may invoke, and the `invoke_arn` of that alias."
  type = object({
    name       = string
    alias      = string
    invoke_arn = string
  })
  nullable = false

  validation {
    condition     = endswith(var.function.invoke_arn, ":${var.function.alias}/invocations")
    error_message = "function.invoke_arn must be that of the alias, because the API may invoke nothing else."
  }
}

variable "routes" {
  description = "Route key of each call, such as `POST /getvm`, with its authorization: `NONE`; `AWS_IAM` for calls that must be signed with credentials whose IAM policy allows them; `JWT` for calls with a token of `jwt`. `$default` is always there, open to everybody."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.routes) > 0 && alltrue([for key in keys(var.routes) : can(regex("^(GET|POST|PUT|PATCH|DELETE) /[a-z0-9./{}-]*$", key))])
    error_message = "routes must be at least one method in capitals with a path in lower case, such as \"POST /getvm\"."
  }

  validation {
    condition     = alltrue([for authorization in values(var.routes) : contains(["NONE", "AWS_IAM", "JWT"], authorization)])
    error_message = "routes: the authorization of a call must be NONE, AWS_IAM or JWT."
  }
}

variable "jwt" {
  description = "Whose tokens open the routes with `JWT`: the `issuer`, exactly as in the claim `iss`, and the `audiences`, one of which must be in `aud` (or in `client_id` of a token without `aud`). Null without such routes."
  type = object({
    issuer    = string
    audiences = list(string)
  })
  default = null

  validation {
    condition     = (var.jwt != null) == contains(values(var.routes), "JWT")
    error_message = "jwt and the routes with JWT belong together: set both or none."
  }
}

variable "access_log_group_arn" {
  description = "Log group of the access log."
  type        = string
  nullable    = false
}

variable "throttling_rate_per_second" {
  description = "Requests per second, over all callers, above which API Gateway answers 429."
  type        = number
  nullable    = false

  validation {
    condition     = var.throttling_rate_per_second > 0 && var.throttling_rate_per_second <= 10000
    error_message = "throttling_rate_per_second must be above 0 and at most 10000, AWS's quota for an account."
  }
}

variable "throttling_burst" {
  description = "Requests that may arrive at once before the rate applies."
  type        = number
  nullable    = false

  validation {
    condition     = var.throttling_burst >= 1 && var.throttling_burst <= 5000 && floor(var.throttling_burst) == var.throttling_burst
    error_message = "throttling_burst must be a whole number from 1 to 5000, AWS's quota for an account."
  }
}

variable "cors_allowed_origins" {
  description = "Web origins whose pages may call the API from a browser. Empty turns CORS off."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.cors_allowed_origins : can(regex("^(\\*|https?://[A-Za-z0-9.-]+(:[0-9]+)?)$", origin))])
    error_message = "cors_allowed_origins must be origins such as https://lab.example.com, without a path, or \"*\"."
  }
}

variable "domain_name" {
  description = "Custom domain of the API, such as `vms.example.com`. Needs `certificate_arn` and `hosted_zone_id`. Null without one."
  type        = string
  default     = null

  validation {
    condition     = var.domain_name == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name must be a full name in lower case, such as vms.example.com."
  }
}

variable "certificate_arn" {
  description = "Issued ACM certificate for `domain_name`, in the region of the API."
  type        = string
  default     = null

  validation {
    condition     = (var.certificate_arn == null) == (var.domain_name == null)
    error_message = "certificate_arn and domain_name belong together: set both or none."
  }

  validation {
    condition     = var.certificate_arn == null || can(regex("^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/.+$", var.certificate_arn))
    error_message = "certificate_arn must be the ARN of an ACM certificate."
  }
}

variable "hosted_zone_id" {
  description = "Route 53 zone that gets the A and AAAA records of `domain_name`."
  type        = string
  default     = null

  validation {
    condition     = (var.hosted_zone_id == null) == (var.domain_name == null)
    error_message = "hosted_zone_id and domain_name belong together: set both or none."
  }
}

variable "execute_api_endpoint_enabled" {
  description = "Whether the API answers under its execute-api name too."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.execute_api_endpoint_enabled || var.domain_name != null
    error_message = "execute_api_endpoint_enabled can be false only with a domain_name; without one the API would not answer at all."
  }
}

variable "mutual_tls_truststore_uri" {
  description = "S3 object with the certificates (PEM) of the authorities that sign the callers' certificates, such as `s3://bucket/truststore.pem`, in the region of the API. Callers must then show such a certificate. Null for none."
  type        = string
  default     = null

  validation {
    condition     = var.mutual_tls_truststore_uri == null || can(regex("^s3://[a-z0-9][a-z0-9.-]+/\\S+$", var.mutual_tls_truststore_uri))
    error_message = "mutual_tls_truststore_uri must be an object in S3, such as s3://bucket/truststore.pem."
  }

  validation {
    condition     = var.mutual_tls_truststore_uri == null || (var.domain_name != null && !var.execute_api_endpoint_enabled)
    error_message = "mutual_tls_truststore_uri needs a domain_name and execute_api_endpoint_enabled = false: API Gateway asks for certificates only at a custom domain, and callers without one could use the execute-api name instead."
  }
}

variable "mutual_tls_truststore_version" {
  description = "Version of that object. API Gateway reads a truststore only when its URI or its version changes. Null for a bucket without versions."
  type        = string
  default     = null

  validation {
    condition     = var.mutual_tls_truststore_version == null || var.mutual_tls_truststore_uri != null
    error_message = "mutual_tls_truststore_version needs a mutual_tls_truststore_uri."
  }
}
