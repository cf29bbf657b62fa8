# The alarms of the table, when there is one. Each adds up metrics, because an alarm can't search for them; each metric in it is
# billed, so the list has only metrics in which every fault shows.
locals {
  # Throttling counts by table and by index. A cancelled transaction is not in ThrottledRequests, but in these.
  # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
  table_throttle_metrics = var.table == null ? [] : [
    for pair in setproduct(["ReadThrottleEvents", "WriteThrottleEvents"], concat([""], sort(var.table.index_names))) : {
      name       = pair[0]
      dimensions = merge({ TableName = var.table.name }, pair[1] == "" ? {} : { GlobalSecondaryIndexName = pair[1] })
    }
  ]

  # DynamoDB counts its own errors by operation. Each tick sends the first of these, each grant sends both.
  table_error_metrics = var.table == null ? [] : [
    for operation in ["Query", "TransactWriteItems"] : {
      name       = "SystemErrors"
      dimensions = { TableName = var.table.name, Operation = operation }
    }
  ]

  table_alarms = var.table == null ? {} : {
    table-throttles = {
      label       = "throttled reads and writes"
      threshold   = var.alarms.table_throttles
      metrics     = local.table_throttle_metrics
      description = <<-EOT
        DynamoDB throttled ${var.alarms.table_throttles} or more reads and writes of table ${var.table.name} in 5 minutes, twice in 15.
        The function tries again, so callers mostly wait, and some get a 503. See on the dashboard which operation it is, and how much capacity is used.
        ${local.runbook["table-throttles"]}
      EOT
    }

    table-system-errors = {
      label       = "system errors"
      threshold   = var.alarms.table_system_errors
      metrics     = local.table_error_metrics
      description = <<-EOT
        DynamoDB answered ${var.alarms.table_system_errors} or more requests to table ${var.table.name} with an internal error in 5 minutes, twice in 15.
        The function tries again and reads before it answers, so no VM is lent twice; some callers get a 503.
        ${local.runbook["table-system-errors"]}
      EOT
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "table" {
  for_each = local.table_alarms

  alarm_name        = "${var.name}-${each.key}"
  alarm_description = chomp(each.value.description)

  metric_query {
    id          = "sum"
    label       = each.value.label
    expression  = "SUM(FILL(METRICS(), 0))"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = each.value.metrics

    content {
      id = "m${metric_query.key}"

      metric {
        namespace   = "AWS/DynamoDB"
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        stat        = "Sum"
        period      = 300
      }
    }
  }

  # The function tries again, so one burst passes unnoticed. FILL takes a figure that is late for 0; the periods before give it time to
  # arrive.
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  evaluation_periods  = 3
  datapoints_to_alarm = 2
  treat_missing_data  = "notBreaching" # no request, no fault

  lifecycle {
    create_before_destroy = true # see environment-alarm.tf
  }
}
