# What operators look at: dashboard.tf and its four sections, queries.tf, the alarms (alarms.tf, table-alarms.tf, real-vms-alarms.tf,
# environment-alarm.tf), and in notifications.tf the people who get them.
data "aws_partition" "current" {}
data "aws_region" "current" {}
