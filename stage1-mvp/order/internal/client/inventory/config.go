package inventory

// Config is where the inventory service is.
type Config struct {
	Target string `env:"INVENTORY_TARGET"`
}
