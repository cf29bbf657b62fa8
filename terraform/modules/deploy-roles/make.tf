# What an apply makes, changes and deletes: the roles, the function and its schedule.
data "aws_iam_policy_document" "make" {
  for_each = { for environment, role in local.apply_roles : role => environment }

  # Only with the boundary, so that no role made here may do more than boundary.tf says.
  statement {
    actions   = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"]
    resources = concat(local.made[each.key].function_roles, local.made[each.key].tick_roles)

    condition {
      test     = "StringEquals"
      variable = "iam:PermissionsBoundary"
      values   = [local.boundary_arns[each.key]]
    }
  }

  statement {
    actions = [
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:ListInstanceProfilesForRole",
      "iam:TagRole",
      "iam:UntagRole",
      "iam:UpdateRoleDescription",
    ]
    resources = concat(local.made[each.key].function_roles, local.made[each.key].tick_roles)
  }

  # Each role to the one service that it is for.
  dynamic "statement" {
    for_each = {
      "lambda.amazonaws.com"    = local.made[each.key].function_roles
      "scheduler.amazonaws.com" = local.made[each.key].tick_roles
    }

    content {
      actions   = ["iam:PassRole"]
      resources = statement.value

      condition {
        test     = "StringEquals"
        variable = "iam:PassedToService"
        values   = [statement.key]
      }
    }
  }

  statement {
    actions = [
      "lambda:AddPermission",
      "lambda:CreateAlias",
      "lambda:CreateFunction",
      "lambda:DeleteAlias",
      "lambda:DeleteFunction",
      "lambda:DeleteFunctionConcurrency",
      "lambda:DeleteFunctionEventInvokeConfig",
      "lambda:GetFunctionConfiguration", # waits for a published version
      "lambda:PublishVersion",
      "lambda:PutFunctionConcurrency",
      "lambda:PutFunctionEventInvokeConfig",
      "lambda:RemovePermission",
      "lambda:TagResource",
      "lambda:UntagResource",
      "lambda:UpdateAlias",
      "lambda:UpdateFunctionCode",
      "lambda:UpdateFunctionConfiguration",
    ]
    resources = local.made[each.key].functions
  }

  statement {
    actions = [
      "scheduler:CreateSchedule",
      "scheduler:CreateScheduleGroup",
      "scheduler:DeleteSchedule",
      "scheduler:DeleteScheduleGroup",
      "scheduler:TagResource",
      "scheduler:UntagResource",
      "scheduler:UpdateSchedule",
    ]
    resources = concat(local.made[each.key].schedules, local.made[each.key].schedule_groups)
  }
}
