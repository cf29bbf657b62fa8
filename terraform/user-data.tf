# cloud-init user data that enrolls the instances of EC2 pools: `scripts/enroll --inventory FILE --pool NAME --cloud-init` prints the
# same for instances that Terraform does not make, and test/terraform/user-data.test.ts compares the two.
locals {
  enrolled_pools   = { for name, pool in local.ec2_pools : name => pool if try(pool.access, "") == "certificate" }
  enroll_folder    = "${path.module}/../scripts/lib/enroll"
  trusted_ca_lines = flatten(module.certificate_authority[*].openssh_public_keys)

  # Each is a function of the script that prints a text: what it is for, and the files of the cleaner.
  enroll_prints = { for name in keys(local.enrolled_pools) : name => [
    { function = "vms", text = "@instance ${try(local.enrolled_pools[name].ec2.username, "")}" },
    { function = "trusted_keys", text = join("\n", local.trusted_ca_lines) },
    { function = "print_vm_pool_clean", text = file("${local.enroll_folder}/vm-pool-clean.sh") },
    { function = "print_borrower", text = file("${local.enroll_folder}/borrower.sh") },
    { function = "print_clean", text = file("${local.enroll_folder}/clean.sh") },
    { function = "print_check", text = file("${local.enroll_folder}/check.sh") },
  ] }

  enroll_scripts = { for name, prints in local.enroll_prints : name => join("\n", concat(
    ["#!/bin/sh\nset -eu\n"],
    [for print in prints : "${print.function}() {\n  cat <<'END_OF_${upper(print.function)}'\n${trimspace(print.text)}\nEND_OF_${upper(print.function)}\n}\n"],
    [file("${local.enroll_folder}/enroll.sh")],
  )) }

  # User data is short, so the script comes without the lines that are comments. `#!` is none.
  user_data = { for name, script in local.enroll_scripts : name => templatefile("${local.enroll_folder}/instance.yaml", {
    pool   = name
    script = base64gzip(replace(script, "/(?m)^ *#([^!\\n].*)?\\n/", ""))
  }) }
}
