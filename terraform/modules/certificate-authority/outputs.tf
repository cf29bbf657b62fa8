output "key_arns" {
  description = "ARNs of both keys."
  value       = values(aws_kms_key.this)[*].arn
}

output "signing_key_arn" {
  description = "ARN of the key that signs."
  value       = aws_kms_key.this[var.signing_key].arn
}

output "public_keys" {
  description = "Both public keys as KMS answers them, SubjectPublicKeyInfo in base64; the one that signs is the first."
  value       = [for name in local.order : local.public_keys[name]]
}

output "openssh_public_keys" {
  description = "Lines for the file that `TrustedUserCAKeys` of sshd names; the key that signs is the first."
  value       = [for name in local.order : local.openssh_public_keys[name]]
}

locals {
  order = var.signing_key == "a" ? ["a", "b"] : ["b", "a"]
}
