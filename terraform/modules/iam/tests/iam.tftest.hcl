# The real provider, offline: policy JSON and ARNs are then what AWS would get, not a mock's random words.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

variables {
  name            = "vm-pool-dev"
  log_group_name  = "/aws/lambda/vm-pool-dev"
  tracing_enabled = false
}

run "lets_lambda_write_to_its_own_log_group_and_nothing_else" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role_policy.logs.policy) == {
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = ["logs:PutLogEvents", "logs:CreateLogStream"]
        Resource = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/vm-pool-dev:log-stream:*"
      }]
    }
    error_message = "The function may do more, or less, than write to its own log group: ${aws_iam_role_policy.logs.policy}"
  }

  assert {
    condition     = length(aws_iam_role_policy.tracing) == 0
    error_message = "Without tracing the role must not have the X-Ray policy, the only one with a wildcard resource."
  }

  assert {
    condition     = length(aws_iam_role_policy.table) == 0
    error_message = "Without a table the role must have nothing to do with DynamoDB."
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[*].Principal == [{ Service = "lambda.amazonaws.com" }]
    error_message = "Another service than Lambda may assume the role: ${aws_iam_role.this.assume_role_policy}"
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    error_message = "A function of another account may run as the role: ${aws_iam_role.this.assume_role_policy}"
  }

  assert {
    condition     = length(aws_iam_role_policy.table_key) == 0
    error_message = "Without a key the role must not use KMS."
  }

  assert {
    condition     = aws_iam_role.this.name == "vm-pool-dev-us-east-1" && aws_iam_role.this.path == "/" && aws_iam_role.this.permissions_boundary == null
    error_message = "Roles are global: the region must be in the name. Path and boundary must be AWS's defaults."
  }
}

run "tracing_adds_the_two_actions_that_write_traces" {
  command = plan

  variables {
    tracing_enabled = true
  }

  assert {
    condition     = toset(jsondecode(aws_iam_role_policy.tracing[0].policy).Statement[0].Action) == toset(["xray:PutTelemetryRecords", "xray:PutTraceSegments"])
    error_message = "Tracing grants something else: ${aws_iam_role_policy.tracing[0].policy}"
  }
}

run "a_table_adds_the_calls_of_the_store_and_no_others" {
  command = plan

  variables {
    table = { name = "vm-pool-dev", index_names = ["by-user", "work"], kms_key_arn = null }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.table[0].policy).Statement : { actions = toset(flatten([statement.Action])), resources = toset(flatten([statement.Resource])) }] == [
      {
        actions = toset([
          "dynamodb:BatchGetItem",
          "dynamodb:DeleteItem",
          "dynamodb:GetItem",
          "dynamodb:PutItem",
          "dynamodb:Query",
          "dynamodb:UpdateItem",
        ])
        resources = toset(["arn:aws:dynamodb:us-east-1:123456789012:table/vm-pool-dev"])
      },
      {
        actions = toset(["dynamodb:Query"])
        resources = toset([
          "arn:aws:dynamodb:us-east-1:123456789012:table/vm-pool-dev/index/by-user",
          "arn:aws:dynamodb:us-east-1:123456789012:table/vm-pool-dev/index/work",
        ])
      },
    ]
    error_message = "The function may do more, or less, than the store does: ${aws_iam_role_policy.table[0].policy}"
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_role_policy.table[0].policy).Statement : statement.Effect == "Allow" && lookup(statement, "Condition", null) == null])
    error_message = "The policy must grant, and grant without conditions: ${aws_iam_role_policy.table[0].policy}"
  }
}

run "a_key_of_the_customer_adds_its_use_through_dynamodb" {
  command = plan

  variables {
    table = { name = "vm-pool-dev", index_names = ["by-user", "work"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd" }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.table_key[0].policy) == {
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Action    = ["kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Encrypt", "kms:DescribeKey", "kms:Decrypt"]
        Resource  = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
        Condition = { StringEquals = { "kms:ViaService" = "dynamodb.us-east-1.amazonaws.com" } }
      }]
    }
    error_message = "The function may use the table's key through DynamoDB, and no other key or way: ${aws_iam_role_policy.table_key[0].policy}"
  }
}

run "a_token_of_the_metrics_adds_the_reading_of_one_parameter" {
  command = plan

  variables {
    metrics_token = { parameter = "/vm-pool/dev/metrics-token", kms_key_arn = null }
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.metrics_token[0].policy).Statement == [{
      Effect   = "Allow"
      Action   = "ssm:GetParameter"
      Resource = "arn:aws:ssm:us-east-1:123456789012:parameter/vm-pool/dev/metrics-token"
    }]
    error_message = "The function may read this parameter and nothing else: ${aws_iam_role_policy.metrics_token[0].policy}"
  }
}

run "a_key_of_the_customer_adds_its_use_through_ssm" {
  command = plan

  variables {
    metrics_token = { parameter = "metrics-token", kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd" }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.metrics_token[0].policy).Statement : [statement.Action, statement.Resource, lookup(statement, "Condition", null)]] == [
      ["ssm:GetParameter", "arn:aws:ssm:us-east-1:123456789012:parameter/metrics-token", null],
      ["kms:Decrypt", "arn:aws:kms:us-east-1:123456789012:key/1234abcd", { StringEquals = { "kms:ViaService" = "ssm.us-east-1.amazonaws.com" } }],
    ]
    error_message = "The function may use the key through SSM, and no other key or way: ${aws_iam_role_policy.metrics_token[0].policy}"
  }
}

run "refuses_a_wildcard_for_the_token_of_the_metrics" {
  command = plan

  variables {
    metrics_token = { parameter = "/vm-pool/*", kms_key_arn = null }
  }

  expect_failures = [var.metrics_token]
}

run "refuses_a_wildcard_for_the_key_of_the_token" {
  command = plan

  variables {
    metrics_token = { parameter = "/vm-pool/token", kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/*" }
  }

  expect_failures = [var.metrics_token]
}

run "puts_the_role_under_a_path_and_a_boundary" {
  command = plan

  variables {
    role = { path = "/services/vm-pool/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
  }

  assert {
    condition     = aws_iam_role.this.path == "/services/vm-pool/" && aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "role must reach the role."
  }
}

run "refuses_a_wildcard_for_the_log_group_or_the_table" {
  command = plan

  variables {
    log_group_name = "/aws/lambda/*"
    table          = { name = "vm-pool-*", index_names = ["work"], kms_key_arn = null }
  }

  expect_failures = [var.log_group_name, var.table]
}

run "refuses_a_wildcard_for_an_index" {
  command = plan

  variables {
    table = { name = "vm-pool-dev", index_names = ["*"], kms_key_arn = null }
  }

  expect_failures = [var.table]
}

run "refuses_a_wildcard_for_a_key" {
  command = plan

  variables {
    table = { name = "vm-pool-dev", index_names = ["work"], kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/*" }
  }

  expect_failures = [var.table]
}

run "refuses_what_iam_would_refuse" {
  command = plan

  variables {
    name = "vm pool"
    role = { path = "services", permissions_boundary = null }
  }

  expect_failures = [var.name, var.role]
}

run "refuses_a_boundary_that_is_not_a_policy" {
  command = plan

  variables {
    role = { path = "/", permissions_boundary = "boundary" }
  }

  expect_failures = [var.role]
}

run "real_vms_add_what_lends_them_and_no_more" {
  command = plan

  variables {
    real_vms = {
      inventory                = { bucket_name = "vm-pool-dev-0123456789ab", key = "inventory.json" }
      visitor_name             = "vm-pool-dev-visitor"
      signing_key_arns         = ["arn:aws:kms:us-east-1:123456789012:key/aaaa", "arn:aws:kms:us-east-1:123456789012:key/bbbb"]
      stored_keys_kms_key_arns = ["arn:aws:kms:us-east-1:123456789012:key/cccc"]
      stored_keys = [
        "ssm:/lab/vm-01",
        "ssm:vm-02",
        "ssm:arn:aws:ssm:us-east-1:210987654321:parameter/lab/vm-03",
        "secretsmanager:lab/vm-04",
        "secretsmanager:arn:aws:secretsmanager:us-east-1:123456789012:secret:lab/vm-05-AbCdEf",
      ]
    }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.real_vms[0].policy).Statement : [statement.Effect, statement.Action, toset(flatten([statement.Resource]))]] == [
      ["Allow", "s3:GetObject", toset(["arn:aws:s3:::vm-pool-dev-0123456789ab/inventory.json"])],
      ["Allow", "lambda:InvokeFunction", toset(["arn:aws:lambda:us-east-1:123456789012:function:vm-pool-dev-visitor:*"])],
      ["Allow", "ssm:GetParameter", toset([
        "arn:aws:ssm:us-east-1:123456789012:parameter/lab/vm-01",
        "arn:aws:ssm:us-east-1:123456789012:parameter/vm-02",
        "arn:aws:ssm:us-east-1:210987654321:parameter/lab/vm-03",
      ])],
      ["Allow", "secretsmanager:GetSecretValue", toset([
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:lab/vm-04-??????",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:lab/vm-05-AbCdEf",
      ])],
      ["Allow", "kms:Decrypt", toset(["arn:aws:kms:us-east-1:123456789012:key/cccc"])],
    ]
    error_message = "The function may do more, or less, than lend these VMs: ${aws_iam_role_policy.real_vms[0].policy}"
  }

  assert {
    condition     = toset(jsondecode(aws_iam_role_policy.real_vms[0].policy).Statement[4].Condition.StringEquals["kms:ViaService"]) == toset(["ssm.us-east-1.amazonaws.com", "secretsmanager.us-east-1.amazonaws.com"])
    error_message = "The key of the stored keys is for the two services that keep them: ${aws_iam_role_policy.real_vms[0].policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.sign[0].policy).Statement == [{
      Effect    = "Allow"
      Action    = "kms:Sign"
      Resource  = ["arn:aws:kms:us-east-1:123456789012:key/bbbb", "arn:aws:kms:us-east-1:123456789012:key/aaaa"]
      Condition = { StringEquals = { "kms:SigningAlgorithm" = "ECDSA_SHA_256", "kms:MessageType" = "RAW" } }
    }]
    error_message = "The function may sign login certificates, and nothing else, with these keys: ${aws_iam_role_policy.sign[0].policy}"
  }
}

run "real_vms_without_keys_add_nothing_about_keys" {
  command = plan

  variables {
    real_vms = {
      inventory                = { bucket_name = "vm-pool-dev-0123456789ab", key = "inventory.json" }
      visitor_name             = "vm-pool-dev-visitor"
      signing_key_arns         = []
      stored_keys              = []
      stored_keys_kms_key_arns = []
    }
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.real_vms[0].policy).Statement[*].Action == ["s3:GetObject", "lambda:InvokeFunction"] && length(aws_iam_role_policy.sign) == 0
    error_message = "Without keys the role must not read or use any: ${aws_iam_role_policy.real_vms[0].policy}"
  }
}

run "mock_vms_need_nothing" {
  command = plan

  assert {
    condition     = length(aws_iam_role_policy.real_vms) + length(aws_iam_role_policy.sign) == 0
    error_message = "The role of a service with mock VMs must not reach any others."
  }

  assert {
    condition     = output.planned_role_arn == "arn:aws:iam::123456789012:role/vm-pool-dev-us-east-1"
    error_message = "A key's policy must name this role: ${output.planned_role_arn}"
  }
}

run "refuses_stored_keys_by_wildcard" {
  command = plan

  variables {
    real_vms = {
      inventory                = { bucket_name = "vm-pool-dev-0123456789ab", key = "inventory.json" }
      visitor_name             = "vm-pool-dev-visitor"
      signing_key_arns         = []
      stored_keys              = ["ssm:/lab/*"]
      stored_keys_kms_key_arns = []
    }
  }

  expect_failures = [var.real_vms]
}

run "refuses_a_wildcard_for_the_key_of_stored_keys" {
  command = plan

  variables {
    real_vms = {
      inventory                = { bucket_name = "vm-pool-dev-0123456789ab", key = "inventory.json" }
      visitor_name             = "vm-pool-dev-visitor"
      signing_key_arns         = []
      stored_keys              = []
      stored_keys_kms_key_arns = ["arn:aws:kms:us-east-1:123456789012:key/*"]
    }
  }

  expect_failures = [var.real_vms]
}

run "says_what_to_do_with_more_stored_keys_than_a_policy_holds" {
  command = plan

  variables {
    real_vms = {
      inventory                = { bucket_name = "vm-pool-dev-0123456789ab", key = "inventory.json" }
      visitor_name             = "vm-pool-dev-visitor"
      signing_key_arns         = []
      stored_keys              = [for number in range(200) : "ssm:/lab/vm-${number}"]
      stored_keys_kms_key_arns = []
    }
  }

  expect_failures = [aws_iam_role_policy.real_vms]
}
