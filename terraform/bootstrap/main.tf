# The state bucket, once per account. scripts/terraform moves the state of this root into the bucket after the first apply.
data "aws_caller_identity" "current" {}

module "backend" {
  source = "../modules/backend"

  bucket_name = coalesce(var.bucket_name, "${var.name}-tfstate-${data.aws_caller_identity.current.account_id}")
  kms_key_arn = var.kms_key_arn
}
