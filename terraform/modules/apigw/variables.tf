variable "name" {
  description = "Name of the API."
  type        = string
  nullable    = false
}

variable "function_name" {
  description = "Function that answers; the API gets the permission to invoke it."
  type        = string
  nullable    = false
}

variable "function_invoke_arn" {
  description = "ARN by which API Gateway invokes the function."
  type        = string
  nullable    = false
}

variable "route_keys" {
  description = "The calls of the API, such as `POST /getvm`. `$default` is always there and is not named here."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.route_keys) > 0 && alltrue([for key in var.route_keys : can(regex("^(GET|POST|PUT|PATCH|DELETE) /[a-z0-9./{}-]*$", key))])
    error_message = "route_keys must be at least one method in capitals and a path in lower case, such as \"POST /getvm\"."
  }
}

variable "operator_route_keys" {
  description = "Calls for operators only, such as `POST /vms/{id}/drain`; a request must be signed with credentials whose IAM policy allows it."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for key in var.operator_route_keys : can(regex("^(GET|POST|PUT|PATCH|DELETE) /[a-z0-9./{}-]*$", key))])
    error_message = "operator_route_keys must be a method in capitals and a path in lower case, such as \"POST /vms/{id}/drain\"."
  }

  validation {
    condition     = length(setintersection(var.operator_route_keys, var.route_keys)) == 0
    error_message = "operator_route_keys must not be among route_keys: a call is either for everybody or for operators."
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
    error_message = "throttling_rate_per_second must be above 0 and at most 10000, the quota of an account."
  }
}

variable "throttling_burst" {
  description = "Requests that may come at once before the rate counts."
  type        = number
  nullable    = false

  validation {
    condition     = var.throttling_burst >= 1 && var.throttling_burst <= 5000 && floor(var.throttling_burst) == var.throttling_burst
    error_message = "throttling_burst must be a whole number from 1 to 5000, the quota of an account."
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
  description = "Friendly name of the API. Needs `certificate_arn` and `hosted_zone_id`. Null means the execute-api name only."
  type        = string
  default     = null

  validation {
    condition     = var.domain_name == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain_name))
    error_message = "domain_name must be a full name in lower case, such as vms.example.com."
  }
}

variable "certificate_arn" {
  description = "ACM certificate for `domain_name`, issued, in the region of the API."
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
  description = "Whether the execute-api name answers too."
  type        = bool
  default     = true
  nullable    = false

  validation {
    condition     = var.execute_api_endpoint_enabled || var.domain_name != null
    error_message = "execute_api_endpoint_enabled can be false only with a domain_name: else nothing would answer."
  }
}
