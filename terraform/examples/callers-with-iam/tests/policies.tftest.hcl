# Applied, because the policies name the id that AWS gives to the API.
mock_provider "aws" {
  source = "../../tests/applied"
}

run "allows_borrowers_the_calls_of_borrowers" {
  assert {
    condition = jsondecode(aws_iam_policy.borrow.policy) == {
      Version = "2012-10-17"
      Statement = [{
        Effect = "Allow"
        Action = "execute-api:Invoke"
        Resource = [
          for call in ["GET/lease", "GET/pool", "POST/connectvm", "POST/getvm", "POST/releasevm", "POST/renewvm"] :
          "arn:aws:execute-api:us-east-1:123456789012:abcdefghij/resources/${call}"
        ]
      }]
    }
    error_message = "A borrower needs these calls and no others: ${aws_iam_policy.borrow.policy}"
  }
}

run "allows_operators_every_call" {
  assert {
    condition     = toset(jsondecode(aws_iam_policy.operate.policy).Statement[0].Resource) == setunion(module.vm_pool.borrower_invoke_arns, module.vm_pool.operator_invoke_arns)
    error_message = "An operator may act for a borrower: ${aws_iam_policy.operate.policy}"
  }
}
