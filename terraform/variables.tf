# A module validates the values that reach it unchanged. Here are only the rules that no single module can check.

variable "name" {
  description = "Name of the service. With the environment behind it, it names every resource, so that environments can share an account."
  type        = string
  default     = "vm-pool"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,30}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 32 lower-case letters, digits and hyphens, beginning with a letter and not ending in a hyphen."
  }
}

variable "environment" {
  description = "Which environment this is, in a short word such as `dev`. The environments of this repository are the folders in `environments/`."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$", var.environment))
    error_message = "environment must be 1 to 16 lower-case letters, digits and hyphens, beginning with a letter and not ending in a hyphen."
  }

  validation {
    condition     = length("${var.name}-${var.environment}") <= 44
    error_message = "name and environment together must be at most 43 characters long, so that the names of the roles have room for the region."
  }
}

variable "package" {
  description = "Zip of the function: a local file (`path`), or an object in S3 (`s3_bucket` and `s3_key`). Null for both means `dist/lambda.zip` of this repository, where `scripts/build` writes it. If a new package in S3 can have the key of the old one, also give `s3_object_version` or `code_sha256` (base64, as Lambda shows it), so that Terraform sees the change."
  type = object({
    path              = optional(string)
    s3_bucket         = optional(string)
    s3_key            = optional(string)
    s3_object_version = optional(string)
    code_sha256       = optional(string)
  })
  default  = {}
  nullable = false
}

variable "runtime" {
  description = "Lambda runtime of the function. `nodejs24.x` needs version 6 of the AWS provider."
  type        = string
  default     = "nodejs22.x"
  nullable    = false
}

variable "pool_store" {
  description = "Where leases live. `memory` is the function's own process: nothing to pay for, and leases end with the process. `dynamodb` is a table: leases survive, and any number of processes lend from one pool. A change starts with every VM free, so make it while nobody holds one."
  type        = string
  default     = "memory"
  nullable    = false

  validation {
    condition     = contains(["memory", "dynamodb"], var.pool_store)
    error_message = "pool_store must be memory or dynamodb."
  }
}

variable "vm_provider" {
  description = "Where VMs come from. `mock` is a list of VMs that do not exist, to try the service with. `static` lends the VMs that `inventory` lists. `ec2` does too, and lends the EC2 instances of this account and region that have the tag of a pool with a section `ec2`."
  type        = string
  default     = "mock"
  nullable    = false

  validation {
    condition     = contains(["mock", "static", "ec2"], var.vm_provider)
    error_message = "vm_provider must be mock, static or ec2."
  }

  validation {
    condition     = var.vm_provider == "mock" || var.pool_store == "dynamodb"
    error_message = "VMs that exist need pool_store = \"dynamodb\": leases in memory end with the process, and the next one would lend VMs that people still use."
  }

  validation {
    condition     = var.vm_provider == "mock" || var.authorization != "none" || var.accept_anonymous
    error_message = "VMs that exist need authorization = \"iam\" or \"jwt\": an HTTP API on AWS is on the internet, where anybody could otherwise borrow them in any name. If anybody may, set accept_anonymous = true."
  }
}

# The checks that need only HCL. `npm run inventory:check` knows all rules and names the place of each fault.
variable "inventory" {
  description = "With VMs that exist: plain text of the inventory file, such as `file(\"vms.json\")`. Check the file by `npm run inventory:check vms.json`."
  type        = string
  default     = null

  validation {
    condition     = (var.inventory != null) == (var.vm_provider != "mock")
    error_message = "inventory belongs to VMs that exist: set it with vm_provider = \"static\" or \"ec2\", and only then."
  }

  validation {
    condition     = var.inventory == null || can(keys(jsondecode(var.inventory).pools)) && can(try(jsondecode(var.inventory).vms, [])[*].id)
    error_message = "inventory must be JSON with pools and vms, such as file(\"vms.json\"): the text of the file, not its name."
  }

  validation {
    condition     = var.vm_provider != "static" || !anytrue(try([for pool in values(jsondecode(var.inventory).pools) : can(pool.ec2)], []))
    error_message = "inventory: a pool with a section ec2 needs vm_provider = \"ec2\"."
  }

  validation {
    condition     = try(length(distinct(jsondecode(var.inventory).vms[*].id)) == length(jsondecode(var.inventory).vms), true)
    error_message = "inventory: two VMs have the same id."
  }

  validation {
    condition = try(alltrue([for vm in jsondecode(var.inventory).vms :
      contains(flatten([for name, pool in jsondecode(var.inventory).pools : concat([name], try(pool.aliases, []))]), try(vm.pool, "default"))
    ]), true)
    error_message = "inventory: a VM is in a pool that the inventory does not have."
  }

  validation {
    condition     = try(alltrue([for vm in jsondecode(var.inventory).vms : !can(jsondecode(var.inventory).pools[try(vm.pool, "default")].ec2)]), true)
    error_message = "inventory: vms lists a VM of a pool with a section ec2. The VMs of such a pool are the EC2 instances with its tag, and no others."
  }

  validation {
    condition     = try(alltrue([for vm in jsondecode(var.inventory).vms : try(length(vm.hostKeys) > 0, false)]), true)
    error_message = "inventory: a VM has no hostKeys. ssh-keyscan shows them; without them nobody could tell the VM from another one."
  }
}

variable "ec2_tags" {
  description = "With `vm_provider = \"ec2\"`: keys of the tags of instances. `pool` names the pool that an instance is in; `port` and `user`, if an instance has them, are the port of its SSH server and the login name of borrowers. Let only those set these tags who decide which instances are lent."
  type = object({
    pool = optional(string, "vm-pool:pool")
    port = optional(string, "vm-pool:port")
    user = optional(string, "vm-pool:user")
  })
  default  = {}
  nullable = false

  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions
  validation {
    condition     = alltrue([for key in values(var.ec2_tags) : can(regex("^[A-Za-z0-9_+=.:/@-]{1,128}$", key)) && !startswith(key, "aws:")])
    error_message = "ec2_tags must be keys of tags, 1 to 128 of A-Z a-z 0-9 + - = . _ : / @, which don't begin with aws:."
  }

  validation {
    condition     = length(distinct(values(var.ec2_tags))) == 3
    error_message = "ec2_tags must be three different keys."
  }
}

variable "ec2_kms_key_arns" {
  description = "With `vm_provider = \"ec2\"`: customer-managed KMS keys that encrypt volumes of the instances. EC2 starts such an instance, and replaces its root volume, only for a role that may use the key. Empty when AWS's own key `aws/ebs` or none does."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "confirmed_inventory" {
  description = "SHA-256 of an inventory that may remove more than half of a pool's VMs at once, as the function's ERROR line names it. Without EC2 instances `sha256sum vms.json` prints it, too; with them it also stands for the instances that are left. Empty for none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^([0-9a-f]{64})?$", var.confirmed_inventory))
    error_message = "confirmed_inventory must be a SHA-256, 64 digits of 0-9 a-f, or empty."
  }
}

variable "certificate_authority_signing_key" {
  description = "Which of the two KMS keys signs login certificates, `a` or `b`. VMs trust both, so a change needs nothing on a VM."
  type        = string
  default     = "a"
  nullable    = false

  validation {
    condition     = contains(["a", "b"], var.certificate_authority_signing_key)
    error_message = "certificate_authority_signing_key must be a or b."
  }
}

variable "stored_keys_kms_key_arns" {
  description = "Customer-managed KMS keys that encrypt the SSM parameters and the secrets that `inventory` names. Empty when AWS's own do."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "vpc_subnet_ids" {
  description = "With VMs that exist: subnets from which the VMs can be reached; the function that visits VMs runs there. Empty: it reaches VMs with public addresses only."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = (length(var.vpc_subnet_ids) > 0) == (length(var.vpc_security_group_ids) > 0)
    error_message = "vpc_subnet_ids and vpc_security_group_ids belong together: set both or none."
  }

  validation {
    condition     = length(var.vpc_subnet_ids) == 0 || var.vm_provider != "mock"
    error_message = "vpc_subnet_ids needs VMs that exist: nobody visits mock VMs."
  }
}

variable "vpc_security_group_ids" {
  description = "Security groups of the function that visits VMs. They must let it out to the VMs' SSH ports; the VMs' own groups must let these in."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "visitor_max_concurrency" {
  description = "Most visits to VMs at a time. AWS takes that many from the account's quota, which must keep 100 for other functions. Null sets no limit."
  type        = number
  default     = null
}

variable "authorization" {
  description = "Who may call. `iam`: callers sign with AWS credentials, and IAM policies allow them. `jwt`: callers send a token of `jwt_issuer`. `none`: anybody on the internet may borrow in any name; for mock VMs only."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "iam", "jwt"], var.authorization)
    error_message = "authorization must be none, iam or jwt."
  }
}

variable "accept_anonymous" {
  description = "Lets anybody on the internet borrow VMs that exist, in any name: allows `authorization = \"none\"` with them, and a `jwt_issuer` that gives its tokens to everybody."
  type        = bool
  default     = false
  nullable    = false
}

variable "jwt_issuer" {
  description = "With `authorization = \"jwt\"`: who issues the tokens, exactly as in their claim `iss`; API Gateway reads the issuer's keys there. Everybody to whom it gives a token for one of `jwt_audiences` may borrow."
  type        = string
  default     = null

  validation {
    condition     = (var.jwt_issuer != null) == (var.authorization == "jwt")
    error_message = "jwt_issuer and authorization = \"jwt\" belong together: set both or none."
  }

  validation {
    condition     = var.jwt_issuer == null || can(regex("^https://[^\\s?#@]+$", var.jwt_issuer))
    error_message = "jwt_issuer must be an https URL without user, spaces, query or fragment, such as https://cognito-idp.us-east-1.amazonaws.com/us-east-1_EXAMPLE."
  }

  validation {
    condition     = var.jwt_issuer == null || var.accept_anonymous || length(var.jwt_required_claims) > 0 || !can(regex("^https://token\\.actions\\.githubusercontent\\.com/*$", var.jwt_issuer))
    error_message = "All of GitHub shares this jwt_issuer: every repository on GitHub gets its tokens for any audience. Say in jwt_required_claims whose tokens count, for example [\"repository_owner_id=1234\"]; if anybody on GitHub may borrow, set accept_anonymous = true."
  }
}

variable "jwt_audiences" {
  description = "With `authorization = \"jwt\"`: values of the claim `aud`, one of which a token must have; `client_id` counts for a token without `aud`, such as an access token of Cognito."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = (length(var.jwt_audiences) > 0) == (var.authorization == "jwt")
    error_message = "jwt_audiences and authorization = \"jwt\" belong together: set both or none."
  }

  validation {
    condition     = alltrue([for audience in var.jwt_audiences : can(regex("^[^\\s,]+$", audience))])
    error_message = "jwt_audiences must be audiences without spaces or commas."
  }
}

variable "sign_in_client_id" {
  description = "With `authorization = \"jwt\"`: public client (without a secret) at the issuer, with which people sign in on the page and by `vm-pool login`: authorization code with PKCE, redirected to the page's own URL and to `http://127.0.0.1`, any port. Null: they bring a token."
  type        = string
  default     = null

  validation {
    condition     = var.sign_in_client_id == null || can(regex("^[!-~]{1,255}$", var.sign_in_client_id))
    error_message = "sign_in_client_id must be 1 to 255 visible ASCII characters."
  }

  # Otherwise it would look as if people had to sign in.
  validation {
    condition     = var.sign_in_client_id == null || var.authorization == "jwt"
    error_message = "sign_in_client_id needs authorization = \"jwt\": it has no effect with any other."
  }
}

variable "sign_in_scopes" {
  description = "With `sign_in_client_id`: scopes to ask for, with spaces between, such as `openid offline_access`: with the second, many issuers let people stay signed in for longer than an hour. Entra ID gives a usable access token for a scope of your own API only, such as `api://vm-pool/borrow`."
  type        = string
  default     = "openid"
  nullable    = false

  validation {
    condition     = can(regex("^[!#-[\\]-~]+( [!#-[\\]-~]+)*$", var.sign_in_scopes))
    error_message = "sign_in_scopes must be scopes with one space between."
  }
}

variable "operator_arns" {
  description = "With `authorization = \"iam\"`: ARNs of the operators, as `aws sts get-caller-identity` shows them; `*` and `?` are wildcards, for example `arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_PoolOperator_*`."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.operator_arns : can(regex("^arn:[0-9A-Za-z_+=.@:/*?-]+$", arn))])
    error_message = "operator_arns must be ARN patterns, such as arn:aws:iam::123456789012:user/ops-*; write ? for a comma."
  }

  # Otherwise it would look as if it limited who the operators are.
  validation {
    condition     = length(var.operator_arns) == 0 || var.authorization == "iam"
    error_message = "operator_arns needs authorization = \"iam\": it has no effect with any other."
  }
}

variable "session_name_roles" {
  description = "With `authorization = \"iam\"`: names of the roles whose sessions are users by their session name; `*` and `?` are wildcards. Name only roles whose callers can't choose it. Every other role is one user, `role/NAME`."
  type        = list(string)
  default     = ["AWSReservedSSO_*"]
  nullable    = false

  validation {
    condition     = alltrue([for name in var.session_name_roles : can(regex("^[0-9A-Za-z_+=.@*?-]+$", name))])
    error_message = "session_name_roles must be names of roles, without a path; write ? for a comma."
  }
}

variable "jwt_user_id" {
  description = "With `authorization = \"jwt\"`: the user id, made of claims, such as `{sub}`, `{email}` or `{repository}@{run_id}`. Text must stand between two claims."
  type        = string
  default     = "{sub}"
  nullable    = false

  validation {
    condition     = can(regex("^[0-9A-Za-z_.@+:/=,|-]*(\\{[^{}]+\\}[0-9A-Za-z_.@+:/=,|-]+)*\\{[^{}]+\\}[0-9A-Za-z_.@+:/=,|-]*$", var.jwt_user_id))
    error_message = "jwt_user_id must be claims in braces, such as {sub}, with characters of a user id between two of them."
  }
}

variable "jwt_required_claims" {
  description = "With `authorization = \"jwt\"`: claims that a token must have, each as `claim=value`, for example `repository_owner_id=1234`; of the values of one claim, one is enough. The function checks them, because API Gateway asks for no claims but issuer, audience and times."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for claim in var.jwt_required_claims : can(regex("^[^\\s=,]+=[^\\s,\\[\\]]+$", claim))])
    error_message = "jwt_required_claims must be claims with a value, such as repository_owner_id=1234, without spaces, commas or brackets."
  }
}

variable "jwt_operator_claim" {
  description = "With `authorization = \"jwt\"`: claim that makes an operator when it is, or contains, one of `jwt_operator_values`, for example `cognito:groups`. Take one whose value the user can't choose. Empty for no operators."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = (var.jwt_operator_claim == "") == (length(var.jwt_operator_values) == 0)
    error_message = "jwt_operator_claim and jwt_operator_values belong together: set both or none."
  }

  validation {
    condition     = var.jwt_operator_claim == "" || var.authorization == "jwt"
    error_message = "jwt_operator_claim needs authorization = \"jwt\": it has no effect with any other."
  }
}

variable "jwt_operator_values" {
  description = "Values of `jwt_operator_claim` that make an operator, such as a group."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for value in var.jwt_operator_values : can(regex("^[^\\s\\[\\],]+$", value))])
    error_message = "jwt_operator_values must be values without spaces, commas or brackets, because API Gateway writes a list of values with these."
  }
}

variable "caller_requests_per_minute" {
  description = "Requests of one caller that each process of the function answers a minute, before it answers 429; ten times as many reads. Without authorization nobody is told apart, and only the throttling of API Gateway applies."
  type        = number
  default     = 120
  nullable    = false

  validation {
    condition     = var.caller_requests_per_minute >= 1 && var.caller_requests_per_minute <= 60000 && floor(var.caller_requests_per_minute) == var.caller_requests_per_minute
    error_message = "caller_requests_per_minute must be a whole number from 1 to 60000."
  }
}

variable "table_deletion_protection" {
  description = "Whether DynamoDB refuses to delete the table of the leases, so that neither `destroy` nor another `pool_store` loses it by mistake. To delete the table, set this to false and apply first."
  type        = bool
  default     = true
  nullable    = false
}

variable "table_kms_key_arn" {
  description = "KMS key that encrypts the table of the leases. The function's role gets the grants; the key's policy must let IAM policies of the account grant its use (see terraform/modules/dynamodb/README.md). Null means `aws/dynamodb`, which AWS manages."
  type        = string
  default     = null
}

variable "restored_tables" {
  description = "Names of the tables that `scripts/restore-table` made, in the order in which they were restored. Leases live in the last one; the tables before it are kept. Each needs an `import` block, as terraform/RUNBOOK.md says."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for table in var.restored_tables : startswith(table, "${var.name}-${var.environment}-restored-")]) && length(distinct(var.restored_tables)) == length(var.restored_tables)
    error_message = "restored_tables must be different names that begin with ${var.name}-${var.environment}-restored-, as scripts/restore-table prints them: roles that deploy may touch no others."
  }
}

variable "events_kept_days" {
  description = "Days that VM and lease events are kept. They contain user ids: keep them no longer than needed."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = var.events_kept_days >= 1 && var.events_kept_days <= 3650 && floor(var.events_kept_days) == var.events_kept_days
    error_message = "events_kept_days must be a whole number from 1 to 3650, which is ten years."
  }
}

variable "timeout_seconds" {
  description = "Longest run of one invocation, in seconds. Requests take a fraction of it. The tick needs it, to reap and check many VMs, so the default is the most that an HTTP API allows. Must be more than `check_timeout_seconds`, or one check that hangs would use up the whole tick."
  type        = number
  default     = 29
  nullable    = false

  validation {
    condition     = var.timeout_seconds > var.check_timeout_seconds
    error_message = "timeout_seconds must be more than check_timeout_seconds."
  }
}

variable "single_process" {
  description = "Reserves a concurrency of 1 while `pool_store` is `memory`. Such leases live in one process; a second process could lend the same VM to another user. The price: a request that arrives while another one runs is throttled. Set it to false only for a demonstration, or in an account whose concurrency quota is still the initial 10, which allows no reservation."
  type        = bool
  default     = true
  nullable    = false
}

variable "max_concurrency" {
  description = "Most invocations of the function at a time, to bound the bill and to leave the account's other functions their share; `single_process` comes first. AWS takes that many from the account's quota, which must keep 100 for other functions. Null sets no limit; 0 stops the service, to restore its table."
  type        = number
  default     = null
}

variable "table_max_request_units" {
  description = "Most request units per second that the table and each of its indexes take, of reads and of writes, to bound the bill; DynamoDB throttles the rest, and the function tries again. Null sets no bound."
  type = object({
    read  = number
    write = number
  })
  default = null
}

variable "role" {
  description = "Where the roles go (those of the functions and the schedule), for accounts that ask for it: `path`, and as `permissions_boundary` the ARN of a policy."
  type = object({
    path                 = optional(string, "/")
    permissions_boundary = optional(string)
  })
  default  = {}
  nullable = false
}

variable "lease_default_minutes" {
  description = "Minutes of a lease whose request names no length."
  type        = number
  default     = 480
  nullable    = false

  validation {
    condition     = var.lease_default_minutes >= 1 && var.lease_default_minutes <= var.lease_max_minutes && floor(var.lease_default_minutes) == var.lease_default_minutes
    error_message = "lease_default_minutes must be a whole number from 1 to lease_max_minutes."
  }
}

variable "lease_max_minutes" {
  description = "Most minutes from the beginning of a lease to its end, renewals included."
  type        = number
  default     = 10080
  nullable    = false

  validation {
    condition     = var.lease_max_minutes >= 1 && var.lease_max_minutes <= 525600 && floor(var.lease_max_minutes) == var.lease_max_minutes
    error_message = "lease_max_minutes must be a whole number from 1 to 525600, which is a year."
  }
}

variable "check_max_failures" {
  description = "Failed checks in a row after which a VM is quarantined."
  type        = number
  default     = 3
  nullable    = false

  validation {
    condition     = var.check_max_failures >= 1 && var.check_max_failures <= 100 && floor(var.check_max_failures) == var.check_max_failures
    error_message = "check_max_failures must be a whole number from 1 to 100."
  }
}

variable "check_backoff_seconds" {
  description = "Seconds between the first failed check of a VM and the second. The wait doubles with each failure, up to 15 minutes."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.check_backoff_seconds >= 0 && var.check_backoff_seconds <= 3600 && floor(var.check_backoff_seconds) == var.check_backoff_seconds
    error_message = "check_backoff_seconds must be a whole number from 0 to 3600."
  }
}

variable "check_timeout_seconds" {
  description = "Seconds after which a check that is still running has failed."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.check_timeout_seconds >= 1 && var.check_timeout_seconds <= 20 && floor(var.check_timeout_seconds) == var.check_timeout_seconds
    error_message = "check_timeout_seconds must be a whole number from 1 to 20."
  }
}

variable "mock_failing_vms" {
  description = "Ids of mock VMs that fail their check, to see quarantine at work, for example `vm-02`."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for id in var.mock_failing_vms : can(regex("^[A-Za-z0-9._-]+$", id))])
    error_message = "mock_failing_vms must be ids of letters, digits, dots, underscores and hyphens."
  }
}

variable "tracing_enabled" {
  description = "Samples the function's invocations into X-Ray and lets its role write there."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "Days that both log groups keep their lines. The lines contain user ids: keep them no longer than needed."
  type        = number
  default     = 30
  nullable    = false
}

variable "logs_kms_key_arn" {
  description = "KMS key for both log groups. Its policy must let CloudWatch Logs use it (see terraform/modules/logs/README.md); the function needs no grant. Null means a key that AWS owns."
  type        = string
  default     = null
}

variable "throttling_rate_per_second" {
  description = "Requests per second, over all callers, above which API Gateway answers 429."
  type        = number
  default     = 20
  nullable    = false
}

variable "throttling_burst" {
  description = "Requests that may arrive at once before the rate applies."
  type        = number
  default     = 40
  nullable    = false
}

variable "cors_allowed_origins" {
  description = "Web origins whose pages may call the API from a browser, such as `https://lab.example.com`. Empty turns CORS off."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "domain_name" {
  description = "Custom domain of the API, such as `vms.example.com`. Needs `certificate_arn` and `hosted_zone_id`. Null without one."
  type        = string
  default     = null
}

variable "certificate_arn" {
  description = "Issued ACM certificate for `domain_name`, in the region of the service."
  type        = string
  default     = null
}

variable "hosted_zone_id" {
  description = "Route 53 zone that gets the A and AAAA records of `domain_name`."
  type        = string
  default     = null
}

variable "execute_api_endpoint_enabled" {
  description = "Whether the API answers under its execute-api name too. Set it to false once all callers use `domain_name`."
  type        = bool
  default     = true
  nullable    = false
}

variable "mutual_tls_truststore_uri" {
  description = "S3 object with the certificates (PEM) of the authorities that sign the callers' certificates, such as `s3://bucket/truststore.pem`. Callers must then show a certificate, beside what `authorization` asks for. Needs `domain_name` and `execute_api_endpoint_enabled = false`. Null for none."
  type        = string
  default     = null
}

variable "mutual_tls_truststore_version" {
  description = "Version of that object. API Gateway reads the truststore again only when its URI or its version changes."
  type        = string
  default     = null
}

variable "pools" {
  description = "Pools that get a graph on the dashboard and an alarm for being empty. Null: those of `inventory`, or `default` with mock VMs."
  type        = list(string)
  default     = null
}

variable "metrics_token_parameter" {
  description = "SSM parameter with the token that opens `GET /metrics` to Prometheus, a SecureString such as `/vm-pool/dev/metrics-token`: 16 or more characters of A-Z a-z 0-9 - . _ ~ + / =. The call then needs this token and no other authorization. Null: operators may call it, as `authorization` says."
  type        = string
  default     = null

  validation {
    condition     = var.metrics_token_parameter == null || can(regex("^([A-Za-z0-9_.-]+|(/[A-Za-z0-9_.-]+)+)$", var.metrics_token_parameter))
    error_message = "metrics_token_parameter must be the name of a parameter, such as /vm-pool/dev/metrics-token: neither an ARN nor the token itself."
  }
}

variable "metrics_token_kms_key_arn" {
  description = "Customer-managed KMS key that encrypts `metrics_token_parameter`. Null when AWS's own key `aws/ssm` does."
  type        = string
  default     = null

  validation {
    condition     = var.metrics_token_kms_key_arn == null || var.metrics_token_parameter != null
    error_message = "metrics_token_kms_key_arn needs metrics_token_parameter, which it encrypts."
  }
}

variable "alarm_emails" {
  description = "Addresses that get an e-mail when an incident starts and when it ends, once they have confirmed AWS's first message. Environment `prod` needs these or `alarm_topic_arn`."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = var.environment != "prod" || length(var.alarm_emails) > 0 || var.alarm_topic_arn != null
    error_message = "prod needs alarm_emails or alarm_topic_arn, or nobody would learn of an alarm."
  }
}

variable "alarm_topic_arn" {
  description = "SNS topic that gets a message when an incident starts and when it ends. Null without one."
  type        = string
  default     = null
}

variable "runbook_url" {
  description = "Address of `terraform/RUNBOOK.md`, such as `https://github.com/OWNER/vm-pool/blob/main/terraform/RUNBOOK.md`; each alarm links to its heading there. Null: alarms name file and heading."
  type        = string
  default     = null
}

# The README shows the type with its comments.
variable "alarms" {
  description = "Thresholds of the alarms. The counts are for 5 minutes, that of quarantines for an hour."
  type = object({
    function_errors        = optional(number, 1)    # invocations that crashed or timed out
    throttles              = optional(number, 20)   # invocations; with single_process a few are normal
    server_errors          = optional(number, 5)    # answers of 500 and above, without empty pools and throttles
    p99_latency_ms         = optional(number, 3000) # for 15 minutes
    empty_pool_minutes     = optional(number, 15)   # without a free VM
    overdue_leases_minutes = optional(number, 5)    # with VMs of ended leases that were not taken back
    oldest_check_seconds   = optional(number, 900)  # that a check is overdue
    quarantines            = optional(number, 1)    # VMs that left the pool because their checks failed, in an hour
    table_throttles        = optional(number, 20)   # reads and writes; the function tries again
    table_system_errors    = optional(number, 5)    # internal errors of DynamoDB; the function tries again
  })
  default  = {}
  nullable = false
}

variable "budget" {
  description = "Monthly budget in US dollars; AWS writes to `alarm_emails` when 80 % are spent and when it forecasts more. `tag` counts only resources with that tag, once it is activated for cost allocation; without it the whole account counts. Null makes no budget."
  type = object({
    monthly_usd = number
    tag         = optional(object({ key = string, value = string }))
  })
  default = null
}
