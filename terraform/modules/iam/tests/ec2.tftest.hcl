# What EC2 pools add to the role. The real provider, offline: policy JSON and ARNs are then what AWS would get, not a mock's random
# words.
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
  name            = "vm-pool-dev"
  log_group_name  = "/aws/lambda/vm-pool-dev"
  tracing_enabled = false
  real_vms = {
    inventory                = { bucket_name = "vm-pool-dev-0123456789ab", key = "inventory.json" }
    visitor_name             = "vm-pool-dev-visitor"
    signing_key_arns         = []
    stored_keys              = []
    stored_keys_kms_key_arns = []
  }
  ec2 = {
    tags         = { pool = "vm-pool:pool", user = "vm-pool:user" }
    kms_key_arns = []
    pools = {
      build = { access = "certificate", reset = "reboot", username = "tester", learns_host_keys = true, stops = true }
      debug = { access = "session-manager", reset = "none", username = "ssm-user", learns_host_keys = true, stops = false }
      lab   = { access = "instance-connect", reset = "replace-root-volume", username = "ubuntu", learns_host_keys = true, stops = true }
    }
  }
}

run "lets_each_action_touch_the_instances_of_the_pools_that_need_it" {
  command = plan

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.ec2[0].policy).Statement :
      join(" ", sort(flatten([statement.Action]))) => toset(flatten([statement.Condition.StringEquals["aws:ResourceTag/vm-pool:pool"]]))
      if can(statement.Condition.StringEquals["aws:ResourceTag/vm-pool:pool"])
      } == {
      "ec2:StartInstances"                     = toset(["build", "debug", "lab"])
      "ec2:GetConsoleOutput ec2:StopInstances" = toset(["build", "lab"])
      "ec2:RebootInstances"                    = toset(["build"])
      "ec2:CreateReplaceRootVolumeTask"        = toset(["lab"])
      "ec2-instance-connect:SendSSHPublicKey"  = toset(["lab"])
    }
    error_message = "An action reaches instances that it is not for: ${aws_iam_role_policy.ec2[0].policy}"
  }

  assert {
    condition = alltrue([for statement in jsondecode(aws_iam_role_policy.ec2[0].policy).Statement :
      statement.Effect == "Allow" && statement.Resource == "arn:aws:ec2:us-east-1:123456789012:instance/*"
      if can(statement.Condition.StringEquals["aws:ResourceTag/vm-pool:pool"])
    ])
    error_message = "The tag must be that of an instance of this account and region: ${aws_iam_role_policy.ec2[0].policy}"
  }

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.ec2[0].policy).Statement :
      join(" ", sort(flatten([statement.Resource]))) => toset(flatten([statement.Action]))
      if !can(statement.Condition)
      } == {
      "*"                                                                                                         = toset(["ec2:DescribeInstanceStatus", "ec2:DescribeInstances", "ec2:DescribeReplaceRootVolumeTasks", "ssm:DescribeSessions"])
      "arn:aws:ec2:us-east-1:123456789012:replace-root-volume-task/* arn:aws:ec2:us-east-1:123456789012:volume/*" = toset(["ec2:CreateReplaceRootVolumeTask"])
      "arn:aws:ssm:us-east-1:123456789012:session/vm-pool-dev-*"                                                  = toset(["ssm:TerminateSession"])
    }
    error_message = "Without a condition the role may only describe, end its own sessions, and make the parts of a replacement: ${aws_iam_role_policy.ec2[0].policy}"
  }
}

run "lets_keys_in_as_the_borrowers_user_only" {
  command = plan

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.ec2[0].policy).Statement : toset(statement.Condition.StringEquals["ec2:osuser"])
      if statement.Action == "ec2-instance-connect:SendSSHPublicKey"
    ] == [toset(["ubuntu", "$${aws:ResourceTag/vm-pool:user}"])]
    error_message = "A borrower must not get in as another user: ${aws_iam_role_policy.ec2[0].policy}"
  }
}

run "starts_sessions_of_the_usual_document_on_tagged_instances" {
  command = plan

  assert {
    condition = {
      for statement in jsondecode(aws_iam_role_policy.ec2[0].policy).Statement : statement.Resource => statement.Condition
      if statement.Action == "ssm:StartSession"
      } == {
      "arn:aws:ec2:us-east-1:123456789012:instance/*" = {
        StringEquals = { "ssm:resourceTag/vm-pool:pool" = "debug" }
        BoolIfExists = { "ssm:SessionDocumentAccessCheck" = "true" }
      }
      "arn:aws:ssm:us-east-1:123456789012:document/SSM-SessionManagerRunShell" = {
        BoolIfExists = { "ssm:SessionDocumentAccessCheck" = "true" }
      }
    }
    error_message = "A session must neither forward ports nor reach another instance: ${aws_iam_role_policy.ec2[0].policy}"
  }
}

run "grants_a_pool_of_certificates_that_always_runs_no_more_than_a_start" {
  command = plan

  variables {
    ec2 = {
      tags         = { pool = "team", user = "vm-pool:user" }
      kms_key_arns = []
      pools        = { lab = { access = "certificate", reset = "command", username = "tester", learns_host_keys = false, stops = false } }
    }
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.ec2[0].policy).Statement : [statement.Action, try(statement.Condition, null)]] == [
      [["ec2:DescribeInstances", "ec2:DescribeInstanceStatus"], null],
      ["ec2:StartInstances", { StringEquals = { "aws:ResourceTag/team" = "lab" } }],
    ]
    error_message = "Such a pool needs no other call: ${aws_iam_role_policy.ec2[0].policy}"
  }
}

run "uses_the_customers_keys_of_volumes_through_ec2_only" {
  command = plan

  variables {
    ec2 = {
      tags         = { pool = "vm-pool:pool", user = "vm-pool:user" }
      kms_key_arns = ["arn:aws:kms:us-east-1:123456789012:key/1234abcd"]
      pools        = { lab = { access = "certificate", reset = "replace-root-volume", username = "tester", learns_host_keys = true, stops = true } }
    }
  }

  assert {
    condition = [
      for statement in jsondecode(aws_iam_role_policy.ec2[0].policy).Statement : [toset(flatten([statement.Action])), statement.Resource, statement.Condition]
      if startswith(flatten([statement.Action])[0], "kms:")
      ] == [
      [toset(["kms:CreateGrant"]), "arn:aws:kms:us-east-1:123456789012:key/1234abcd", { Bool = { "kms:GrantIsForAWSResource" = "true" } }],
      [
        toset(["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*"]),
        "arn:aws:kms:us-east-1:123456789012:key/1234abcd",
        { StringEquals = { "kms:ViaService" = "ec2.us-east-1.amazonaws.com" } },
      ],
    ]
    error_message = "The key is for what EC2 does with volumes: ${aws_iam_role_policy.ec2[0].policy}"
  }
}

run "other_vms_need_nothing_of_it" {
  command = plan

  variables {
    ec2 = null
  }

  assert {
    condition     = length(aws_iam_role_policy.ec2) == 0
    error_message = "The role of a service without EC2 pools must not reach any instance."
  }
}

run "refuses_wildcards" {
  command = plan

  variables {
    ec2 = {
      tags         = { pool = "*", user = "vm-pool:user" }
      kms_key_arns = ["arn:aws:kms:us-east-1:123456789012:key/*"]
      pools        = { "*" = { access = "certificate", reset = "none", username = "tester", learns_host_keys = true, stops = true } }
    }
  }

  expect_failures = [var.ec2]
}

run "says_what_to_do_with_more_pools_than_a_policy_holds" {
  command = plan

  variables {
    ec2 = {
      tags         = { pool = "vm-pool:pool", user = "vm-pool:user" }
      kms_key_arns = []
      pools        = { for number in range(100) : "a-pool-with-a-long-name-${number}" => { access = "instance-connect", reset = "none", username = "ubuntu", learns_host_keys = true, stops = true } }
    }
  }

  expect_failures = [aws_iam_role_policy.ec2]
}
