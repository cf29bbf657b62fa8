# Callers send a token: here workflows of GitHub Actions, which need no secret for it. terraform/README.md lists the values for
# Amazon Cognito, Entra ID and Okta.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

# A workflow with `permissions: { id-token: write }` gets its token like this:
#
#   curl -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=vm-pool" | jq -r .value
#
# and calls with it: curl -H "Authorization: Bearer $token" -X POST "$getvm_url"
module "vm_pool" {
  source = "../.." # from elsewhere: "git::https://git.example.com/vm-pool.git//terraform?ref=v1.0.0"

  environment   = "lab"
  pool_store    = "dynamodb"
  authorization = "jwt"

  # All of GitHub shares this issuer, so the claim says whose workflows may borrow.
  jwt_issuer          = "https://token.actions.githubusercontent.com"
  jwt_audiences       = ["vm-pool"]
  jwt_required_claims = ["repository_owner_id=${var.owner_id}"]

  # Each run of a workflow is a user of its own.
  jwt_user_id = "{repository}@{run_id}"

  # Workflows in an environment of one repository, which can ask for reviewers.
  jwt_operator_claim  = "sub"
  jwt_operator_values = [var.operators_subject]
}
