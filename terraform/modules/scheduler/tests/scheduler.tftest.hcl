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
  name         = "vm-pool-dev"
  function_arn = "arn:aws:lambda:us-east-1:123456789012:function:vm-pool-dev:live"
}

run "ticks_every_minute_with_a_role_for_that_and_nothing_else" {
  command = plan

  assert {
    condition     = aws_scheduler_schedule.tick.schedule_expression == "rate(1 minute)" && aws_scheduler_schedule.tick.flexible_time_window[0].mode == "OFF"
    error_message = "The tick must come every minute, on the minute."
  }

  assert {
    condition     = jsondecode(aws_scheduler_schedule.tick.target[0].input) == { source = "vm-pool.scheduler", "detail-type" = "Scheduled Event" }
    error_message = "The function recognises a tick by exactly this input: ${aws_scheduler_schedule.tick.target[0].input}"
  }

  assert {
    condition     = aws_scheduler_schedule.tick.target[0].arn == var.function_arn && aws_scheduler_schedule.tick.target[0].retry_policy[0].maximum_retry_attempts == 0
    error_message = "The tick must go to the function, once."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.invoke.policy) == {
      Version = "2012-10-17"
      Statement = [{
        Effect   = "Allow"
        Action   = "lambda:InvokeFunction"
        Resource = "arn:aws:lambda:us-east-1:123456789012:function:vm-pool-dev:live"
      }]
    }
    error_message = "The tick may do more, or less, than invoke the function: ${aws_iam_role_policy.invoke.policy}"
  }

  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[*].Principal == [{ Service = "scheduler.amazonaws.com" }]
    error_message = "Another service than EventBridge Scheduler may assume the role: ${aws_iam_role.this.assume_role_policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == {
      StringEquals = {
        "aws:SourceAccount" = "123456789012"
        "aws:SourceArn"     = "arn:aws:scheduler:us-east-1:123456789012:schedule-group/vm-pool-dev"
      }
    }
    error_message = "A schedule of another account or group may use the role: ${aws_iam_role.this.assume_role_policy}"
  }

  assert {
    condition     = aws_scheduler_schedule.tick.group_name == "vm-pool-dev"
    error_message = "The schedule must be in the group that the trust policy names."
  }
}

run "names_the_role_after_its_region_and_puts_it_under_a_path_and_a_boundary" {
  command = plan

  variables {
    role = { path = "/services/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
  }

  assert {
    condition     = output.role == { name = "vm-pool-dev-tick-us-east-1", path = "/services/", permissions_boundary = "arn:aws:iam::123456789012:policy/boundary" }
    error_message = "Roles are global: the region must be in the name. role must reach the role: ${jsonencode(output.role)}"
  }
}

run "refuses_more_than_one_function" {
  command = plan

  variables {
    function_arn = "arn:aws:lambda:us-east-1:123456789012:function:*:live"
  }

  expect_failures = [var.function_arn]
}

# The permission would cover any version, and the tick would run code that callers do not get yet.
run "refuses_a_function_without_its_alias" {
  command = plan

  variables {
    function_arn = "arn:aws:lambda:us-east-1:123456789012:function:vm-pool-dev"
  }

  expect_failures = [var.function_arn]
}

run "refuses_a_malformed_schedule_or_name" {
  command = plan

  variables {
    name                = "vm pool"
    schedule_expression = "every minute"
  }

  expect_failures = [var.name, var.schedule_expression]
}
