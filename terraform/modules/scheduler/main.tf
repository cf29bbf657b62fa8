# The reaper's tick: an event to the function every minute, which takes back leases that ended and checks returned VMs.
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  # From the name and not from the resource, so that the policy can be read in the plan.
  schedule_group_arn = join(":", [
    "arn",
    data.aws_partition.current.partition,
    "scheduler",
    data.aws_region.current.name,
    data.aws_caller_identity.current.account_id,
    "schedule-group/${var.name}",
  ])
}

# A group of its own, because a group is the narrowest thing that a trust policy can name for a schedule.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
resource "aws_scheduler_schedule_group" "this" {
  name = var.name
}

resource "aws_scheduler_schedule" "tick" {
  name        = "tick"
  description = "Has ${var.name} take back what was forgotten"
  group_name  = aws_scheduler_schedule_group.this.name

  schedule_expression = var.schedule_expression

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.function_arn
    role_arn = aws_iam_role.this.arn

    # The form of a scheduled EventBridge event, which the function tells by its `detail-type`.
    input = jsonencode({
      source      = "vm-pool.scheduler"
      detail-type = "Scheduled Event"
    })

    # The next tick is worth more than a late one.
    retry_policy {
      maximum_event_age_in_seconds = 60
      maximum_retry_attempts       = 0
    }
  }

  depends_on = [aws_iam_role_policy.invoke]
}
