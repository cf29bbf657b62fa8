variable "teams" {
  description = "Teams by a short name, with the longest lease that each allows, in minutes."
  type        = map(object({ lease_max_minutes = number }))
  default = {
    firmware = { lease_max_minutes = 10080 }
    web      = { lease_max_minutes = 480 }
  }
  nullable = false
}
