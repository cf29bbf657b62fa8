# Saved queries of Logs Insights, from queries.json, where `npm run logs -- --query NAME` finds them too. A saved query costs
# nothing; each run costs by the data it scans.
#
# Contributor Insights would count the same all the time: who calls most, which reasons are frequent. It is left out because AWS bills
# it all the time too, for each rule and each line that matches, and these queries answer the question when somebody asks it.
# https://aws.amazon.com/cloudwatch/pricing/ (Contributor Insights)
locals {
  # A query of a log that this environment does not have is left out.
  queries = { for name, query in jsondecode(file("${path.module}/queries.json")) : name => merge(query, { log_group = local.log_groups[query.log] })
    if local.log_groups[query.log] != null
  }

  # The same as tables of the dashboard.
  query_tables = { for name, query in local.queries : name => { title = query.description, log_group = query.log_group, query = query.query } }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = local.queries

  name            = "${var.name}/${each.key}" # the console shows what is before the slash as a folder
  log_group_names = [each.value.log_group]
  query_string    = each.value.query
}
