package objectstore

import (
	"errors"
	"time"

	"shop/platform/config"
)

// Config holds the settings of a store with the S3 API.
type Config struct {
	// Endpoint is host:port, empty where no store is used.
	Endpoint  string        `env:"S3_ENDPOINT" optional:"true"`
	AccessKey string        `env:"S3_ACCESS_KEY" optional:"true"`
	SecretKey config.Secret `env:"S3_SECRET_KEY" optional:"true"`
	Bucket    string        `env:"S3_BUCKET" optional:"true"`
	Region    string        `env:"S3_REGION" default:"us-east-1"`
	TLS       bool          `env:"S3_TLS" default:"true"`
	// CreateBucket creates the bucket when it is missing; for development. Elsewhere buckets are created by the owner of the store.
	CreateBucket bool `env:"S3_CREATE_BUCKET" default:"false"`
	// Timeout bounds one upload.
	Timeout time.Duration `env:"S3_TIMEOUT" default:"10s"`
}

// Validate rejects uploads without time.
func (c *Config) Validate() error {
	if c.Timeout <= 0 {
		return errors.New("S3_TIMEOUT must be positive")
	}
	return nil
}
