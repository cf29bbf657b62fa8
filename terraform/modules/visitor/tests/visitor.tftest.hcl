# The real provider, offline: policy JSON and ARNs are then what AWS would get, not random words of a mock.
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
  name               = "vm-pool-dev"
  runtime            = "nodejs22.x"
  package            = { path = "main.tf" } # any file will do: Terraform reads its digest and uploads nothing
  log_retention_days = 30
}

run "runs_the_handler_that_visits_and_may_only_write_its_log" {
  command = plan

  assert {
    condition = (
      aws_lambda_function.this.handler == "visitor.handler" &&
      aws_lambda_function.this.runtime == "nodejs22.x" &&
      aws_lambda_function.this.architectures == tolist(["arm64"]) &&
      aws_lambda_function.this.timeout == 30 &&
      aws_lambda_function.this.memory_size == 512 &&
      aws_lambda_function.this.publish &&
      aws_lambda_function.this.source_code_hash == filebase64sha256("main.tf")
    )
    error_message = "The visitor comes from the package of the main function, in versions."
  }

  assert {
    condition     = length(aws_lambda_function.this.environment) == 0 && length(aws_lambda_function.this.vpc_config) == 0 && aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "It needs no settings, no VPC and no reservation unless told."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/vm-pool-dev-visitor" && aws_cloudwatch_log_group.this.retention_in_days == 30 && aws_lambda_function.this.logging_config[0].log_format == "JSON"
    error_message = "It must have a log group of its own, with a retention."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.logs.policy).Statement == [{
      Effect   = "Allow"
      Action   = ["logs:PutLogEvents", "logs:CreateLogStream"]
      Resource = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/vm-pool-dev-visitor:log-stream:*"
    }]
    error_message = "It may do more, or less, than write to its own log group: ${aws_iam_role_policy.logs.policy}"
  }

  assert {
    condition     = length(aws_iam_role_policy.network) == 0
    error_message = "Without a VPC nobody needs network interfaces."
  }

  assert {
    condition     = aws_iam_role.this.name == "vm-pool-dev-ssh-us-east-1" && jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    error_message = "Only functions of this account may run as the role, which is not that of the main function."
  }
}

run "runs_in_the_vpc_whose_interfaces_its_code_cannot_touch" {
  command = plan

  variables {
    subnet_ids           = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
    security_group_ids   = ["sg-0123456789abcdef0"]
    reserved_concurrency = 40
  }

  assert {
    condition     = jsonencode(output.network) == jsonencode({ subnet_ids = var.subnet_ids, security_group_ids = var.security_group_ids }) && output.reserved_concurrency == 40
    error_message = "Subnets, groups and the limit must reach the function: ${jsonencode(output.network)}"
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_iam_role_policy.network[0].policy).Statement : alltrue([
      for action in flatten([statement.Action]) : contains([
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ], action)
    ])])
    error_message = "Lambda needs these six actions and no others: ${aws_iam_role_policy.network[0].policy}"
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.network[0].policy).Statement : [toset(statement.Action), statement.Resource, statement.Condition] if statement.Effect == "Deny"] == [[
      toset(flatten([for statement in jsondecode(aws_iam_role_policy.network[0].policy).Statement : statement.Action if statement.Effect == "Allow"])),
      "*",
      { ArnEquals = { "lambda:SourceFunctionArn" = "arn:aws:lambda:us-east-1:123456789012:function:vm-pool-dev-visitor" } },
    ]]
    error_message = "The code of the function must get none of what Lambda gets: ${aws_iam_role_policy.network[0].policy}"
  }
}

run "puts_role_and_log_under_path_boundary_and_key" {
  command = plan

  variables {
    role             = { path = "/services/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
    logs_kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"
  }

  assert {
    condition     = output.role == { name = "vm-pool-dev-ssh-us-east-1", path = "/services/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
    error_message = "role must reach the role: ${jsonencode(output.role)}"
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.logs_kms_key_arn
    error_message = "logs_kms_key_arn must reach the log group."
  }
}

run "refuses_what_aws_would_refuse" {
  command = plan

  variables {
    name                 = "a-name-that-leaves-no-room-for-a-region-in-a-role"
    subnet_ids           = ["10.0.0.0/24"]
    reserved_concurrency = 0
  }

  expect_failures = [var.name, var.subnet_ids, var.reserved_concurrency]
}

run "refuses_the_name_of_a_security_group" {
  command = plan

  variables {
    subnet_ids         = ["subnet-0123456789abcdef0"]
    security_group_ids = ["default"]
  }

  expect_failures = [var.security_group_ids]
}

run "refuses_subnets_without_a_security_group" {
  command = plan

  variables {
    subnet_ids = ["subnet-0123456789abcdef0"]
  }

  expect_failures = [var.security_group_ids]
}
