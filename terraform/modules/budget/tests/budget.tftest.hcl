# The real provider, offline: policy JSON and ARNs are then what AWS would get, not a mock's random words.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  name        = "vm-pool-prod"
  monthly_usd = 20
  emails      = ["on-call@example.com"]
}

run "writes_before_the_budget_is_spent" {
  command = plan

  assert {
    condition     = aws_budgets_budget.this.limit_amount == "20" && aws_budgets_budget.this.limit_unit == "USD" && aws_budgets_budget.this.time_unit == "MONTHLY"
    error_message = "The budget must be 20 US dollars a month."
  }

  assert {
    condition = toset([for notification in aws_budgets_budget.this.notification : "${notification.notification_type} ${notification.threshold} ${join(",", notification.subscriber_email_addresses)}"]) == toset([
      "ACTUAL 80 on-call@example.com",
      "FORECASTED 100 on-call@example.com",
    ])
    error_message = "AWS must write while there is still something to do: ${jsonencode(aws_budgets_budget.this.notification)}"
  }
}

run "counts_only_what_has_the_tag" {
  command = plan

  variables {
    tag = { key = "service", value = "vm-pool" }
  }

  assert {
    condition     = [for filter in aws_budgets_budget.this.cost_filter : "${filter.name} ${join(",", filter.values)}"] == ["TagKeyValue user:service$vm-pool"]
    error_message = "AWS writes a tag of the user as user:KEY$VALUE: ${jsonencode(aws_budgets_budget.this.cost_filter)}"
  }
}

run "refuses_settings_out_of_range" {
  command = plan

  variables {
    name        = "vm:pool"
    monthly_usd = 0
    emails      = []
  }

  expect_failures = [var.name, var.monthly_usd, var.emails]
}
