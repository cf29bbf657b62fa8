# Who gets messages: one topic for the given addresses, another one that already exists, or both.
#
# One incident raises many alarms; when DynamoDB fails, five. The person who is woken gets one message, from the alarm of the
# environment (environment-alarm.tf): when the first alarm starts, with its name, and when the last has ended. That
# alarm says nothing of another one that starts in between. So the alarms on answers of 500 and above (5xx, throttles, empty-pool)
# also send their own message when they start: a small fault that lasts for days never hides that nobody is served.
locals {
  alarm_actions = concat(aws_sns_topic.alarms[*].arn, var.alarm_topic_arn[*])
}

# Not encrypted with aws/sns, whose policy keeps CloudWatch out. A message says no more than the alarm's description.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
resource "aws_sns_topic" "alarms" {
  count = length(var.alarm_emails) > 0 ? 1 : 0

  name         = "${var.name}-alarms"
  display_name = "Alarms of ${var.name}"
}

# AWS asks each address to confirm; until then it gets nothing else.
resource "aws_sns_topic_subscription" "email" {
  for_each = toset(var.alarm_emails)

  topic_arn = aws_sns_topic.alarms[0].arn
  protocol  = "email"
  endpoint  = each.key
}
