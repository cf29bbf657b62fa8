# The state bucket, once per account. Its own state stays local: there is no bucket yet to put it in.
data "aws_caller_identity" "current" {}

module "backend" {
  source = "../modules/backend"

  bucket_name = coalesce(var.bucket_name, "${var.name}-tfstate-${data.aws_caller_identity.current.account_id}")
  kms_key_arn = var.kms_key_arn
}
