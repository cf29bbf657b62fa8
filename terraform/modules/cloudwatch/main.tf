# What operators look at: dashboard.tf, alarms.tf, table-alarms.tf, real-vms-alarms.tf, and in notifications.tf the people who get the alarms.
data "aws_partition" "current" {}
data "aws_region" "current" {}
