# The real provider, offline: policy JSON and ARNs are then what AWS would get, not random words of a mock.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

run "names_the_bucket_after_the_account" {
  command = plan

  assert {
    condition     = module.backend.bucket_name == "vm-pool-tfstate-123456789012"
    error_message = "Another account may already have a name without the account's id: ${module.backend.bucket_name}"
  }
}

run "takes_the_given_name" {
  command = plan

  variables {
    bucket_name = "our-states"
  }

  assert {
    condition     = module.backend.bucket_name == "our-states"
    error_message = "bucket_name must win over the name made from the account."
  }
}

run "makes_only_the_bucket_without_a_repository" {
  command = plan

  assert {
    condition     = length(module.deploy_roles) == 0 && output.github_subjects == {} && output.github_variables == {} && output.deploy_policy_arns == {}
    error_message = "Who deploys by hand needs no roles for GitHub."
  }
}

run "prints_what_to_set_in_github" {
  command = plan

  override_data {
    target = module.deploy_roles[0].data.aws_caller_identity.current
    values = { account_id = "123456789012" }
  }

  variables {
    github_subject_prefix = "repo:acme@123/vm-pool@456"
    environments          = ["prod"]
  }

  assert {
    condition = output.github_subjects == {
      vm-pool-github-plan = [
        "repo:acme@123/vm-pool@456:pull_request",
        "repo:acme@123/vm-pool@456:ref:refs/heads/main",
        "repo:acme@123/vm-pool@456:environment:prod-plan",
      ]
      vm-pool-github-apply-prod = ["repo:acme@123/vm-pool@456:environment:prod"]
    }
    error_message = "The subjects must be printed as GitHub sends them: ${jsonencode(output.github_subjects)}"
  }
}
