# Question 1: what callers got, how long they waited, and whether there is a VM for the next one.
locals {
  people = {
    text = <<-EOT
      # 1 Are people served?
      ${var.name}: [alarms](${local.alarms_url}) · [runbook](${coalesce(var.runbook_url, "terraform/RUNBOOK.md")}) · saved queries `${var.name}/…` in Logs Insights. **Callers get 503?** Look at the pool: empty is not a fault. **500?** The latest faults below have the request ids; `${local.read_log} --request ID` follows one. **401 or 403?** ${var.access_log_group_name} says who signed.
    EOT

    graphs = concat(
      [
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
          title   = "Answers of the function"
          stacked = true
          stat    = "SampleCount"
          metrics = [for class in ["2xx", "4xx", "5xx"] : [var.metrics_namespace, "RequestSeconds${class}", { label = class }]]
        },
        {
          title   = "Duration of requests in the function, s"
          stat    = "p99"
          metrics = [for class in ["2xx", "4xx", "5xx"] : [var.metrics_namespace, "RequestSeconds${class}", { label = "p99 of ${class}" }]]
        },
        {
          title = "Leases: granted and refused"
          stat  = "Sum"
          metrics = [
            [var.metrics_namespace, "Grants", { label = "granted", color = "#2ca02c" }],
            [var.metrics_namespace, "Refusals", { label = "refused" }],
            [var.metrics_namespace, "EmptyPools", { label = "of these: pool empty", color = "#d62728" }],
            [var.metrics_namespace, "Renewals", { label = "renewed" }],
            [var.metrics_namespace, "Releases", { label = "given back" }],
            [var.metrics_namespace, "Expiries", { label = "taken back at their end" }],
          ]
        },
      ],
      [for pool in var.pools : {
        title   = "Pool ${pool}: VMs by state"
        stacked = true
        stat    = "Average"
        period  = 60
        metrics = [for state in ["Free", "Leased", "Checking", "Quarantined", "Drained"] :
          [var.metrics_namespace, "Vms${state}", "pool", pool, { label = lower(state) }]
        ]
      }],
    )

    # The metrics know no route and no reason, because each combination is billed as a metric. The log knows them.
    tables = [for name in ["calls-by-route", "refusals"] : local.query_tables[name]]
  }
}
