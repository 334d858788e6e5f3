package wallet

// Config is where the wallet service is.
type Config struct {
	Target string `env:"WALLET_TARGET"`
}
