package grpcclient

import "time"

// Config is what the environment says about calls to other services.
type Config struct {
	// Overhead is kept back from the caller's deadline, for the work between the called service's answer and our own.
	Overhead time.Duration `env:"DEADLINE_OVERHEAD" default:"500ms"`
}
