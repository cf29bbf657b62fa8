output "role" {
  description = "Name, path and permissions boundary of the role, for the tests of the root."
  value = {
    name                 = aws_iam_role.this.name
    path                 = aws_iam_role.this.path
    permissions_boundary = aws_iam_role.this.permissions_boundary
  }
}
