# The machines. A tag brings one into the pool; from its next tick on the service looks after it. Whether it runs is the service's
# choice, which a plan does not see.
data "aws_ssm_parameter" "ami" {
  name = var.ami_parameter
}

resource "aws_instance" "vm" {
  #checkov:skip=CKV_AWS_126:the service looks at status checks, which come with basic monitoring
  #checkov:skip=CKV2_AWS_41:borrowers could use the role of an instance, so it has none
  count = var.instances

  ami                         = data.aws_ssm_parameter.ami.insecure_value
  instance_type               = var.instance_type
  subnet_id                   = element(var.subnet_ids, count.index)
  vpc_security_group_ids      = [aws_security_group.vms.id]
  associate_public_ip_address = var.public_addresses
  ebs_optimized               = true

  # It holds public keys and the cleaner. Borrowers can read it.
  user_data = module.vm_pool.ec2_user_data[local.pool]

  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = 30
    encrypted   = true
  }

  tags = {
    Name           = "${local.name}-${count.index + 1}"
    "vm-pool:pool" = local.pool
  }

  # A new AMI or release must not stop or replace machines that people hold. To renew one: drain it, then
  # terraform apply -replace='aws_instance.vm[0]'
  lifecycle {
    ignore_changes = [ami, user_data]
  }
}
