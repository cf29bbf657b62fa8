output "schedule_arn" {
  description = "ARN of the schedule."
  value       = aws_scheduler_schedule.tick.arn
}

output "role_arn" {
  description = "ARN of the role that the schedule invokes the function with."
  value       = aws_iam_role.this.arn
}
