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
  target = module.vm_pool.module.iam.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = module.vm_pool.module.scheduler.data.aws_caller_identity.current
  values = { account_id = "123456789012" }
}

override_data {
  target = data.aws_route53_zone.this
  values = { zone_id = "Z0123456789" }
}

run "answers_at_the_domain" {
  command = plan

  assert {
    condition     = output.getvm_url == "https://vms.example.com/getvm"
    error_message = "Callers must get the name of the zone: ${output.getvm_url}"
  }
}
