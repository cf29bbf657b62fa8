# What every environment shares. Terraform reads this file by itself, then the one of the environment, which wins.
region = "us-east-1"
pools  = ["default"]
