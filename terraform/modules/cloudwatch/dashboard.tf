# From the callers inwards: their answers and latency, the function, the pool, the work that waits, the table when there is one,
# and the latest faults. Each graph takes half of the page's 24 columns.
locals {
  # The console has one address for each partition. An unknown partition gets the one of its domain.
  console_domains = {
    aws        = "console.aws.amazon.com"
    aws-cn     = "console.amazonaws.cn"
    aws-us-gov = "console.amazonaws-us-gov.com"
    aws-eusc   = "console.amazonaws-eusc.eu"
  }
  console = "${data.aws_region.current.id}.${lookup(local.console_domains, data.aws_partition.current.partition, "console.${data.aws_partition.current.dns_suffix}")}"

  api_dimensions = { ApiId = var.api.id, Stage = var.api.stage }

  api      = ["ApiId", var.api.id, "Stage", var.api.stage]
  function = ["FunctionName", var.function_name]

  header = <<-EOT
    # ${var.name}
    **Callers get 503?** Look at *Pool* first: an empty pool is not a fault. **Callers get 500?** The table of faults has the request ids; `npm run logs -- --request ID` shows what happened to one. **Callers get 401 or 403?** ${var.access_log_group_name} says who signed; API Gateway refused the call itself if it has a `gatewayError`.
    **VMs stay in checking or quarantined?** Their checks fail: `npm run logs -- --vm ID`. **The pool's graphs have a gap?** The scheduled tick did not run: see the schedule group `${var.name}`.
    **Work waits?** The tick can't keep up: `npm run logs -- --errors`, and look at the function and its store below. **VMs are drained?** An operator did it; `GET /events?vm=ID` says who and why, `POST /vms/ID/return` brings one back.
  EOT

  request_graphs = [
    {
      title   = "Requests by route and status"
      stacked = true
      stat    = "Sum"
      metrics = [[{
        expression = "SEARCH('{\"${var.metrics_namespace}\",\"route\",\"statusClass\"} MetricName=\"Requests\"', 'Sum', 300)"
        label      = "$${PROP('Dim.route')} $${PROP('Dim.statusClass')}"
      }]]
    },
    {
      title = "Answers of the API, the gateway's own included"
      stat  = "Sum"
      metrics = [
        concat(["AWS/ApiGateway", "Count"], local.api, [{ label = "requests" }]),
        concat(["AWS/ApiGateway", "4xx"], local.api, [{ label = "4xx" }]),
        concat(["AWS/ApiGateway", "5xx"], local.api, [{ label = "5xx", color = "#d62728" }]),
      ]
    },
    {
      title   = "Latency of the API, ms"
      metrics = [for stat in ["p50", "p95", "p99"] : concat(["AWS/ApiGateway", "Latency"], local.api, [{ label = stat, stat = stat }])]
    },
    {
      title = "p99 duration by route, ms"
      metrics = [[{
        expression = "SEARCH('{\"${var.metrics_namespace}\",\"route\"} MetricName=\"DurationMs\"', 'p99', 300)"
        label      = "$${PROP('Dim.route')}"
      }]]
    },
  ]

  function_graphs = [
    {
      title   = "Duration of the function, ms"
      metrics = [for stat in ["p50", "p99", "Maximum"] : concat(["AWS/Lambda", "Duration"], local.function, [{ label = stat, stat = stat }])]
    },
    {
      title = "Errors, throttles and concurrency of the function"
      stat  = "Sum"
      metrics = [
        concat(["AWS/Lambda", "Errors"], local.function, [{ label = "errors", color = "#d62728" }]),
        concat(["AWS/Lambda", "Throttles"], local.function, [{ label = "throttles", color = "#ff7f0e" }]),
        concat(["AWS/Lambda", "ConcurrentExecutions"], local.function, [{ label = "concurrent", stat = "Maximum", yAxis = "right" }]),
      ]
    },
  ]

  lending_graphs = [
    {
      title = "Leases granted, and refused by reason"
      stat  = "Sum"
      metrics = [
        [var.metrics_namespace, "Grants", { label = "granted", color = "#2ca02c" }],
        [{
          expression = "SEARCH('{\"${var.metrics_namespace}\",\"code\"} MetricName=\"Refusals\"', 'Sum', 300)"
          label      = "$${PROP('Dim.code')}"
        }],
      ]
    },
  ]

  pool_graphs = [for pool in var.pools : {
    title   = "Pool ${pool}: VMs by state"
    stacked = true
    stat    = "Average"
    period  = 60
    metrics = [for state in ["Free", "Leased", "Checking", "Quarantined", "Drained"] :
      [var.metrics_namespace, "Vms${state}", "pool", pool, { label = lower(state) }]
    ]
  }]

  tick_graphs = [
    {
      title  = "Work that waits for the tick"
      stat   = "Maximum"
      period = 60
      metrics = [
        [var.metrics_namespace, "LeasesOverdue", { label = "leases overdue", color = "#d62728" }],
        [var.metrics_namespace, "OldestCheckSeconds", { label = "oldest check, s", yAxis = "right" }],
      ]
    },
  ]

  visitor_graphs = [for function in var.visitor[*].function_name : [
    {
      title   = "Visits to VMs: duration, ms"
      metrics = [for stat in ["p50", "p99", "Maximum"] : ["AWS/Lambda", "Duration", "FunctionName", function, { label = stat, stat = stat }]]
    },
    {
      title = "Visits to VMs: count, errors and throttles; faults of the inventory"
      stat  = "Sum"
      metrics = [
        ["AWS/Lambda", "Invocations", "FunctionName", function, { label = "visits" }],
        ["AWS/Lambda", "Errors", "FunctionName", function, { label = "errors", color = "#d62728" }],
        ["AWS/Lambda", "Throttles", "FunctionName", function, { label = "throttles", color = "#ff7f0e" }],
        [var.metrics_namespace, "InventoryFaults", { label = "ticks with a bad inventory", color = "#9467bd" }],
      ]
    },
  ]]

  table_graphs = [for table in var.table[*].name : [
    {
      title = "Table: capacity consumed, indexes too"
      stat  = "Sum"
      metrics = [
        ["AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", table, { label = "read" }],
        ["AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", table, { label = "write" }],
        [{
          expression = "SEARCH('{AWS/DynamoDB,GlobalSecondaryIndexName,TableName} MetricName=\"ConsumedReadCapacityUnits\" TableName=\"${table}\"', 'Sum', 300)"
          label      = "read of $${PROP('Dim.GlobalSecondaryIndexName')}"
        }],
        [{
          expression = "SEARCH('{AWS/DynamoDB,GlobalSecondaryIndexName,TableName} MetricName=\"ConsumedWriteCapacityUnits\" TableName=\"${table}\"', 'Sum', 300)"
          label      = "write of $${PROP('Dim.GlobalSecondaryIndexName')}"
        }],
      ]
    },
    {
      title = "Table: throttled requests, transaction conflicts and faults of DynamoDB"
      stat  = "Sum"
      metrics = [
        ["AWS/DynamoDB", "TransactionConflict", "TableName", table, { label = "conflicts" }],
        [{
          expression = "SEARCH('{AWS/DynamoDB,Operation,TableName} MetricName=\"ThrottledRequests\" TableName=\"${table}\"', 'Sum', 300)"
          label      = "$${PROP('Dim.Operation')} throttled"
        }],
        [{
          expression = "SEARCH('{AWS/DynamoDB,Operation,TableName} MetricName=\"SystemErrors\" TableName=\"${table}\"', 'Sum', 300)"
          label      = "$${PROP('Dim.Operation')} failed"
        }],
      ]
    },
    {
      title = "Table: p99 latency by operation, ms"
      metrics = [[{
        expression = "SEARCH('{AWS/DynamoDB,Operation,TableName} MetricName=\"SuccessfulRequestLatency\" TableName=\"${table}\"', 'p99', 300)"
        label      = "$${PROP('Dim.Operation')}"
      }]]
    },
  ]]

  graphs = concat(
    local.request_graphs,
    local.function_graphs,
    local.lending_graphs,
    local.pool_graphs,
    local.tick_graphs,
    flatten(local.visitor_graphs),
    flatten(local.table_graphs),
  )
  top_rows   = 3
  graph_rows = 6

  header_widget = {
    type       = "text"
    x          = 0
    y          = 0
    width      = 24
    height     = local.top_rows
    properties = { markdown = local.header }
  }

  graph_widgets = [for index, graph in local.graphs : {
    type   = "metric"
    x      = index % 2 * 12
    y      = local.top_rows + floor(index / 2) * local.graph_rows
    width  = 12
    height = local.graph_rows
    properties = {
      title   = graph.title
      region  = data.aws_region.current.id
      view    = "timeSeries"
      stacked = lookup(graph, "stacked", false)
      stat    = lookup(graph, "stat", "Average")
      period  = lookup(graph, "period", 300)
      metrics = graph.metrics
      yAxis   = { left = { min = 0 } }
    }
  }]

  # The function logs its own faults as ERROR. A crash or a time-out has only Lambda's own line, which has a status and no level.
  # https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html (platform.report)
  faults_widget = {
    type   = "log"
    x      = 0
    y      = local.top_rows + ceil(length(local.graphs) / 2) * local.graph_rows
    width  = 24
    height = local.graph_rows
    properties = {
      title  = "Latest faults"
      region = data.aws_region.current.id
      view   = "table"
      query  = <<-EOT
        SOURCE '${var.function_log_group_name}'
        | fields @timestamp, route, status, coalesce(error.name, record.status) as fault, error.message, coalesce(requestId, record.requestId) as request
        | filter level = 'ERROR' or record.status in ['error', 'failure', 'timeout']
        | sort @timestamp desc
        | limit 20
      EOT
    }
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = concat([local.header_widget], local.graph_widgets, [local.faults_widget]) })
}
