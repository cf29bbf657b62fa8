key = "vm-pool/prod/terraform.tfstate"
