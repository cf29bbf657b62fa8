key = "vm-pool/dev/terraform.tfstate"
