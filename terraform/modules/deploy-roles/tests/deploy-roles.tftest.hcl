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

variables {
  name         = "vm-pool"
  environments = ["dev", "prod"]
  regions      = ["us-east-1"]
  github = {
    subject_prefix    = "repo:acme/vm-pool"
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }
  state = { bucket_name = "states" }
}

run "trusts_each_job_by_its_exact_subject" {
  command = plan

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "An account can have one provider for GitHub; the given one must be used."
  }

  assert {
    condition = jsondecode(aws_iam_role.this["vm-pool-github-plan"].assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = [
            "repo:acme/vm-pool:pull_request",
            "repo:acme/vm-pool:ref:refs/heads/main",
            "repo:acme/vm-pool:environment:dev-plan",
            "repo:acme/vm-pool:environment:prod-plan",
          ]
        }
      }
    }]
    error_message = "The plan role must trust pull requests, main and the jobs that plan: ${aws_iam_role.this["vm-pool-github-plan"].assume_role_policy}"
  }

  assert {
    condition = jsondecode(aws_iam_role.this["vm-pool-github-apply-prod"].assume_role_policy).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:acme/vm-pool:environment:prod"
        }
        StringEqualsIfExists = { "token.actions.githubusercontent.com:ref" = "refs/heads/main" }
      }
    }]
    error_message = "An apply role must trust the jobs of its environment on main, and no other: ${aws_iam_role.this["vm-pool-github-apply-prod"].assume_role_policy}"
  }
}

run "makes_the_provider_and_takes_subjects_with_ids" {
  command = plan

  variables {
    github = { subject_prefix = "repo:acme@123/vm-pool@456", branch = "trunk" }
  }

  assert {
    condition = (
      aws_iam_openid_connect_provider.github[0].url == "https://token.actions.githubusercontent.com" &&
      aws_iam_openid_connect_provider.github[0].client_id_list == toset(["sts.amazonaws.com"])
    )
    error_message = "Without a given provider, the module must make the one of GitHub, for the audience of AWS."
  }

  assert {
    condition = output.subjects == {
      vm-pool-github-plan = [
        "repo:acme@123/vm-pool@456:pull_request",
        "repo:acme@123/vm-pool@456:ref:refs/heads/trunk",
        "repo:acme@123/vm-pool@456:environment:dev-plan",
        "repo:acme@123/vm-pool@456:environment:prod-plan",
      ]
      vm-pool-github-apply-dev  = ["repo:acme@123/vm-pool@456:environment:dev"]
      vm-pool-github-apply-prod = ["repo:acme@123/vm-pool@456:environment:prod"]
    }
    error_message = "The output must show each subject in full: ${jsonencode(output.subjects)}"
  }
}

run "has_policies_that_iam_takes_in_two_regions_with_long_names_and_everything_on" {
  command = plan

  variables {
    name            = "a-name-of-thirty-two-characters1"
    environments    = ["production1"]
    regions         = ["eu-central-1", "ap-southeast-2"]
    kms_key_arns    = ["arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
    stored_key_arns = [for region in ["eu-central-1", "ap-southeast-2"] : "arn:aws:ssm:${region}:123456789012:parameter/vm-pool/*"]
    ec2_pools       = { production1 = [for number in range(5) : "a-pool-with-a-long-name-${number}"] }
    state           = { bucket_name = "states", kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab" }
    domains = {
      production1 = { name = "vms.example.com", hosted_zone_id = "Z0123456789ABCDEFGHIJ", truststore_arn = "arn:aws:s3:::trust/clients.pem" }
    }
  }

  assert {
    condition     = max([for policy in aws_iam_policy.this : length(policy.policy)]...) <= 6144 && max([for policy in aws_iam_policy.boundary : length(policy.policy)]...) <= 6144
    error_message = "IAM takes 6,144 characters: ${jsonencode({ for name, policy in merge(aws_iam_policy.this, aws_iam_policy.boundary) : name => length(policy.policy) })}"
  }

  assert {
    condition     = alltrue([for name in concat(keys(aws_iam_policy.this), keys(aws_iam_role.this)) : length(name) <= 64])
    error_message = "IAM takes 64 characters for the name of a role."
  }

  assert {
    condition = alltrue(flatten([for policy in aws_iam_policy.this : [
      for statement in jsondecode(policy.policy).Statement : [for action in flatten([statement.Action]) : !endswith(action, ":*")]
    ]]))
    error_message = "No policy may allow a whole service."
  }
}

run "bounds_the_roles_to_the_stored_keys_that_are_given" {
  command = plan

  assert {
    condition     = alltrue([for statement in jsondecode(aws_iam_policy.boundary["dev"].policy).Statement : !anytrue([for action in flatten([statement.Action]) : can(regex("^(ssm|secretsmanager):", action))])])
    error_message = "Without stored_key_arns no role may read a parameter or a secret: ${aws_iam_policy.boundary["dev"].policy}"
  }
}

run "bounds_the_roles_to_the_instances_of_their_own_pools" {
  command = plan

  variables {
    ec2_pools    = { prod = ["gpu", "build-*"] }
    ec2_pool_tag = "team"
  }

  assert {
    condition = toset([
      for statement in jsondecode(aws_iam_policy.boundary["prod"].policy).Statement : jsonencode(statement.Condition)
      if contains(flatten([statement.Resource]), "arn:aws:ec2:us-east-1:123456789012:instance/*")
    ]) == toset([for key in ["aws:ResourceTag/team", "ssm:resourceTag/team"] : jsonencode({ StringLike = { (key) = ["build-*", "gpu"] } })])
    error_message = "Prod may touch instances of its pools only: ${aws_iam_policy.boundary["prod"].policy}"
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_policy.boundary["dev"].policy).Statement : !contains(flatten([statement.Resource]), "arn:aws:ec2:us-east-1:123456789012:instance/*") && !contains(flatten([statement.Action]), "ec2:DescribeInstances")
    ])
    error_message = "Dev lends no instances: ${aws_iam_policy.boundary["dev"].policy}"
  }
}

run "refuses_pools_of_nobody" {
  command = plan

  variables {
    ec2_pools    = { test = ["gpu"] }
    ec2_pool_tag = "*"
  }

  expect_failures = [var.ec2_pools, var.ec2_pool_tag]
}

run "refuses_stored_keys_of_the_whole_account" {
  command = plan

  variables {
    stored_key_arns = ["arn:aws:ssm:us-east-1:123456789012:parameter/*"]
  }

  expect_failures = [var.stored_key_arns]
}

run "refuses_subjects_that_others_could_have" {
  command = plan

  variables {
    environments = ["*"]
    regions      = ["*"]
    kms_key_arns = ["arn:aws:kms:us-east-1:123456789012:key/*"]
    github       = { subject_prefix = "repo:acme/*", branch = "release/*", oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/example.com" }
  }

  expect_failures = [var.environments, var.regions, var.kms_key_arns, var.github]
}

run "refuses_half_a_subject_with_ids_and_domains_of_nobody" {
  command = plan

  variables {
    github  = { subject_prefix = "repo:acme@1/vm-pool" }
    domains = { test = { name = "vms.example.com", hosted_zone_id = "Z1" } }
  }

  expect_failures = [var.github, var.domains]
}
