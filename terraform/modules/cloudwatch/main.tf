# What operators look at: logs.tf, dashboard.tf and alarms.tf. The log groups come before everything else in the service and
# the alarms after everything else; Terraform orders resources, not modules, so one module can hold both.
data "aws_region" "current" {}
