import type { Probe } from '../probe.ts';

/** What a person sees of the bill, and of changes that stop or turn back the service. */
export const BILL: readonly Probe[] = [
  {
    id: 'bill',
    question: 'What does an idle environment cost?',
    sources: ['terraform/README.md, "What it costs"'],
    how: 'two days after the first apply: Cost Explorer, by service and usage type, filtered by the tag environment',
    expected: 'a thirtieth of the table in the README for each day, within a quarter of it',
  },
  {
    id: 'budget-mail',
    question: 'Does AWS write when the budget is nearly spent?',
    sources: ['https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html'],
    how: 'apply with budget = { monthly_usd = 1 } in an account that spends more; AWS updates budgets 3 times a day',
    expected: 'a mail within a day, to each of alarm_emails',
  },
  {
    id: 'stopped-service',
    question: 'Does max_concurrency = 0 stop the function, and does the next apply start it?',
    sources: ['https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html'],
    how: 'in a test environment with a table: apply it, curl "$api/health", plan; remove it, apply, curl again',
    expected: '503 and "No changes"; then 200',
  },
  {
    id: 'gone-back',
    question: 'Does the alias lead back to the version before, at once?',
    sources: ['terraform/RUNBOOK.md, "Upgrade and go back"'],
    how: 'aws lambda update-alias --function-name NAME --name live --function-version N-1; scripts/smoke-test "$api"; apply',
    expected: 'the canary passes on both versions',
  },
];
