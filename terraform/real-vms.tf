# What only VMs that exist need: their inventory (inventory), the keys that sign logins (certificate-authority), and the function
# that talks to them (visitor). Variable `inventory` says which of it.
locals {
  has_real_vms = var.vm_provider != "mock"

  # Broken JSON is a fault of the variable, which its validation reports.
  inventory = try(jsondecode(var.inventory), {})
  pools     = try(local.inventory.pools, {})

  needs_certificates = local.has_real_vms && anytrue([
    for pool in values(local.pools) : try(pool.access, "") == "certificate" || contains([try(pool.check, ""), try(pool.reset, "")], "command")
  ])

  stored_keys = distinct([for vm in try(local.inventory.vms, []) : vm.storedKey if try(vm.storedKey, null) != null])

  # All of AWS shares the names of buckets: the digest stands for account and region. Module `deploy-roles` makes the same name.
  inventory_bucket = "${local.name}-${substr(sha256("${module.iam.account_id}/${module.iam.region}"), 0, 12)}"
}

module "inventory" {
  source = "./modules/inventory"
  count  = local.has_real_vms ? 1 : 0

  bucket_name = local.inventory_bucket
  inventory   = var.inventory
}

module "certificate_authority" {
  source = "./modules/certificate-authority"
  count  = local.needs_certificates ? 1 : 0

  name            = local.name
  signer_role_arn = module.iam.planned_role_arn
  signing_key     = var.certificate_authority_signing_key
}

module "visitor" {
  source = "./modules/visitor"
  count  = local.has_real_vms ? 1 : 0

  name                 = local.name
  role                 = var.role
  package              = local.package
  runtime              = var.runtime
  subnet_ids           = var.vpc_subnet_ids
  security_group_ids   = var.vpc_security_group_ids
  reserved_concurrency = var.visitor_max_concurrency
  log_retention_days   = var.log_retention_days
  logs_kms_key_arn     = var.logs_kms_key_arn
}
