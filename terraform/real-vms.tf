# What only VMs that exist need: their inventory (inventory), the keys that sign logins (certificate-authority), and the function
# that talks to them (visitor). Variable `inventory` says which of it.
locals {
  has_real_vms = var.vm_provider != "mock"

  # Broken JSON is a fault of the variable, which its validation reports.
  inventory = try(jsondecode(var.inventory), {})
  pools     = try(local.inventory.pools, {})

  # Those whose VMs are EC2 instances.
  ec2_pools = { for name, pool in local.pools : name => pool if can(keys(pool.ec2)) }

  # Those that stop VMs which nobody needs.
  pools_that_stop_vms = [for name, pool in local.ec2_pools : name if can(pool.ec2.minRunning) || can(pool.ec2.schedule)]

  listed_vms = try([for vm in local.inventory.vms : vm], [])

  needs_certificates = local.has_real_vms && anytrue([for pool in values(local.pools) :
    try(pool.access, "") == "certificate" || try(pool.check, "") == "command" || contains(["command", "reboot"], try(pool.reset, ""))
  ])

  stored_keys = distinct([for vm in local.listed_vms : vm.storedKey if try(vm.storedKey, null) != null])

  # All of AWS shares the names of buckets: the digest stands for account and region. Module `deploy-roles` makes the same name.
  inventory_bucket = "${local.name}-${substr(sha256("${module.iam.account_id}/${module.iam.region}"), 0, 12)}"
}

# The fields that the inventory may have, from the schema that is generated from the function's own rules. The function refuses
# others, since one may be a misspelt field that somebody relies on.
locals {
  schema      = jsondecode(file("${path.module}/inventory.schema.json")).properties
  pool_schema = local.schema.pools.additionalProperties.properties
  ec2_schema  = local.pool_schema.ec2.properties

  described_objects = concat(
    [{ place = "", is = local.inventory, may_have = local.schema }],
    [for name, pool in local.pools : { place = "pools.${name}.", is = pool, may_have = local.pool_schema }],
    [for name, pool in local.ec2_pools : { place = "pools.${name}.ec2.", is = pool.ec2, may_have = local.ec2_schema }],
    [for name, pool in local.ec2_pools : { place = "pools.${name}.ec2.schedule.", is = try(pool.ec2.schedule, {}), may_have = local.ec2_schema.schedule.properties }],
    flatten([for name, pool in local.ec2_pools : [for index, change in try(pool.ec2.schedule.changes, []) :
      { place = "pools.${name}.ec2.schedule.changes[${index}].", is = change, may_have = local.ec2_schema.schedule.properties.changes.items.properties }
    ]]),
    [for index, vm in local.listed_vms : { place = "vms[${index}].", is = vm, may_have = local.schema.vms.items.properties }],
  )

  unknown_fields = flatten([for object in local.described_objects :
    [for field in try(keys(object.is), []) : "${object.place}${field}" if !contains(keys(object.may_have), field)]
  ])
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
