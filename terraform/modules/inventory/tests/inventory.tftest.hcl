# The real provider, offline: policy JSON and ARNs are then what AWS would get, not random words of a mock.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  bucket_name = "vm-pool-dev-0123456789ab"
  inventory   = "{ \"pools\": {}, \"vms\": [] }\n"
}

run "keeps_the_text_of_the_file_as_it_is" {
  command = plan

  assert {
    condition     = aws_s3_object.this.content == var.inventory && aws_s3_object.this.etag == md5(var.inventory)
    error_message = "A copy through Terraform's types would drop fields, and a change by hand must show in a plan."
  }

  assert {
    condition     = aws_s3_object.this.content_type == "application/json" && output.object == { bucket_name = var.bucket_name, key = "inventory.json" }
    error_message = "The role's policy must name the object: ${jsonencode(output.object)}"
  }
}

run "keeps_replaced_inventories_for_a_while_in_a_guarded_bucket" {
  command = plan

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[0].status == "Enabled" && aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].noncurrent_days == 90
    error_message = "S3 must expire replaced inventories."
  }

  assert {
    condition     = module.guard.bucket == var.bucket_name && aws_s3_object.this.bucket == var.bucket_name
    error_message = "The bucket of the object must be guarded: ${jsonencode(module.guard)}"
  }
}

run "refuses_what_is_no_inventory" {
  command = plan

  variables {
    bucket_name = "vm.pool"
    inventory   = "vms.json"
  }

  expect_failures = [var.bucket_name, var.inventory]
}
