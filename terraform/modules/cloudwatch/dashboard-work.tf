# Question 2: whether VMs come back into the pool: the work that waits for the tick, checks and their results.
locals {
  work = {
    text = <<-EOT
      # 2 Is anything stuck?
      **A gap in these graphs?** The scheduled tick did not run: see the schedule group `${var.name}`. **Work waits?** The tick can't keep up: `${local.read_log} --errors`, and look at the function and its store below. **VMs stay in checking or quarantine?** Their checks fail: `GET /vms` says why${var.visitor == null ? "" : ", and `${local.read_log} --query failed-visits`"}. **VMs are drained?** `GET /events?vm=ID` says who did it; `POST /vms/ID/return` brings one back.
    EOT

    graphs = [
      {
        title  = "Work that waits for the tick"
        stat   = "Maximum"
        period = 60
        metrics = [
          [var.metrics_namespace, "LeasesOverdue", { label = "leases overdue", color = "#d62728" }],
          [var.metrics_namespace, "OldestCheckSeconds", { label = "oldest check, s", yAxis = "right" }],
        ]
      },
      {
        title = "Checks and resets by result"
        stat  = "SampleCount"
        metrics = [for pair in setproduct(["Check", "Reset"], ["Passed", "Failed", "Waiting"]) :
          [var.metrics_namespace, "${pair[0]}Seconds${pair[1]}", { label = lower(join(" ", pair)) }]
        ]
      },
      {
        title = "Duration of checks and resets, s"
        stat  = "p99"
        metrics = [for pair in setproduct(["Check", "Reset"], ["Passed", "Failed"]) :
          [var.metrics_namespace, "${pair[0]}Seconds${pair[1]}", { label = "p99 of ${lower(join(" ", pair))}" }]
        ]
      },
      {
        title = "VMs put in quarantine by failed checks${var.visitor == null ? "" : ", and ticks with a bad inventory"}"
        stat  = "Sum"
        metrics = concat(
          [[var.metrics_namespace, "Quarantines", { label = "quarantines", color = "#d62728" }]],
          [for visitor in var.visitor[*] : [var.metrics_namespace, "InventoryFaults", { label = "ticks with a bad inventory", color = "#9467bd" }]],
        )
      },
    ]

    tables = []
  }
}
