key = "vm-pool/staging/terraform.tfstate"
