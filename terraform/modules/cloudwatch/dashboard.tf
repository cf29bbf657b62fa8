# The dashboard answers four questions, each in a file of its own: dashboard-people.tf, dashboard-work.tf, dashboard-aws.tf and
# dashboard-cost.tf. A section is a heading, graphs of half the page's 24 columns, and tables of its whole width.
locals {
  # The console has one address for each partition. An unknown partition gets the one of its domain.
  console_domains = {
    aws        = "console.aws.amazon.com"
    aws-cn     = "console.amazonaws.cn"
    aws-us-gov = "console.amazonaws-us-gov.com"
    aws-eusc   = "console.amazonaws-eusc.eu"
  }
  console_domain = lookup(local.console_domains, data.aws_partition.current.partition, "console.${data.aws_partition.current.dns_suffix}")
  cloudwatch_url = "https://${data.aws_region.current.id}.${local.console_domain}/cloudwatch/home?region=${data.aws_region.current.id}"
  alarms_url     = "${local.cloudwatch_url}#alarmsV2:alarm/${var.name}" # that of the environment, which lists the others

  api_dimensions = { ApiId = var.api.id, Stage = var.api.stage }

  api      = ["ApiId", var.api.id, "Stage", var.api.stage]
  function = ["FunctionName", var.function_name]

  # What `log` means in queries.json. Null without that log.
  log_groups = {
    function = var.function_log_group_name
    access   = var.access_log_group_name
    visitor  = one(var.visitor[*].log_group_name)
  }

  sections = [local.people, local.work, local.aws, local.cost]

  heading_rows = 3
  widget_rows  = 6

  # Rows of each section, and the row in which it begins.
  section_rows = [for section in local.sections : local.heading_rows + (ceil(length(section.graphs) / 2) + length(section.tables)) * local.widget_rows]
  section_tops = [for index, section in local.sections : sum(concat([0], slice(local.section_rows, 0, index)))]

  headings = [for index, section in local.sections : {
    type       = "text"
    x          = 0
    y          = local.section_tops[index]
    width      = 24
    height     = local.heading_rows
    properties = { markdown = section.text }
  }]

  graphs = flatten([for index, section in local.sections : [for place, graph in section.graphs : {
    type   = "metric"
    x      = place % 2 * 12
    y      = local.section_tops[index] + local.heading_rows + floor(place / 2) * local.widget_rows
    width  = 12
    height = local.widget_rows
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
  }]])

  tables = flatten([for index, section in local.sections : [for place, table in section.tables : {
    type   = "log"
    x      = 0
    y      = local.section_tops[index] + local.heading_rows + (ceil(length(section.graphs) / 2) + place) * local.widget_rows
    width  = 24
    height = local.widget_rows
    properties = {
      title  = table.title
      region = data.aws_region.current.id
      view   = "table"
      query  = "SOURCE '${table.log_group}'\n| ${table.query}"
    }
  }]])
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = concat(local.headings, local.graphs, local.tables) })
}
