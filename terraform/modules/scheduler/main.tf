# The reaper's tick: an event to the function every minute, which takes back leases that ended and checks returned VMs.
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  # From the name and not from the resource, so that the policy can be read in the plan.
  schedule_group_arn = provider::aws::arn_build(
    data.aws_partition.current.partition,
    "scheduler",
    data.aws_region.current.id,
    data.aws_caller_identity.current.account_id,
    "schedule-group/${var.name}",
  )
}

# The group holds this schedule alone, because a trust policy can't name a single schedule, only its group.
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
resource "aws_scheduler_schedule_group" "this" {
  name = var.name
}

resource "aws_scheduler_schedule" "tick" {
  name        = "tick"
  description = "Makes ${var.name} take back forgotten VMs and check returned ones"
  group_name  = aws_scheduler_schedule_group.this.name

  schedule_expression = var.schedule_expression

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.function_arn
    role_arn = aws_iam_role.this.arn

    # The form of a scheduled EventBridge event, which the function recognises by its `detail-type`.
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
