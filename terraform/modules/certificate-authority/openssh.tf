# The public keys in the form that sshd reads. KMS answers SubjectPublicKeyInfo: 26 bytes that say "P-256", then the point of 65
# bytes. OpenSSH wants 39 other bytes before the same point (RFC 5656, section 3.1). Terraform has no bytes, so this regroups the
# bits of base64, six a character; test/terraform compares the lines with those of ssh-keygen.
locals {
  base64_characters = split("", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  bits_of           = { for value, character in local.base64_characters : character => format("%06b", value) }

  # Lengths and names of the key type and the curve, then the length of the point.
  openssh_header = "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABB"

  # 520 bits, and two more that fill up the last character.
  point_bits = { for name, key in local.public_keys : name =>
    "${substr(join("", [for character in split("", trim(key, "=")) : local.bits_of[character]]), 208, 520)}00"
  }

  openssh_public_keys = { for name, bits in local.point_bits : name => join("", [
    "ecdsa-sha2-nistp256 ",
    local.openssh_header,
    join("", [for index in range(87) : local.base64_characters[parseint(substr(bits, index * 6, 6), 2)]]),
    "=",
  ]) }
}
