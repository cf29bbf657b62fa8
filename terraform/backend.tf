# What differs lies elsewhere: the key of each environment in environments/*/backend.hcl, and the bucket, one per
# account, on the command line (-backend-config="bucket=..."; scripts/terraform takes it from TF_STATE_BUCKET).
terraform {
  backend "s3" {
    region       = "us-east-1" # of the bucket; the service may run in another one
    encrypt      = true
    use_lockfile = true
  }
}
