# AWS compares the bill with the budget a few times a day and stops nothing: the caps on the table and the function do that.
resource "aws_budgets_budget" "this" {
  name        = var.name
  budget_type = "COST"
  time_unit   = "MONTHLY"

  limit_amount = tostring(var.monthly_usd)
  limit_unit   = "USD"

  # A tag counts only after it has been activated for cost allocation, in the account that pays.
  # https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
  dynamic "cost_filter" {
    for_each = var.tag[*]

    content {
      name   = "TagKeyValue"
      values = [join("$", ["user:${cost_filter.value.key}", cost_filter.value.value])]
    }
  }

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }

    content {
      notification_type          = notification.key
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.emails
    }
  }
}
