output "monthly_usd" {
  description = "Costs in US dollars a month, as the budget has them. For the tests of the root."
  value       = aws_budgets_budget.this.limit_amount
}
