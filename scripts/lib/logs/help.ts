/** What `--help` prints. */
export const HELP = `Reads the logs of a deployment. Times are UTC.

  npm run logs -- [options]                  lines of the function's log
  npm run logs -- --follow [options]         the same, and new lines as they come
  npm run logs -- --request ID [options]     one request, in all logs
  npm run logs -- --query NAME [options]     a named query; --queries lists them

      --env NAME        an environment: a folder in terraform/environments (dev)
      --log-group NAME  another log group of the function than /aws/lambda/vm-pool-<env>
      --region NAME     AWS region, such as us-east-1 (AWS_REGION, or where the environment is deployed)
      --since WHEN      90s, 15m, 2h, 1d ago, or a time such as 2026-01-31T08:00Z (10m; --request and --query: 1d)
  -f, --follow          keep showing new lines; Ctrl-C ends it
      --poll            follow by searching every two seconds
      --user ID         only lines of this user
      --vm ID           only lines of this VM
      --request ID      the x-request-id of an answer, or an invocation id of Lambda
      --errors          only errors: level ERROR, status 500 and above, failed or timed out invocations
      --query NAME      run a named query; --user and --vm narrow those that know users and VMs
      --queries         list the named queries
      --json            one JSON object a line, as logged; a line that is not JSON becomes its "message"
  -h, --help            this text

--follow uses a live tail: lines come within a second or two, and AWS takes $0.01 a minute beyond the free 1,800
minutes a month. After three hours, and where there is no live tail, it polls, which is free and some seconds slower.
So a forgotten terminal costs $1.80 at most. A live tail shows a sample of more than 500 lines a second; --poll shows
all, and never costs anything.

--request with --follow shows lines of the function only. AWS takes $0.005 for each GB that a query reads.
`;
