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
    error_message = "Somebody else than Lambda may assume the role: ${aws_iam_role.this.assume_role_policy}"
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
    table_name        = "vm-pool-dev"
    table_index_names = ["by-user", "work"]
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

run "refuses_a_wildcard_for_the_log_group_or_the_table" {
  command = plan

  variables {
    log_group_name = "/aws/lambda/*"
    table_name     = "vm-pool-*"
  }

  expect_failures = [var.log_group_name, var.table_name]
}

run "refuses_a_wildcard_for_an_index" {
  command = plan

  variables {
    table_name        = "vm-pool-dev"
    table_index_names = ["*"]
  }

  expect_failures = [var.table_index_names]
}

run "refuses_a_table_without_its_indexes" {
  command = plan

  variables {
    table_name = "vm-pool-dev"
  }

  expect_failures = [var.table_index_names]
}

run "refuses_a_name_that_iam_would_refuse" {
  command = plan

  variables {
    name = "vm pool"
  }

  expect_failures = [var.name]
}
