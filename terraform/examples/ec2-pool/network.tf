# Who may reach the SSH port of the instances: the visitor, and the networks of borrowers.
data "aws_subnet" "first" {
  id = var.subnet_ids[0]
}

resource "aws_security_group" "visitor" {
  #checkov:skip=CKV2_AWS_5:module vm_pool gives it to the visitor
  name        = "${local.name}-visitor"
  description = "Visits the VMs of ${local.name} over SSH"
  vpc_id      = data.aws_subnet.first.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "visitor" {
  security_group_id            = aws_security_group.visitor.id
  description                  = "SSH to the VMs"
  ip_protocol                  = "tcp"
  from_port                    = 22
  to_port                      = 22
  referenced_security_group_id = aws_security_group.vms.id
}

resource "aws_security_group" "vms" {
  name        = "${local.name}-vms"
  description = "VMs of ${local.name}"
  vpc_id      = data.aws_subnet.first.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "visitor" {
  security_group_id            = aws_security_group.vms.id
  description                  = "SSH from the visitor of ${local.name}"
  ip_protocol                  = "tcp"
  from_port                    = 22
  to_port                      = 22
  referenced_security_group_id = aws_security_group.visitor.id
}

resource "aws_vpc_security_group_ingress_rule" "borrowers" {
  for_each = var.borrower_cidrs

  security_group_id = aws_security_group.vms.id
  description       = "SSH from borrowers"
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_ipv4         = each.value
}

# For packages, and for what borrowers do. Nothing of the service needs it.
resource "aws_vpc_security_group_egress_rule" "vms" {
  for_each = toset(["80", "443"])

  security_group_id = aws_security_group.vms.id
  description       = "Web"
  ip_protocol       = "tcp"
  from_port         = tonumber(each.value)
  to_port           = tonumber(each.value)
  cidr_ipv4         = "0.0.0.0/0"
}
